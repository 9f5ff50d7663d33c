"""Plain HTML elements for the pages: the console has its own style, so it uses few of Quasar's widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

E = TypeVar("E", bound=Element)


def tag(name: str, classes: str = "", /, **attributes: object) -> Element:
    """Make an empty element; `attributes` become HTML attributes (`data_id` is written `data-id`)."""
    return _dressed(ui.element(name), classes, attributes)


def text(name: str, content: str, classes: str = "", /, **attributes: object) -> TextElement:
    """Make an element that holds text. The text is never read as HTML."""
    return _dressed(TextElement(tag=name, text=content), classes, attributes)


def button(content: str, on_click: Callable[[], Any], classes: str = "", /, **attributes: object) -> TextElement:
    """Make a button that calls `on_click`, which may be a coroutine function."""
    return text("button", content, classes, type="button", **attributes).on("click", lambda _: on_click(), args=[])


def svg(markup: str, classes: str = "") -> ui.html:
    """Make a span with our own SVG `markup` in it."""
    return ui.html(markup, sanitize=False, tag="span").classes(classes)


def _dressed(element: E, classes: str, attributes: dict[str, object]) -> E:
    if classes:
        element.classes(classes)
    for name, value in attributes.items():
        if value is not None:
            element.props[name.rstrip("_").replace("_", "-")] = value
    return element
