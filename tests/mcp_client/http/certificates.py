"""Certificates for tests, made by the machine's ``openssl`` when a test needs them."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest


class Certificates:
    """An authority with a server's and a client's certificate, and ones that nobody should trust."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ca = self._certificate("ca", "/O=Test Authority/CN=ca")
        self.server = self._certificate("server", "/CN=localhost", by="ca")
        self.expired = self._certificate("expired", "/CN=localhost", by="ca", days="-1")
        self.other_host = self._certificate("other", "/CN=elsewhere", by="ca", names="DNS:elsewhere")
        self.self_signed = self._certificate("alone", "/CN=localhost")
        self.client = self._certificate("client", "/CN=me", by="ca")

    def key(self, name: str) -> str:
        return str(self._folder / f"{name}.key")

    def server_context(self, name: str, *, wants_client: bool = False) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / f"{name}.pem", self.key(name))
        if wants_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.ca)
        return context

    def _certificate(
        self, name: str, subject: str, *, by: str = "", days: str = "30", names: str = "DNS:localhost,IP:127.0.0.1"
    ) -> str:
        path, request = self._folder / f"{name}.pem", self._folder / f"{name}.csr"
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", self.key(name)]
        new += ["-subj", subject]
        if not by:
            _openssl("req", "-x509", *new, "-days", days, "-out", str(path))
            return str(path)
        _openssl("req", "-new", *new, "-addext", f"subjectAltName={names}", "-out", str(request))
        signer = ["-CA", str(self._folder / f"{by}.pem"), "-CAkey", self.key(by), "-CAcreateserial"]
        given = ["-in", str(request), "-days", days, "-copy_extensions", "copy", "-out", str(path)]
        _openssl("x509", "-req", *signer, *given)
        return str(path)


def _openssl(*arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"openssl cannot make certificates: {done.stderr[-200:]}")


def made(folder: Path) -> Certificates:
    """All of them; the test is skipped where there is no ``openssl``."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    return Certificates(folder)
