"""The frame of every page: head with navigation and figures, and the heartbeat that keeps the page current."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Literal

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from central.console import icons
from central.console.pulse import Glance
from central.console.tags import button, svg, tag, text
from central.console.theme import dress
from central.console.visit import Visit, sign_in_path

_log = logging.getLogger(__name__)

_PULSE_S = 1.0
_SESSION_CHECK_PULSES = 30

_PAGES = (("cases", "/"), ("figures", "/figures"), ("devices", "/devices"), ("quarantine", "/quarantine"))

Tone = Literal["done", "warning", "problem"]
_SAID_S: dict[Tone, float] = {"done": 5.0, "warning": 12.0, "problem": 20.0}

OnPulse = Callable[[int], Awaitable[None]]
"""Called about once a second with the cases' revision."""


class Frame:
    """A page's frame. Build the page inside `with frame.main:`, then start `frame.beat(...)`."""

    def __init__(self, visit: Visit, active: str, *, on_help: Callable[[], object] | None = None) -> None:
        self._visit = visit
        self._pulses = 0
        self._said_until_s = 0.0
        self._badges: dict[str, TextElement] = {}
        dress(visit.console, visit.words)
        ui.page_title(visit.words("title"))
        with tag("div", f"app page-{active}"):
            self._head(active, on_help)
            self._trouble = text("div", "", "trouble", role="alert")
            self._trouble.set_visibility(False)
            self.main = tag("main", "main")

    def beat(self, on_pulse: OnPulse | None = None) -> None:
        """Keep the figures current, and call `on_pulse` with every beat while the page is open."""

        async def pulse() -> None:
            self._pulses += 1
            if time.monotonic() > self._said_until_s:
                self._said.set_visibility(False)
            try:
                if self._pulses % _SESSION_CHECK_PULSES == 0 and not await self._visit.still_signed_in():
                    ui.navigate.to(sign_in_path(self._visit.path, ended=True))
                    return
                glance = await self._visit.console.pulse.glance()
                self._show(glance)
                if on_pulse:
                    await on_pulse(await self._visit.console.pulse.revision())
            except Exception as error:  # whatever failed: the officer must see that the page stands still
                _log.exception("a page could not be brought up to date")
                self._say_trouble(self._visit.words("load_failed", why=f"{type(error).__name__}: {error}"[:200]))
            else:
                self._say_trouble("")

        ui.timer(_PULSE_S, pulse)

    def say(self, message: str, tone: Tone) -> None:
        """Show a message in the head for some seconds, where it covers nothing; a newer one takes its place."""
        self._said.text = message
        self._said.props["title"] = message
        self._said.classes(replace=f"said {tone}")
        self._said.set_visibility(True)
        self._said_until_s = time.monotonic() + _SAID_S[tone]

    def _say_trouble(self, message: str) -> None:
        self._trouble.text = message
        self._trouble.set_visibility(bool(message))

    def _show(self, glance: Glance) -> None:
        for name, count in (
            ("cases", glance.waiting),
            ("devices", glance.boxes_offline),
            ("quarantine", glance.quarantined),
        ):
            badge = self._badges[name]
            badge.text = str(count) if count < 1000 else "999+"
            badge.set_visibility(count > 0)
        waiting = f"({glance.waiting}) " if glance.waiting else ""
        title = waiting + self._visit.words("title")
        if ui.context.client.title != title:
            ui.page_title(title)

    def _head(self, active: str, on_help: Callable[[], object] | None) -> None:
        words = self._visit.words
        with tag("header", "head"):
            with tag("a", "brand", href="/"):
                svg(icons.MARK)
                text("b", words("brand"))
                text("span", words("brand.sub"), "sub")
            with tag("nav", "nav"):
                for name, path in _PAGES:
                    here = name == active
                    with tag("a", "on" if here else "", href=path, aria_current="page" if here else None):
                        text("span", words(f"nav.{name}"))
                        self._badges[name] = text("span", "", f"badge for-{name}")
                        self._badges[name].set_visibility(False)
            with tag("div", "grow", role="status"):
                self._said = text("span", "", "said")
                self._said.set_visibility(False)
            with tag("span", "live", title=words("live.hint")):
                tag("i")
                text("span", words("live"))
            with tag("span", "clock", title=words("clock.hint", zone=str(self._visit.zone))):
                tag("span", "day", data_clock="day")
                tag("time", data_clock="time")
            self._tools(on_help)

    def _tools(self, on_help: Callable[[], object] | None) -> None:
        words = self._visit.words
        other = "en" if words.language == "zh" else "zh"
        here = "encodeURIComponent(location.pathname + location.search)"
        with tag("div", "tools"):
            text("button", words("nav.language"), "tool", type="button").on(
                "click", js_handler=f"() => location.assign('/language/{other}?back=' + {here})"
            )
            with tag("button", "tool icon-only", type="button", title=words("nav.theme")) as theme:
                svg(icons.MOON)
            theme.on("click", js_handler="() => window.kerbwatch.toggleTheme()")
            if on_help:
                with button("", on_help, "tool icon-only", title=words("nav.keys") + " (?)"):
                    svg(icons.KEYBOARD)
            else:
                tag("span", "tool icon-only placeholder")
            with tag("form", "sign-out", method="post", action="/logout"):
                text("span", self._visit.user.name, "user")
                with tag("button", "tool icon-only", type="submit", title=words("nav.sign_out")):
                    svg(icons.EXIT)


def empty_state(title: str, why: str, *, art: bool = True) -> Element:
    """Say that there is nothing, and what will appear here."""
    with tag("div", "empty") as box:
        if art:
            svg(icons.EMPTY)
        text("h2", title)
        text("p", why)
    return box
