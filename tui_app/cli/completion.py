"""Values for shell completion: quick, silent, and never an error."""

from __future__ import annotations

from pathlib import Path


def profile_names(config: str | None = None) -> list[str]:
    """Names of the configured profiles, and ``local``; only ``local`` where the config cannot be read."""
    import tomllib

    from tui_app.settings.paths import config_file

    try:
        content = tomllib.loads((Path(config) if config else config_file()).read_text(encoding="utf-8"))
        profiles = content.get("profiles")
    except (OSError, ValueError):
        profiles = None
    names = list(profiles) if isinstance(profiles, dict) else []
    return [*names, *(["local"] if "local" not in names else [])]


def adapter_names() -> list[str]:
    """Names that ``--adapter`` takes."""
    from tui_app.adapters import registry

    return list(registry.adapter_names())


def sort_fields() -> list[str]:
    """Values that ``--sort`` takes: each field, and with ``-`` for descending."""
    from tui_app.tickets.sort_fields import SORT_FIELDS

    return [*SORT_FIELDS, *(f"-{field}" for field in SORT_FIELDS)]
