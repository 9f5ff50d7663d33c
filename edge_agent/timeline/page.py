"""Timelines as one page that needs nothing else: no server, no library, no request. Chinese and English."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib import resources
from typing import Any

_KEYS = (
    ("seen", "seen", "看到"),
    ("same", "seen: not detected, but looks the same", "未检出但外观相同"),
    ("unknown", "unknown: hidden, or no usable picture", "无法判断：被遮挡或画面不可用"),
    ("missed", "missed", "未见"),
    ("pending", "pending", "待确认"),
    ("confirmed", "confirmed", "已确认"),
    ("clear", "cleared", "已清除"),
)


def page(title: str, body: str) -> str:
    """Wrap `body` (HTML, with places made by `timeline_place`) into a whole page."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f"<style>{_own('page.css')}</style></head>\n<body>\n<h1>{escape(title)}</h1>\n"
        f'<div class="bar">{_legend()}<span class="right"><button id="kw-lang">中文 / English</button></span></div>\n'
        f"{body}\n<script>{_own('page.js')}</script>\n</body></html>\n"
    )


def timeline_place(number: int, data: dict[str, Any]) -> str:
    """Give the place of one timeline in a page; `number` is another for each in it."""
    # Inside <script> only "</" could end the data early.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return (
        f'<script type="application/json" id="kw-{number}">{text}</script>'
        f'<div class="kw-timeline" data-from="kw-{number}"></div>'
    )


def timeline_page(title: str, timelines: Sequence[dict[str, Any]]) -> str:
    """Give a page with timelines (see timeline.data) one below the other."""
    return page(title, "\n".join(timeline_place(number, data) for number, data in enumerate(timelines)))


def both(en: str, zh: str) -> str:
    """Give a text in two languages, of which the page shows one."""
    return f'<span data-en="{escape(en)}" data-zh="{escape(zh)}">{escape(en)}</span>'


def _legend() -> str:
    return "".join(
        f'<span class="key"><i style="background: var(--{colour})"></i>{both(en, zh)}</span>'
        for colour, en, zh in _KEYS
    )


def _own(name: str) -> str:
    return resources.files("edge_agent.timeline").joinpath(name).read_text(encoding="utf-8")
