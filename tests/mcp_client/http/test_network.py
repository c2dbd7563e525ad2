"""TLS and proxies: who is trusted, what a certificate that is not says, and which way requests take."""

from __future__ import annotations

import asyncio
import base64
import re
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.mcp_client.http.certificates import Certificates, made
from tests.mcp_client.http.conftest import remote_session
from tests.mcp_client.http.http_fault_server import FaultServer, response, running
from tui_app.mcp_client.http.endpoint import HttpEndpoint, TlsFiles
from tui_app.mcp_client.http.examination import ConfiguredLogin, examine
from tui_app.mcp_client.http.network import http_client
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import ConfigError, MCPError


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return made(tmp_path_factory.mktemp("tls"))


class Proxy:
    """Takes CONNECT and plain requests, and leads every host to this machine."""

    def __init__(self, password: str = "", answer: bytes = b"") -> None:
        self.lines: list[str] = []
        self.port = 0
        self._password = password
        self._answer = answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.lines.append(head.partition("\r\n")[0])
        credentials = base64.b64encode(self._password.encode()).decode()
        if self._answer or (self._password and f"Basic {credentials}" not in head):
            writer.write(self._answer or response(407))
            writer.close()
            return
        method, target, _ = self.lines[-1].split(" ")
        host = target if method == "CONNECT" else target.partition("://")[2].partition("/")[0]
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", int(host.rpartition(":")[2]))
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            far_writer.write(head.encode())
        try:
            await asyncio.gather(copied(reader, far_writer), copied(far_reader, writer))
        finally:
            writer.transport.abort()
            far_writer.transport.abort()


async def copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()


@asynccontextmanager
async def proxying(proxy: Proxy) -> AsyncIterator[Proxy]:
    tasks: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(proxy.serve(reader, writer))
        tasks.add(task)

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # for the ends of the transports


async def words_of(url: str, **more: object) -> MCPError:
    with pytest.raises(MCPError) as caught:
        async with remote_session(url, **more):  # type: ignore[arg-type]
            pass
    return caught.value


# ------------------------------------------------------------------------ TLS


async def test_an_authority_of_the_profile_is_trusted(certificates: Certificates) -> None:
    async with (
        running(FaultServer(), tls=certificates.server_context("server")) as server,
        remote_session(server.url, tls=TlsFiles(ca=certificates.ca)) as session,
    ):
        assert session.identity.name == "faulty"


async def test_an_authority_of_the_environment_is_trusted(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificates.ca)
    async with (
        running(FaultServer(), tls=certificates.server_context("server")) as server,
        remote_session(server.url) as session,
    ):
        assert session.identity.name == "faulty"


@pytest.mark.parametrize(
    ("name", "words", "hint"),
    [
        ("server", "unable to get local issuer", "tls.ca"),
        ("alone", "self-signed certificate", "tls.ca"),
    ],
)
async def test_a_certificate_that_nobody_vouches_for_is_told(
    certificates: Certificates, name: str, words: str, hint: str
) -> None:
    async with running(FaultServer(), tls=certificates.server_context(name)) as server:
        error = await words_of(server.url)
        assert words in error.cause
        assert hint in error.hint
        assert not error.retryable
        assert server.requests == []


@pytest.mark.parametrize(
    ("name", "words", "hint"),
    [("expired", "expired", "date"), ("other", "Hostname mismatch", "for this host")],
)
async def test_a_certificate_that_is_expired_or_anothers_is_told(
    certificates: Certificates, name: str, words: str, hint: str
) -> None:
    async with running(FaultServer(), tls=certificates.server_context(name)) as server:
        error = await words_of(server.url, tls=TlsFiles(ca=certificates.ca))
        assert words in error.cause
        assert hint in error.hint
        assert server.requests == []


