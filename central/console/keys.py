"""The keys of each page, in one table that both the keyboard and the help sheet read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui.element import Element
from nicegui.events import GenericEventArguments


@dataclass(frozen=True, slots=True)
class Binding:
    """Keys that do something. `remote` ones are told to the server, others to components in the browser.

    One that `repeats` works on while it is held down; one that is remote or `decides` needs the connection.

    `keys` are names as in the browser's KeyboardEvent.key, letters in lower case; `shown` is how the help
    writes them. Without `shown` the binding is not in the help.
    """

    keys: tuple[str, ...]
    action: str
    shown: str = ""
    help: str = ""
    scope: str = "page"
    remote: bool = False
    repeats: bool = False
    decides: bool = False


_PICTURE_KEYS = (
    Binding(("o",), "rendition", "O", "keys.rendition"),
    Binding(("f",), "full", "F", "keys.full"),
    Binding(("Escape",), "escape"),
)
_HELP_KEYS = (Binding(("?",), "help", "?", "keys.help", remote=True),)

QUEUE_KEYS = (
    Binding(("j", "ArrowDown"), "next", "J ↓", "keys.next", repeats=True),
    Binding(("k", "ArrowUp"), "previous", "K ↑", "keys.previous", repeats=True),
    Binding(("Home",), "first", "Home", "keys.first"),
    Binding(("End",), "last", "End", "keys.last"),
    Binding(("Enter",), "open", "Enter", "keys.open"),
    Binding(("c",), "confirm", "C", "keys.confirm", decides=True),
    Binding(("r",), "reject", "R", "keys.reject", decides=True),
    Binding(("ArrowRight",), "picture-next", "← →", "keys.picture"),
    Binding(("ArrowLeft",), "picture-previous"),
    *_PICTURE_KEYS,
    Binding(("/",), "search", "/", "keys.search", remote=True),
    *_HELP_KEYS,
)

CASE_KEYS = (
    Binding(("j", "ArrowDown"), "next", "J ↓", "keys.next", remote=True, repeats=True),
    Binding(("k", "ArrowUp"), "previous", "K ↑", "keys.previous", remote=True, repeats=True),
    Binding(("c",), "confirm", "C", "keys.confirm", remote=True),
    Binding(("r",), "reject", "R", "keys.reject", remote=True),
    Binding(("ArrowRight",), "picture-next", "← →", "keys.picture"),
    Binding(("ArrowLeft",), "picture-previous"),
    *_PICTURE_KEYS,
    Binding(("b", "Backspace"), "back", "B", "keys.back", remote=True),
    *_HELP_KEYS,
)

REASON_KEYS = tuple(Binding((str(n),), f"reason-{n}", scope="reject", remote=True) for n in range(1, 7))

KeyHandler = Callable[[str, str], Awaitable[None]]
"""Called with the action and with what was on the screen when the key was pressed (`KeyMap.subject`)."""


class KeyMap(Element, component="keys.js"):
    """Listens for the keys of `bindings` and calls `on_key` for the remote ones."""

    def __init__(self, bindings: tuple[Binding, ...], on_key: KeyHandler) -> None:
        super().__init__()
        self.props["bindings"] = [
            {
                "keys": list(binding.keys),
                "action": binding.action,
                "scope": binding.scope,
                "remote": binding.remote,
                "repeats": binding.repeats,
                "decides": binding.decides,
            }
            for binding in bindings
        ]

        async def handle(event: GenericEventArguments) -> None:
            await on_key(str(event.args["action"]), str(event.args["subject"]))

        self.on("key", handle)

    def set_subject(self, subject: str) -> None:
        """Say what the page shows now; every key press tells what it was pressed upon."""
        self.props["subject"] = subject
