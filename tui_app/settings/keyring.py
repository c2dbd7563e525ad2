"""Secrets that are kept elsewhere: in the system's keyring, or given by a command such as a password manager's."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys

_PATIENCE = 30.0
"""Seconds: a password manager may first ask for its own password, in a window."""


def from_keyring(entry: str) -> str:
    """The secret ``service/user`` from the first keyring tool that is installed.

    Raises:
        LookupError: in words: there is no such tool, or no such entry.
    """
    service, _, user = entry.rpartition("/")
    if not service or not user:
        raise LookupError(f"${{keyring:{entry}}} should read ${{keyring:service/user}}")
    argv = keyring_command("get", service, user)
    if argv is None:
        raise LookupError("there is no keyring tool here (keyring, secret-tool or macOS security)")
    return _output(argv, f"the keyring has no entry {entry} ({argv[0]})")


def from_command(line: str) -> str:
    """What the command in ``line`` prints; split into words as a shell would, run without one.

    Raises:
        LookupError: in words: it cannot be run, failed, or printed nothing.
    """
    try:
        argv = tuple(shlex.split(line))
    except ValueError as error:
        raise LookupError(f"${{command:{line}}} cannot be split into words ({error})") from None
    if not argv:
        raise LookupError("${command:} names no command")
    return _output(argv, f"the command {argv[0]} gave no secret")


def keyring_command(action: str, service: str, user: str) -> tuple[str, ...] | None:
    """The command that gets (``get``) or asks for and stores (``set``) a secret; None without a keyring tool."""
    if shutil.which("keyring"):
        return ("keyring", action, service, user)
    if shutil.which("secret-tool"):
        if action == "get":
            return ("secret-tool", "lookup", "service", service, "username", user)
        return ("secret-tool", "store", "--label", f"{service}/{user}", "service", service, "username", user)
    if sys.platform == "darwin" and shutil.which("security"):
        names = ("-s", service, "-a", user, "-w")
        return ("security", "find-generic-password" if action == "get" else "add-generic-password", *names)
    return None


def _output(argv: tuple[str, ...], failure: str) -> str:
    """What a command prints, without its last newline. Its standard error may hold anything and is not repeated."""
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False, text=True
        )
    except subprocess.TimeoutExpired:
        raise LookupError(f"{failure}: no answer within {_PATIENCE:.0f} s") from None
    except OSError as error:
        raise LookupError(f"{failure}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise LookupError(f"{failure}: its output is not text") from None
    secret = done.stdout.rstrip("\r\n")
    if done.returncode:
        raise LookupError(f"{failure}: exit code {done.returncode}")
    if not secret:
        raise LookupError(f"{failure}: it printed nothing")
    return secret
