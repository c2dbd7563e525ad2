"""Makes the calls of tools: from values by path to arguments that the tool's schema takes.

Invariant: nothing is sent that the schema does not declare, and nothing that it requires is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from tui_app.adapters.auto.encoding import EncodedArguments
from tui_app.adapters.auto.flat_arguments import Argument, nested, with_required_objects
from tui_app.adapters.auto.next_page import page_size
from tui_app.adapters.auto.required_arguments import add_other_arguments, missing_arguments, missing_error
from tui_app.adapters.auto.roles import Role
from tui_app.adapters.auto.tool_variants import ToolVariant
from tui_app.adapters.base import ToolCall
from tui_app.adapters.tool_arguments import argument_schema, fitted, missing
from tui_app.tickets.criteria import MAX_RESULTS_LIMIT, TicketSearchCriteria
from tui_app.tickets.errors import MCPToolError
from tui_app.tickets.ticket import JsonValue


def tool_call(
    role: Role, values: Mapping[str, JsonValue], kind: str, choices: Mapping[str, tuple[str, ...]] | None = None
) -> ToolCall:
    """The call with ``values`` (by path), which its tool takes.

    Raises:
        MCPToolError: the tool requires an argument that nothing fills.
    """
    tool = role.variant.tool
    sent = fitted(tool, with_required_objects(nested(values), tool.input_schema, tool.input_schema))
    lacks = missing_arguments(role, values) or [
        Argument(name, argument_schema(tool, name) or {}, tool.input_schema, "") for name in missing(tool, sent)
    ]
    if lacks:
        raise missing_error(role.variant, lacks, kind, choices or {})
    return ToolCall(tool.name, sent)


def role_of(variant: ToolVariant) -> Role:
    """``variant`` as a role of its own, without what a profile's map adds."""
    return Role(variant, dict(variant.constants), variant.concepts)


def listing_call(variant: ToolVariant, values: Mapping[str, JsonValue]) -> ToolCall | None:
    """A call of a tool that lists places; None where it requires more than ``values``."""
    role = role_of(variant)
    encoded = EncodedArguments()
    encoded.values.update(role.constants)
    add_other_arguments(role, TicketSearchCriteria(), encoded)
    size = page_size(MAX_RESULTS_LIMIT, role.concepts)
    if size is not None:
        encoded.put(role.concepts["max_results"], size)
    own = {argument.path for argument in variant.arguments}
    encoded.values.update({path: value for path, value in values.items() if path in own})
    with suppress(MCPToolError):
        return tool_call(role, encoded.values, "values")
    return None


def by_path(arguments: Mapping[str, JsonValue], prefix: str = "") -> dict[str, JsonValue]:
    """Arguments by path."""
    flat: dict[str, JsonValue] = {}
    for name, value in arguments.items():
        if isinstance(value, dict) and value:
            flat.update(by_path(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value
    return flat