async def test_a_client_certificate_is_shown_to_a_server_that_wants_one(certificates: Certificates) -> None:
    async with running(FaultServer(), tls=certificates.server_context("server", wants_client=True)) as server:
        trusting = TlsFiles(ca=certificates.ca)
        error = await words_of(server.url, tls=trusting)
        assert error.title == "The server wants a client certificate"
        assert "tls.cert" in error.hint
        *_, last = [step async for step in examine(HttpEndpoint(server.url, tls=trusting), SYSTEM_CLOCK)]
        assert (last.failed, "certificate required" in last.text, "tls.cert" in last.hint) == (True, True, True)
        files = TlsFiles(ca=certificates.ca, cert=certificates.client, key=certificates.key("client"))
        async with remote_session(server.url, tls=files) as session:
            assert session.identity.name == "faulty"


@pytest.mark.parametrize(
    "files", [TlsFiles(ca="/nowhere/ca.pem"), TlsFiles(cert="/nowhere/me.pem"), TlsFiles(ca=__file__)]
)
async def test_a_file_that_cannot_be_used_is_named(files: TlsFiles) -> None:
    with pytest.raises(ConfigError, match=r"tls\.(ca|cert)"):
        async with remote_session("https://localhost:1/mcp", tls=files):
            pass


async def test_https_at_a_port_of_http_is_told_and_the_reverse(certificates: Certificates) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(response(400))
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as plain:
        error = await words_of(f"https://127.0.0.1:{plain.sockets[0].getsockname()[1]}/mcp")
        assert "does not speak TLS" in error.cause
    async with running(FaultServer(), tls=certificates.server_context("server")) as server:
        error = await words_of(server.url.replace("https://", "http://"))
        assert error.title in ("The connection broke off", "The server's answer breaks the protocol")


# ----------------------------------------------------------------- no connection


async def test_nobody_at_the_port_is_told() -> None:
    async with running(FaultServer()) as server:
        url = server.url
    error = await words_of(url)
    assert "cannot be reached: connection refused" in error.cause
    assert error.retryable


async def test_a_host_without_an_address_is_told() -> None:
    error = await words_of("https://no-such-host.invalid/mcp")
    assert "no-such-host.invalid" in error.cause
    assert "was not found" in error.cause


# ---------------------------------------------------------------------- proxies


async def test_requests_go_through_the_proxy_encrypted_or_not(certificates: Certificates) -> None:
    async with proxying(Proxy()) as proxy, running(FaultServer()) as plain:
        url = plain.url.replace("127.0.0.1", "tracker.test")
        async with remote_session(url, proxy=proxy.url) as session:
            assert session.identity.name == "faulty"
        assert proxy.lines[0].startswith("POST http://tracker.test")
    async with proxying(Proxy()) as proxy, running(FaultServer(), tls=certificates.server_context("server")) as secure:
        async with remote_session(secure.url, proxy=proxy.url, tls=TlsFiles(ca=certificates.ca)) as session:
            assert session.identity.name == "faulty"
        assert proxy.lines[0].startswith("CONNECT localhost:")


async def test_a_proxys_password_is_in_its_address_and_in_no_message(certificates: Certificates) -> None:
    tls = certificates.server_context("server")
    async with proxying(Proxy("me:hunter2")) as proxy, running(FaultServer(), tls=tls) as server:
        files = TlsFiles(ca=certificates.ca)
        right = proxy.url.replace("//", "//me:hunter2@")
        async with remote_session(server.url, proxy=right, tls=files) as session:
            assert session.identity.name == "faulty"
        for wrong in (proxy.url, proxy.url.replace("//", "//me:hunter3@")):
            error = await words_of(server.url, proxy=wrong, tls=files)
            assert "407" in error.cause
            assert "HTTPS_PROXY" in error.hint
            assert "hunter3" not in f"{error.cause}{error.hint}{error.stderr_tail}"


@pytest.mark.parametrize("answer", [response(403), response(502), b"nonsense\r\n\r\n", b"HTTP/1.1 200"])
async def test_a_proxy_that_does_not_connect_is_told(answer: bytes) -> None:
    async with proxying(Proxy(answer=answer)) as proxy:
        error = await words_of("https://tracker.test/mcp", proxy=proxy.url)
        assert error.kind in ("connection", "protocol")
        assert error.hint


