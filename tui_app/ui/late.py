"""What the first frame does not need: loaded when it is first used, then kept.

This is the user interface's one border for start time. ``late.HelpScreen`` is the class itself; its module is imported
with the first use. What such a module needs is its own to import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_app.ui.browse.panels import ErrorPanel as ErrorPanel
    from tui_app.ui.browse.panels import FilterLine as FilterLine
    from tui_app.ui.browse.panels import error_content as error_content
    from tui_app.ui.changing.forms import ChangeForm as ChangeForm
    from tui_app.ui.changing.pickers import ChangeMenu as ChangeMenu
    from tui_app.ui.changing.pickers import FormInput as FormInput
    from tui_app.ui.changing.pickers import LabelPicker as LabelPicker
    from tui_app.ui.changing.pickers import LeaveDialog as LeaveDialog
    from tui_app.ui.changing.pickers import ValuePicker as ValuePicker
    from tui_app.ui.changing.preview import BulkReport as BulkReport
    from tui_app.ui.changing.preview import Consent as Consent
    from tui_app.ui.changing.preview import PreviewScreen as PreviewScreen
    from tui_app.ui.changing.preview_text import Prepared as Prepared
    from tui_app.ui.changing.preview_text import log_content as log_content
    from tui_app.ui.changing.preview_text import what_changed as what_changed
    from tui_app.ui.dialogs.program import CommandPalette as CommandPalette
    from tui_app.ui.dialogs.program import CommandPicker as CommandPicker
    from tui_app.ui.dialogs.program import ConfirmCommand as ConfirmCommand
    from tui_app.ui.dialogs.program import HelpScreen as HelpScreen
    from tui_app.ui.dialogs.program import OfferedCommand as OfferedCommand
    from tui_app.ui.dialogs.program import ThemePicker as ThemePicker
    from tui_app.ui.dialogs.program import WelcomeCard as WelcomeCard
    from tui_app.ui.dialogs.searches import GoToDialog as GoToDialog
    from tui_app.ui.dialogs.searches import ProfilePicker as ProfilePicker
    from tui_app.ui.dialogs.searches import QuickViewPicker as QuickViewPicker
    from tui_app.ui.dialogs.searches import RecentPicker as RecentPicker
    from tui_app.ui.dialogs.searches import SavedPicker as SavedPicker
    from tui_app.ui.dialogs.server_pane import LoginDialog as LoginDialog
    from tui_app.ui.dialogs.server_pane import NoticesPane as NoticesPane
    from tui_app.ui.dialogs.server_pane import ServerPane as ServerPane
    from tui_app.ui.dialogs.server_pane import ToolQuestion as ToolQuestion
    from tui_app.ui.dialogs.sharing_dialogs import AttachmentMenu as AttachmentMenu
    from tui_app.ui.dialogs.sharing_dialogs import CopyInstead as CopyInstead
    from tui_app.ui.dialogs.sharing_dialogs import CopyMenu as CopyMenu
    from tui_app.ui.dialogs.sharing_dialogs import ExportDialog as ExportDialog
    from tui_app.ui.dialogs.sharing_dialogs import LinkPicker as LinkPicker
    from tui_app.ui.dialogs.sharing_dialogs import OpenAddress as OpenAddress
    from tui_app.ui.dialogs.sharing_dialogs import OpenSeveral as OpenSeveral
    from tui_app.ui.dialogs.sharing_dialogs import SaveDialog as SaveDialog
    from tui_app.ui.dialogs.table_dialogs import ColumnPicker as ColumnPicker
    from tui_app.ui.dialogs.table_dialogs import FacetPicker as FacetPicker
    from tui_app.ui.dialogs.table_dialogs import GroupPicker as GroupPicker
    from tui_app.ui.dialogs.table_dialogs import SortPicker as SortPicker
    from tui_app.ui.form.form_screen import FormResult as FormResult
    from tui_app.ui.form.form_screen import FormScreen as FormScreen
    from tui_app.ui.form.search_form import SearchForm as SearchForm
    from tui_app.ui.sharing.clipboard import copy_text as copy_text
    from tui_app.ui.sharing.clipboard import tell as tell
    from tui_app.ui.sharing.external import edit_tickets as edit_tickets
    from tui_app.ui.sharing.external import has_browser as has_browser
    from tui_app.ui.sharing.external import open_address as open_address
    from tui_app.ui.sharing.external import page_tickets as page_tickets
    from tui_app.ui.sharing.files import open_content as open_content
    from tui_app.ui.sharing.pictures import picture_in_text as picture_in_text
    from tui_app.ui.sharing.pictures import show_picture as show_picture
    from tui_app.ui.sharing.running import BackgroundCommands as BackgroundCommands
    from tui_app.ui.sharing.running import run_with_terminal as run_with_terminal

MODULES = {
    "browse.panels": ("ErrorPanel", "FilterLine", "error_content"),
    "changing.forms": ("ChangeForm",),
    "changing.pickers": ("ChangeMenu", "FormInput", "LabelPicker", "LeaveDialog", "ValuePicker"),
    "changing.preview": ("BulkReport", "Consent", "PreviewScreen"),
    "changing.preview_text": ("Prepared", "log_content", "what_changed"),
    "dialogs.program": (
        "CommandPalette",
        "CommandPicker",
        "ConfirmCommand",
        "HelpScreen",
        "OfferedCommand",
        "ThemePicker",
        "WelcomeCard",
    ),
    "dialogs.searches": ("GoToDialog", "ProfilePicker", "QuickViewPicker", "RecentPicker", "SavedPicker"),
    "dialogs.server_pane": ("LoginDialog", "NoticesPane", "ServerPane", "ToolQuestion"),
    "dialogs.sharing_dialogs": (
        "AttachmentMenu",
        "CopyInstead",
        "CopyMenu",
        "ExportDialog",
        "LinkPicker",
        "OpenAddress",
        "OpenSeveral",
        "SaveDialog",
    ),
    "dialogs.table_dialogs": ("ColumnPicker", "FacetPicker", "GroupPicker", "SortPicker"),
    "form.form_screen": ("FormResult", "FormScreen"),
    "form.search_form": ("SearchForm",),
    "sharing.clipboard": ("copy_text", "tell"),
    "sharing.external": ("edit_tickets", "has_browser", "open_address", "page_tickets"),
    "sharing.files": ("open_content",),
    "sharing.pictures": ("picture_in_text", "show_picture"),
    "sharing.running": ("BackgroundCommands", "run_with_terminal"),
}
"""Module below `tui_app.ui` to the names that are used of it, the same as above."""


def __getattr__(name: str) -> object:
    for module, names in MODULES.items():
        if name in names:
            loaded = globals()[name] = getattr(import_module(f"tui_app.ui.{module}"), name)
            return loaded
    raise AttributeError(f"{__name__} has no {name}")
