"""Secrets from the system's keyring, or from a command such as a password manager's."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys

from tui_app.processes.family import run

_PATIENCE = 30.0
"""Seconds: a password manager may first ask for its own password, in a window."""


def from_keyring(entry: str) -> str:
    """The secret ``service/user`` from the first keyring tool that is installed.

    Raises:
        LookupError: there is no keyring tool or no such entry, as a sentence.
    """
    service, _, user = entry.rpartition("/")
    if not service or not user:
        raise LookupError(f"${{keyring:{entry}}} should read ${{keyring:service/user}}")
    argv = keyring_command("get", service, user)
    if argv is None:
        raise LookupError("no keyring tool is installed (keyring, secret-tool or macOS security)")
    return _output(argv, f"the keyring has no entry {entry} ({argv[0]})")


def from_command(line: str) -> str:
    """What the command in ``line`` prints; split into words as a shell would, run without one.

    Raises:
        LookupError: it cannot be run, failed, or printed nothing, as a sentence.
    """
    try:
        argv = tuple(shlex.split(line))
    except ValueError as error:
        raise LookupError(f"${{command:{line}}} cannot be split into words ({error})") from None
    if not argv:
        raise LookupError("${command:} names no command")
    return _output(argv, f"the command {argv[0]} returned no secret")


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
    """A command's output without the last newline. Its standard error may hold anything and is not shown."""
    try:
        exit_code, output = run(
            argv,
            seconds=_PATIENCE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise LookupError(f"{failure}: no answer within {_PATIENCE:.0f} s") from None
    except OSError as error:
        raise LookupError(f"{failure}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise LookupError(f"{failure}: its output is not text") from None
    secret = output.rstrip("\r\n")
    if exit_code:
        raise LookupError(f"{failure}: exit code {exit_code}")
    if not secret:
        raise LookupError(f"{failure}: it printed nothing")
    return secret