@pytest.mark.parametrize(
    ("proxy", "why"),
    [
        ("socks5://127.0.0.1:1", "socks5 is not a kind"),
        ("gopher://127.0.0.1:1", "gopher is not a kind"),
        ("http://[::", "it is not an address"),
        ("http://127.0.0.1:99999", "it is not an address"),
        ("http://127.0.0.1:0", "it is not an address"),
        ("http://127.0.0.1:http", "it is not an address"),
        ("http://", "it is not an address"),
    ],
)
async def test_a_proxy_that_none_can_be_is_told(proxy: str, why: str) -> None:
    with pytest.raises(ConfigError, match=f"proxy of the environment cannot be used: {why}"):
        async with remote_session("https://tracker.test/mcp", proxy=proxy):
            pass


async def test_the_environment_is_asked_for_no_proxy_behind_the_endpoints_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with running(FaultServer()) as server, remote_session(server.url) as session:
        assert session.identity.name == "faulty"


@pytest.mark.skipif(sys.platform != "linux", reason="the option is Linux's")
@pytest.mark.parametrize("proxied", [False, True])
@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_connection_that_leads_nowhere_is_noticed_by_the_system(
    certificates: Certificates, proxied: bool, encrypted: bool
) -> None:
    """After a machine has slept its connections are dead, and nobody says so: a request would wait for all its time."""
    tls = certificates.server_context("server") if encrypted else None
    async with proxying(Proxy()) as proxy, running(FaultServer(), tls) as server:
        endpoint = HttpEndpoint(server.url, proxy=proxy.url if proxied else None, tls=TlsFiles(ca=certificates.ca))
        async with http_client(endpoint) as client, client.stream("POST", server.url, content=b"{}") as response:
            connection = response.extensions["network_stream"].get_extra_info("socket")
            unheard = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert 1000 <= unheard <= 10_000


# -------------------------------------------------------------- step by step


async def steps(url: str, configured: ConfiguredLogin | None = None, **more: object) -> dict[str, str]:
    endpoint = HttpEndpoint(url, **more)  # type: ignore[arg-type]
    return {
        f"{'✗ ' if finding.failed else ''}{finding.step}": f"{finding.text} {finding.hint}".strip()
        async for finding in examine(endpoint, SYSTEM_CLOCK, configured)
    }


async def test_every_step_of_a_connection_is_shown(certificates: Certificates) -> None:
    async with running(FaultServer(), tls=certificates.server_context("server")) as server:
        seen = await steps(server.url, tls=TlsFiles(ca=certificates.ca))
    assert list(seen) == ["address", "proxy", "host", "connection", "encryption", "answer"]
    assert "certificate of Test Authority" in seen["encryption"]
    assert "days" in seen["encryption"]
    assert seen["answer"].startswith("200 application/json")


async def test_the_first_step_that_fails_is_the_last_and_says_what_to_do(certificates: Certificates) -> None:
    async with running(FaultServer(), tls=certificates.server_context("expired")) as server:
        seen = await steps(server.url, tls=TlsFiles(ca=certificates.ca))
        assert list(seen)[-1] == "✗ encryption"
        assert "expired" in seen["✗ encryption"]
    assert list(await steps("https://no-such-host.invalid/mcp"))[-1] == "✗ host"
    async with running(FaultServer()) as server:
        gone = server.url
    assert list(await steps(gone))[-1] == "✗ connection"


def published(documents: dict[str, object]) -> Callable[..., object]:
    async def respond(request: object, writer: asyncio.StreamWriter) -> None:
        path = getattr(request, "path")  # noqa: B009 (any request)
        if path in documents:
            writer.write(response(200, documents[path]))
        else:
            status = 401 if getattr(request, "method") == "POST" else 404  # noqa: B009
            writer.write(response(status, headers={"WWW-Authenticate": 'Bearer scope="read"'} if status == 401 else {}))

    return respond


