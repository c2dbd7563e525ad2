"""How long a user waits: first screen, first rows, the command line's answers.

Times are those of whole processes; where the line says "screen" they are taken at the far end of a pseudo-terminal.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.harness import Case, Pair, in_turn
from tests.terminal import Terminal

TICKETDECK = str(Path(sys.executable).with_name("ticketdeck"))
FIRST_SCREEN = (b"Unassigned", b"Quit")
"""Words of the line of tabs and of the footer: with both written, the whole first screen stands."""
NODE_SERVER_SECONDS = 0.3


@contextmanager
def fresh_home(**extra: str) -> Iterator[dict[str, str]]:
    """An environment with a home of its own, and without what makes Python compile anew at every start."""
    with tempfile.TemporaryDirectory() as home:
        yield {
            "HOME": home,
            "PATH": str(Path(sys.executable).parent) + ":/usr/local/bin:/usr/bin:/bin",
            "TICKETDECK_CONFIG_DIR": f"{home}/config",
            "TICKETDECK_DATA_DIR": f"{home}/data",
            "TICKETDECK_STATE_DIR": f"{home}/state",
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "",
            **extra,
        }


def python(code: str) -> float:
    """Milliseconds that ``python -c code`` takes."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"})
    return (time.perf_counter() - begin) * 1000


def command(environment: dict[str, str], *words: str) -> float:
    """Milliseconds that ``ticketdeck words`` takes."""
    begin = time.perf_counter()
    subprocess.run([TICKETDECK, *words], check=True, env=environment, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - begin) * 1000


def screen(environment: dict[str, str], needles: tuple[bytes, ...], *words: str) -> float:
    """Milliseconds from the program's start until the terminal has received every needle."""
    with Terminal([TICKETDECK, *words], environment=environment) as terminal:
        return terminal.wait_for_bytes(*needles) * 1000


def first_screen(runs: int) -> Iterator[Pair]:
    """Start to the first painted screen, against importing Textual."""
    with fresh_home() as home:
        for _ in range(runs):
            reference = python("import textual.app")
            yield Pair(screen(home, FIRST_SCREEN), reference)


def first_screen_with_config(runs: int) -> Iterator[Pair]:
    """The same where a config file says which server is meant."""
    with fresh_home() as home:
        write_config(home, CONFIG)
        for _ in range(runs):
            reference = python("import textual.app")
            yield Pair(screen(home, FIRST_SCREEN), reference)


def cached_rows(runs: int) -> Iterator[Pair]:
    """Start to the rows of the last visit, against the first screen of a program that keeps none."""
    with fresh_home() as plain, fresh_home() as home:
        write_config(plain, "[ui]\ncache = false\n")
        with Terminal([TICKETDECK], environment=home) as terminal:
            terminal.wait_for("PAY-")
            terminal.send("\x1b")
            terminal.wait_for(lambda text: "Welcome" not in text)
            terminal.send("q")
            terminal.wait_for_exit()
        for _ in range(runs):
            reference = screen(plain, FIRST_SCREEN)
            yield Pair(screen(home, (*FIRST_SCREEN, b"PAY-", b"as of")), reference)


def first_rows(runs: int) -> Iterator[Pair]:
    """Start to the first ticket rows of the embedded tracker, against the program's own first screen."""
    with fresh_home() as home:
        write_config(home, "[ui]\ncache = false\n")
        for _ in range(runs):
            reference = screen(home, FIRST_SCREEN)
            yield Pair(screen(home, (*FIRST_SCREEN, b"PAY-")), reference)


CONFIG = f"""
default = "mine"
[profiles.mine]
command = ["{sys.executable}", "-m", "tui_app.local_tracker"]
timeouts = {{ start = 60 }}
[ui]
refresh_seconds = 300
"""

NODE_SERVER = """
const lines = require('readline').createInterface({ input: process.stdin });
const started = Date.now();
const properties = { max_results: { type: 'integer' } };
const tool = { name: 'search_tickets', inputSchema: { type: 'object', properties } };
const tickets = [{ id: 'NODE-1', title: 'A ticket', status: 'open' }];
const answers = {
  initialize: () => ({
    protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'n', version: '1' },
  }),
  'tools/list': () => ({ tools: [tool] }),
  'tools/call': () => ({ content: [{ type: 'text', text: JSON.stringify({ tickets }) }] }),
};
lines.on('line', line => {
  const message = JSON.parse(line);
  if (message.id === undefined) return;
  const answer = answers[message.method];
  const body = answer ? { result: answer() } : { error: { code: -32601, message: 'no such method' } };
  const wait = Math.max(0, SECONDS * 1000 - (Date.now() - started));
  setTimeout(() => console.log(JSON.stringify({ jsonrpc: '2.0', id: message.id, ...body })), wait);
});
"""


