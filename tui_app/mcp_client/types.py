"""What servers say, as typed values. Unknown parts pass through untouched; nothing here does input or output."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct, field


class Era(StrEnum):
    """The two eras of the protocol: with a handshake (up to 2025-11-25), and without (from 2026-07-28)."""

    LEGACY = "legacy"
    MODERN = "modern"


class ServerIdentity(Struct, frozen=True):
    """What a server says of itself: ``initialize`` or ``server/discover``."""

    name: str
    version: str
    era: Era
    protocol_version: str
    instructions: str = ""
    capabilities: Mapping[str, Any] = field(default_factory=dict)


class Tool(Struct, frozen=True):
    """One entry of tools/list. ``input_schema`` is JSON Schema, an empty object where the server sent none."""

    name: str
    description: str = ""
    title: str = ""
    input_schema: Mapping[str, Any] = field(default_factory=dict)
    output_schema: Mapping[str, Any] | None = None
    annotations: Mapping[str, Any] = field(default_factory=dict)
    """Hints (``readOnlyHint``, ``destructiveHint``); never trusted alone."""


class ContentBlock(Struct, frozen=True):
    """One block of a result. ``text`` is that of a text block or of an embedded text resource, else empty."""

    type: str
    text: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    """The block as it came, for types other than text."""


class CallToolResult(Struct, frozen=True):
    """The result of tools/call (2025-11-25, server/tools). ``is_error`` is a result too, not an exception."""

    content: tuple[ContentBlock, ...] = ()
    structured_content: Any = None
    is_error: bool = False

    @property
    def text(self) -> str:
        """All text blocks, joined by newlines."""
        return "\n".join(block.text for block in self.content if block.text)
