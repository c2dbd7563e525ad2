"""The program's own themes; all of Textual's are there beside them."""

from __future__ import annotations

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

DEFAULT_THEME = "ticketdeck-dark"
FEW_COLOURS_THEME = "ticketdeck-contrast"
"""For terminals of eight or sixteen colours, whose nearest to a soft colour is always grey."""
_MUTED = {"text-muted": 0.6, "text-disabled": 0.4}
"""How much of the foreground is left in text that steps back."""


def default_theme(color_system: str | None) -> str:
    """The theme to begin with where none was chosen, for one of Rich's colour systems."""
    return FEW_COLOURS_THEME if color_system == "standard" else DEFAULT_THEME


def with_muted_text(variables: dict[str, str]) -> dict[str, str]:
    """CSS variables with muted text as a colour of its own: Textual's "auto" is brighter than what it accompanies."""
    try:
        text, ground = Color.parse(variables["foreground"]), Color.parse(variables["background"])
    except ColorParseError:
        return variables
    muted = {
        name: ground.blend(text, strength).hex6
        for name, strength in _MUTED.items()
        if variables[name].startswith("auto") and text.ansi is None and ground.ansi is None
    }
    return variables | muted


_TINT = 0.3  # of saturation, below which a colour is a grey with a tint
_FIRST_GREY, _GREY_STEP, _GREYS = 8, 10, 24  # the ramp of greys among the 256 colours


def with_plain_greys(variables: dict[str, str]) -> dict[str, str]:
    """CSS variables for 256 colours, whose nearest to a tinted dark grey is navy: such greys become plain ones."""
    greys = {}
    for name, value in variables.items():
        try:
            red, green, blue = Color.parse(value).rgb if value.startswith("#") and len(value) == 7 else (0, 255, 0)
        except ColorParseError:
            continue
        if Color(red, green, blue).hsl.s < _TINT:
            light = 0.299 * red + 0.587 * green + 0.114 * blue
            step = max(0, min(_GREYS - 1, round((light - _FIRST_GREY) / _GREY_STEP)))
            level = _FIRST_GREY + _GREY_STEP * step
            greys[name] = f"#{level:02x}{level:02x}{level:02x}"
    return variables | greys


THEMES = (
    Theme(
        name="ticketdeck-dark",
        primary="#7aa2f7",
        secondary="#9d7cd8",
        accent="#e0af68",
        foreground="#d5d9e8",
        background="#14161f",
        surface="#181b26",
        panel="#222636",
        success="#8fce6a",
        warning="#e5b567",
        error="#f7768e",
        dark=True,
        variables={
            "text-muted": "#8d95b0",
            "text-disabled": "#646b85",
            "block-cursor-background": "#33406b",
            "block-cursor-foreground": "#ffffff",
            "block-cursor-blurred-background": "#262b3f",
            "footer-key-foreground": "#e0af68",
            "footer-description-foreground": "#a9b1cc",
            "input-selection-background": "#7aa2f7 35%",
        },
    ),
    Theme(
        name="ticketdeck-light",
        primary="#2450b2",
        secondary="#6b3fa0",
        accent="#96500a",
        foreground="#20242e",
        background="#f4f4f1",
        surface="#fbfbf9",
        panel="#e7e7e1",
        success="#2c6e1f",
        warning="#8a5a00",
        error="#b3203a",
        dark=False,
        variables={
            "text-muted": "#5d6472",
            "text-disabled": "#8a909c",
            "block-cursor-background": "#c9d7f7",
            "block-cursor-foreground": "#101522",
            "block-cursor-blurred-background": "#e2e6ee",
            "footer-key-foreground": "#96500a",
            "footer-description-foreground": "#4a5060",
        },
    ),
    Theme(
        name="ticketdeck-contrast",
        primary="#5cc8ff",
        secondary="#ff9cff",
        accent="#ffff00",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1c1c1c",
        success="#00ff5f",
        warning="#ffd700",
        error="#ff6060",
        dark=True,
        luminosity_spread=0.0,
        variables={
            "block-cursor-background": "#ffff00",
            "block-cursor-foreground": "#000000",
            "block-cursor-blurred-background": "#444444",
            "block-cursor-blurred-foreground": "#ffffff",
            "footer-key-foreground": "#ffff00",
            "footer-description-foreground": "#ffffff",
            "text-muted": "#e0e0e0",
            "text-disabled": "#b0b0b0",
            "text-error": "#ff6060",  # Textual's own are tints, whose nearest of sixteen is white
            "text-accent": "#ffff00",
        },
    ),
)


def theme_names() -> tuple[str, ...]:
    """What ``theme`` in the config takes."""
    return tuple(sorted({*BUILTIN_THEMES, *(theme.name for theme in THEMES)}))
