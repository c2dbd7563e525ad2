"""The command line without its imports: a process that has loaded the program already and forks for each run of it.

Starting Python and importing takes longer than what most of these tests look at. A forked run has its own arguments,
environment, folder and streams, ends as a started one does, and is alone in its process. What depends on how Python
itself was started (its encodings, its flags) is tested with programs that are really started.
"""

from __future__ import annotations

import array
import gc
import importlib
import io
import json
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_LENGTH = struct.Struct("!I")
_LOADED = (
    *("click", "msgspec", "tui_app.tickets.validation", "tui_app.mcp_client.targets"),
    *("tui_app.cli.commands", "tui_app.cli.requests", "tui_app.cli.results", "tui_app.cli.query_commands"),
    *("tui_app.cli.doctor", "tui_app.cli.import_servers", "tui_app.cli.selection", "tui_app.cli.consent"),
    *("tui_app.worker.service", "tui_app.worker.request_loop", "tui_app.adapters.registry", "tui_app.adapters.auto"),
)
"""What most commands load in the end; a module that is missing here is only slower."""


class Prefork:
    """Runs ``ticketdeck ARGUMENTS``, one after the other, in forks of one loaded process."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._socket, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.prefork", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=dict(environment),
            cwd=Path(__file__).parents[2],
        )
        theirs.close()

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], streams: tuple[int, int, int], directory: str
    ) -> int:
        """The exit code of one run, with descriptors for standard input, output and error; minus n after signal n.

        Raises:
            EOFError: the loaded process is gone.
        """
        wanted = json.dumps([list(arguments), dict(environment), directory]).encode()
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", streams))]
        self._socket.sendmsg([_LENGTH.pack(len(wanted))], rights)
        self._socket.sendall(wanted)
        return int.from_bytes(_exactly(self._socket, 4), "big", signed=True)

    def close(self) -> None:
        """End the loaded process."""
        self._socket.close()
        self._process.wait(10)


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError("the other side is gone")
        data += part
    return data


def _serve(connection: socket.socket) -> int:
    """Fork for each request until the other side closes; the exit code of the fork, in the fork."""
    while True:
        head, ancillary, _, _ = connection.recvmsg(_LENGTH.size, socket.CMSG_SPACE(3 * 4))
        if not head:
            return 0
        streams = array.array("i", ancillary[0][2])
        arguments, environment, directory = json.loads(_exactly(connection, _LENGTH.unpack(head)[0]))
        if (pid := os.fork()) == 0:
            connection.close()
            return _run(arguments, environment, directory, tuple(streams))
        for stream in streams:
            os.close(stream)
        connection.sendall(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]).to_bytes(4, "big", signed=True))


def _run(arguments: list[str], environment: dict[str, str], directory: str, streams: tuple[int, ...]) -> int:
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(directory)
    sys.argv = ["ticketdeck", *arguments]
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "r", closefd=False)))
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)))
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(2, "w", closefd=False)), errors="backslashreplace", line_buffering=True
    )
    from tui_app.cli import main

    return main()


if __name__ == "__main__":
    for name in _LOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # or each fork looks at, and so copies, all that was loaded: at every collection and when it ends
    raise SystemExit(_serve(socket.socket(fileno=int(sys.argv[1]))))
