"""Real MCP servers and official SDKs, installed from the package registries into a cache that git ignores.

Invariant: a folder of the cache is complete or absent. Each is built under a temporary name and renamed when it is
done; a lock lets test workers that run side by side build each of them once. What is installed is pinned by the
caller, and the folder's name tells pins apart, so a changed pin is a new folder.

Where something cannot be had (no Node.js, no network) the test is skipped with the reason; with ``CI`` set it fails.
Tests that use this module carry `REAL_SERVER`, whose time limit leaves room for the first installation.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

INSTALL_LIMIT = 600
"""Seconds for one installation: a cold registry over a slow line."""

REAL_SERVER = [pytest.mark.real_server, pytest.mark.timeout(INSTALL_LIMIT + 60)]
"""``pytestmark = REAL_SERVER`` in modules that run what this one installs."""

NODE_22 = "node@22.23.3"
"""npm's package of Node.js itself, for tools that need a newer one than the machine's."""

_INSTALLERS_ENVIRONMENT = dict(os.environ)
"""As it was before tests were given a home of their own: pip and npm find their settings and caches there."""


def cache_folder() -> Path:
    """Where installations are kept: ``$TICKETDECK_TEST_CACHE``, or ``.cache`` at the repository's top."""
    chosen = os.environ.get("TICKETDECK_TEST_CACHE")
    folder = Path(chosen) if chosen else Path(__file__).resolve().parent.parent / ".cache"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def python_environment(name: str, *requirements: str) -> Path:
    """The interpreter of a virtual environment that holds ``requirements`` (pinned, as pip takes them).

    Console scripts stand beside the interpreter that is returned.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = cache_folder() / f"python-{name}-{_fingerprint(version, *requirements)}"

    def build(target: Path) -> None:
        _run([sys.executable, "-m", "venv", str(target)])
        interpreter = str(target / "bin" / "python")
        _run([interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements])
        for script in (target / "bin").iterdir():
            _repoint(script, target, folder)

    return _installed(folder, build) / "bin" / "python"


def node_environment(name: str, *packages: str, scripts: bool = True) -> Path:
    """A folder whose ``node_modules`` holds ``packages`` (pinned, as npm takes them).

    Without ``scripts`` nothing of theirs runs at installation, and parts that would be compiled are missing.
    """
    npm = shutil.which("npm")
    if npm is None:
        unavailable("Node.js and npm are not installed")
    folder = cache_folder() / f"node-{name}-{_fingerprint(*packages)}"

    def build(target: Path) -> None:
        target.mkdir()
        (target / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        options = ["--no-audit", "--no-fund", "--loglevel=error", "--save-exact"]
        _run([npm, "install", *options, *([] if scripts else ["--ignore-scripts"]), *packages], cwd=target)

    return _installed(folder, build)


def node() -> str:
    """The machine's ``node``."""
    found = shutil.which("node")
    if found is None:
        unavailable("Node.js is not installed")
    return found


def node_22() -> str:
    """Node.js 22 from npm's ``node`` package, whatever the machine has."""
    return str(node_environment("node22", NODE_22) / "node_modules" / "node" / "bin" / "node")


def unavailable(reason: str) -> NoReturn:
    """End the test: skipped with ``reason`` on a developer's machine, failed where ``CI`` is set."""
    if os.environ.get("CI"):
        pytest.fail(f"needed in CI: {reason}", pytrace=False)
    pytest.skip(reason)


def _installed(folder: Path, build: Callable[[Path], None]) -> Path:
    if folder.is_dir():
        return folder
    with _locked(folder.with_name(f".{folder.name}.lock")):
        if not folder.is_dir():
            workshop = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            try:
                build(workshop / "new")
                (workshop / "new").rename(folder)
            finally:
                shutil.rmtree(workshop, ignore_errors=True)
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Held by one process at a time; the system lets go of it even if that process is killed."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(argv: list[str], cwd: Path | None = None) -> None:
    try:
        done = subprocess.run(
            argv, cwd=cwd, env=_environment(), capture_output=True, text=True, timeout=INSTALL_LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        unavailable(f"{' '.join(argv[:4])} took longer than {INSTALL_LIMIT} s")
    if done.returncode != 0:
        unavailable(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")


def _environment() -> Mapping[str, str]:
    return {key: value for key, value in _INSTALLERS_ENVIRONMENT.items() if not key.startswith("PYTHON")}


def _repoint(script: Path, built_at: Path, kept_at: Path) -> None:
    """Let a console script name the interpreter's final path in its first line."""
    if script.is_symlink() or not script.is_file():
        return
    text = script.read_bytes()
    if text.startswith(b"#!"):
        script.write_bytes(text.replace(bytes(built_at), bytes(kept_at), 1))


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]
