"""Finding, among a server's tools, the ones that search, open, list comments and list values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from tui_app.adapters.auto.scoring import Scorer
from tui_app.adapters.auto.uses import Use, uses_of
from tui_app.adapters.base import ServerDescription


class Found(Struct, frozen=True):
    """What a server's tools are good for."""

    search: Use | None = None
    text_search: Use | None = None
    """Takes words where ``search`` takes none, or goes without what ``search`` requires."""
    get: Use | None = None
    comments: Use | None = None
    values: Mapping[str, Use] = field(default_factory=dict)
    places: Mapping[str, Use] = field(default_factory=dict)
    """Argument that ``search`` requires to the tool that lists what there is for it."""


def discover(description: ServerDescription) -> Found:
    """The tools of ``description`` by what they are good for."""
    scorer = Scorer(description)
    uses = [use for tool in description.tools for use in uses_of(tool)]
    searches = scorer.ranked(uses, scorer.search_score)
    search = searches[0] if searches else None
    return Found(
        search,
        _text_search(search, searches),
        next(iter(scorer.ranked(uses, scorer.get_score)), None),
        next(iter(scorer.ranked(uses, scorer.comments_score)), None),
        scorer.value_uses(uses),
        scorer.place_uses(uses, search.unfilled() if search else ()),
    )


def _text_search(search: Use | None, searches: Sequence[Use]) -> Use | None:
    """Another tool, for words where the first takes none, and for when the first cannot be filled."""
    if search is None or (search.concepts.keys() & {"text", "native"} and not search.unfilled()):
        return None
    others = (use for use in searches if use.tool.name != search.tool.name)
    return next((use for use in others if use.concepts.keys() & {"text", "native"} and not use.unfilled()), None)
