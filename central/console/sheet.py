"""A modal sheet, and the sheet that explains the keys."""

from __future__ import annotations

from nicegui.element import Element

from central.console.keys import Binding
from central.console.tags import button, tag, text
from central.console.words import Words


class Sheet(Element, component="sheet.js"):
    """A modal dialog. `scope` names it for the keys that are bound to it."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.props["scope"] = scope

    def show(self) -> None:
        """Open it."""
        self.run_method("show")

    def hide(self) -> None:
        """Close it."""
        self.run_method("hide")


def sheet_head(sheet: Sheet, title: str, words: Words) -> None:
    """Put a title and a closing button on a sheet."""
    with tag("header"):
        text("h2", title)
        button("×", sheet.hide, "tool close", aria_label=words("close"), title=words("close"))


def help_sheet(bindings: tuple[Binding, ...], words: Words) -> Sheet:
    """Make the sheet that lists the keys of a page."""
    with Sheet("help") as sheet:
        sheet_head(sheet, words("keys.title"), words)
        with tag("dl", "key-list"):
            for binding in bindings:
                if binding.shown:
                    with tag("dt"):
                        for key in binding.shown.split():
                            text("kbd", key)
                    text("dd", words(binding.help))
    return sheet