def node_rows(*, configured: bool) -> Callable[[int], Iterator[Pair]]:
    """Start to rows from a Node server that needs 300 ms, against the longer of first screen and server's start."""

    def measure(runs: int) -> Iterator[Pair]:
        with fresh_home() as home, tempfile.TemporaryDirectory() as folder:
            script = Path(folder, "server.js")
            script.write_text(NODE_SERVER.replace("SECONDS", str(NODE_SERVER_SECONDS)))
            words = () if configured else ("--command", f"node {script}")
            if configured:
                write_config(home, f'[profiles.node]\ncommand = ["node", "{script}"]\n')
            for _ in range(runs):
                reference = max(screen(home, FIRST_SCREEN, *words), answer_time(["node", str(script)]))
                yield Pair(screen(home, (*FIRST_SCREEN, b"NODE-1"), *words), reference)

    return measure


def write_config(home: dict[str, str], text: str) -> None:
    """What the user configured there."""
    path = Path(home["TICKETDECK_CONFIG_DIR"], "config.toml")
    path.parent.mkdir(mode=0o700)
    path.write_text(text)
    path.chmod(0o600)


def answer_time(argv: list[str]) -> float:
    """Milliseconds from spawning a server to its answer to ``initialize``: the server's own start."""
    hello = (
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},'
        b'"clientInfo":{"name":"benchmark","version":"1"}}}\n'
    )
    begin = time.perf_counter()
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(hello)
        server.stdin.flush()
        server.stdout.readline()
        elapsed = (time.perf_counter() - begin) * 1000
        server.kill()
    return elapsed


def search_as_json(*criteria: str) -> Callable[[int], Iterator[Pair]]:
    """``ticketdeck search --format json``, against importing pydantic plus the embedded server's own start."""

    def measure(runs: int) -> Iterator[Pair]:
        with fresh_home() as home:
            server = [sys.executable, "-m", "tui_app.local_tracker"]
            command(home, "search", "--format", "json")  # fills the store
            for _ in range(runs):
                reference = python("import pydantic; pydantic.BaseModel") + answer_time(server)
                yield Pair(command(home, "search", "--format", "json", *criteria), reference)

    return measure


def help_text(runs: int) -> Iterator[Pair]:
    """``ticketdeck --help``, against ``python -c pass``."""
    with fresh_home() as home:
        yield from in_turn(lambda: command(home, "--help"), lambda: python("pass"))(runs)


def completion(runs: int) -> Iterator[Pair]:
    """One completion as the shell asks for it, against ``python -c pass``."""
    words = {"_TICKETDECK_COMPLETE": "bash_complete", "COMP_WORDS": "ticketdeck se", "COMP_CWORD": "1"}
    with fresh_home(**words) as home:
        yield from in_turn(lambda: command(home), lambda: python("pass"))(runs)


CASES = [
    Case("start.screen", "first screen", "import textual.app", 1.35, first_screen, runs=15),
    Case("start.config", "first screen, with a config", "import textual.app", 1.35, first_screen_with_config, runs=15),
    Case("start.cached", "rows of the last visit", "first screen", 1.05, cached_rows, runs=15),
    Case("start.rows", "first rows, embedded tracker", "first screen", 1.15, first_rows, runs=15),
    *(
        Case(name, what, "max(first screen, server)", 1.15, node_rows(configured=configured), runs=15)
        for name, what, configured in (
            ("start.rows.node", "first rows, Node server of 300 ms", False),
            ("start.rows.node.config", "first rows, the same from the config file", True),
        )
    ),
    Case("start.search", "search --format json", "import pydantic + server", 1.5, search_as_json()),
    Case(
        "start.search.criteria",
        "search printer --status open .. --format json",
        "import pydantic + server",
        1.5,
        search_as_json("printer", "--status", "open", "--created-after", "2y", "--max-results", "50"),
    ),
    Case("start.help", "--help", "python -c pass", 5, help_text, runs=15),
    Case("start.completion", "shell completion", "python -c pass", 5, completion, runs=15),
]