async def test_what_a_login_would_take_is_read_from_what_is_published() -> None:
    documents: dict[str, object] = {}
    async with running(FaultServer(published(documents), only="*")) as server:  # type: ignore[arg-type]
        base = server.url.removesuffix("/mcp")
        seen = await steps(server.url)
        assert seen["login server"].endswith("with the addresses of 2025-03-26")
        documents["/.well-known/oauth-protected-resource/mcp"] = {
            "resource": server.url,
            "authorization_servers": [base],
        }
        seen = await steps(server.url)
        assert "oauth.metadata_url" in seen["✗ login server"]
        about = {
            "issuer": base,
            "authorization_endpoint": f"{base}/a",
            "token_endpoint": f"{base}/t",
            "code_challenge_methods_supported": ["S256"],
        }
        documents["/.well-known/oauth-authorization-server"] = about
        seen = await steps(server.url)
        assert "an administrator" in seen["✗ registration"]
        assert seen["scopes"] == "read"
        own = await steps(server.url, ConfiguredLogin(client_id="me", scopes=("write",)))
        assert "the client me" in own["registration"]
        assert own["scopes"] == "write read"
        documents["/odd"] = documents.pop("/.well-known/oauth-authorization-server")
        named = await steps(server.url, ConfiguredLogin(metadata_url=f"{base}/odd", client_id="me"))
        assert named["login server"].endswith("/odd, as oauth.metadata_url says")
        missing = await steps(server.url, ConfiguredLogin(metadata_url=f"{base}/other"))
        assert "Check oauth.metadata_url" in missing["✗ login server"]
        documents["/.well-known/oauth-authorization-server"] = {**about, "registration_endpoint": f"{base}/r"}
        assert "registers itself" in (await steps(server.url))["registration"]
        documents["/.well-known/oauth-authorization-server"] = {**about, "issuer": "https://evil.example"}
        assert "evil.example" in (await steps(server.url))["✗ login server"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (response(200, "<html><title>Hotel Wi-Fi</title>", "text/html"), "Hotel Wi-Fi.* in a browser"),
        (response(404, "<!DOCTYPE html><title>Not here</title>", "text/html"), "404 .*Not here.* ends in /mcp"),
        (response(302, headers={"Location": "https://sso.corp/login"}), "302 .*sso.corp/login.* login page"),
        (response(503, "<html><title>Maintenance</title>", "text/html"), "503 .*Maintenance.* Try again"),
        (response(502), "502 Bad Gateway.* Try again"),
        (
            response(401, headers={"WWW-Authenticate": 'Bearer resource_metadata="https://gone.invalid/x"'}),
            "gone.invalid, where the login is, cannot be reached",
        ),
    ],
)
async def test_an_answer_that_is_no_use_is_told_with_what_to_do(answer: bytes, words: str) -> None:
    async def respond(request: object, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    async with running(FaultServer(respond, only="*")) as server:
        seen = await steps(server.url)
    step, text = list(seen.items())[-1]
    assert step in ("✗ answer", "✗ resource metadata")
    assert re.search(words, text), text


@pytest.mark.parametrize(
    ("proxy", "step"),
    [
        ("http://127.0.0.1:9", "✗ connection"),
        ("http://proxy.invalid:1", "✗ host"),
        ("socks4://x:1", "✗ proxy"),
        ("http://x:99999", "✗ proxy"),
    ],
)
async def test_a_proxy_that_cannot_be_used_is_told_as_one(proxy: str, step: str) -> None:
    seen = await steps("https://tracker.test/mcp", proxy=proxy)
    assert list(seen)[-1] == step
    assert "proxy" in seen[step]
    assert "HTTPS_PROXY" in seen[step]


async def test_a_token_that_is_refused_is_told_without_a_login(tmp_path: Path) -> None:
    async with running(FaultServer(published({}), only="*")) as server:  # type: ignore[arg-type]
        seen = await steps(server.url, headers={"Authorization": "Bearer x"}, configured_in="config.toml")
    assert "does not accept the Authorization header" in seen["✗ answer"]
