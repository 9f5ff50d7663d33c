"""A timeline as a picture (PNG), for a report or a message. Drawn with Pillow, which every box has."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from edge_agent.evidence.fonts import system_fonts

_WIDTH, _LABEL, _PAD, _SCALE = 1400, 330, 16, 2
_LANE, _WEAK_LANE, _CLAIM, _HEAD = 64, 22, 12, 92
_TICKS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
MOST_LANES = 80
"""A picture with more is not read by anybody; the page has them all."""

_INK, _SOFT, _LINE, _PAPER = "#1d2733", "#667382", "#dde3ea", "#ffffff"
_SEEN, _SAME, _MISSED, _UNKNOWN = "#2468b0", "#93bfe8", "#e2722b", "#b9c1cb"
_PENDING, _CONFIRMED, _CLEARED = "#d9a400", "#b3123d", "#2b8a57"
_KEYS = (
    (_SEEN, "seen 看到"),
    (_SAME, "looks the same 外观相同"),
    (_UNKNOWN, "unknown 无法判断"),
    (_MISSED, "missed 未见"),
    (_PENDING, "pending 待确认"),
    (_CONFIRMED, "confirmed 已确认"),
    (_CLEARED, "cleared 已清除"),
)


def timeline_picture(data: dict[str, Any]) -> Image.Image:
    """Draw a timeline (see timeline.data)."""
    return _Picture(data).draw()


class _Picture:
    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self._stays = data["stays"][:MOST_LANES]
        looks = data["looks"]
        self._from = looks[0][0] if looks else 0.0
        gaps = sorted(b[0] - a[0] for a, b in pairwise(looks))
        self._step = gaps[len(gaps) // 2] if gaps else 1.0
        self._to = (looks[-1][0] if looks else 0.0) + self._step
        self._heights = [_height(stay) for stay in self._stays]
        height = round(_HEAD + sum(self._heights) + 30)
        self._image = Image.new("RGB", (_WIDTH * _SCALE, height * _SCALE), _PAPER)
        self._ink = ImageDraw.Draw(self._image)
        self._height = height

    def draw(self) -> Image.Image:
        self._text(_PAD, 10, self._data["title"], 17, _INK, bold=True)
        self._legend()
        self._axis()
        y = float(_HEAD)
        for stay, height in zip(self._stays, self._heights, strict=True):
            self._stay(stay, y, height)
            y += height
        self._foot(y)
        return self._image

    def _legend(self) -> None:
        x = _LABEL
        for colour, words in _KEYS:
            self._box(x, 40, x + 12, 50, colour)
            shown = words if system_fonts().cjk else words.rsplit(" ", 1)[0]
            self._text(x + 17, 37, shown, 11, _SOFT)
            x += 30 + 7 * len(shown) + (12 if system_fonts().cjk else 0)

    def _axis(self) -> None:
        step = next((step for step in _TICKS_S if step >= (self._to - self._from) / 10), _TICKS_S[-1])
        tick_s = math.ceil(self._from / step) * step
        while tick_s <= self._to:
            x = self._x(tick_s)
            self._line(x, 74, x, self._height - 28, _LINE)
            self._text(min(x, _WIDTH - 70), 57, self._time(tick_s), 11, _SOFT)
            tick_s += step
        colours = (_LINE, _UNKNOWN, _MISSED)
        for (t_s, view), until in zip(self._data["looks"], self._ends(self._data["looks"]), strict=True):
            self._box(self._x(t_s), 78, self._x(until), 84, colours[view])
        for t_s, en, zh in self._data["flags"]:
            self._line(self._x(t_s), 74, self._x(t_s), self._height - 28, _CONFIRMED)
            self._text(self._x(t_s) + 4, self._height - 26, self._words(en, zh), 10, _CONFIRMED)

    def _stay(self, stay: dict[str, Any], y: float, height: float) -> None:
        self._line(_PAD, y, _WIDTH - _PAD, y, _LINE)
        label = self._words(stay["label"][0], f"{stay['label'][1]} {stay['label'][0]}")
        if stay["weak"]:
            note = self._words("never surely detected", "始终未被可靠检出")
            self._text(_PAD, y + 2, f"{label} · {note}", 10, _SOFT)
            self._band(stay, y + 5)
            return
        self._text(_PAD, y + 5, label, 13, _INK, bold=True)
        end = f"{self._time(stay['ended'])}: {self._words(*stay['end'])}" if stay["ended"] is not None else ""
        self._text(_PAD, y + 23, f"{self._time(stay['first'])} - {end}", 10, _SOFT)
        for index, claim in enumerate(stay["claims"]):
            self._claim_words(claim, y + 39 + 32 * index)
        top, low = y + 6, y + 36
        for level in (0.0, *stay["scores"], 1.0):
            self._line(_LABEL, low - 30 * level, _WIDTH - _PAD, low - 30 * level, _LINE)
        self._band(stay, low + 4)
        for mark in stay["marks"]:
            if mark[2] is not None:
                x, score_y = self._x(mark[0]), max(top, low - 30 * mark[2])
                self._box(x - 1.3, score_y - 1.3, x + 1.3, score_y + 1.3, _SEEN)
        for index, claim in enumerate(stay["claims"]):
            self._claim(claim, low + 20 + _CLAIM * index)

    def _band(self, stay: dict[str, Any], y: float) -> None:
        for mark, until in zip(stay["marks"], self._ends(stay["marks"]), strict=True):
            x = self._x(mark[0])
            self._box(x, y, max(x + 1, self._x(until)), y + 12, _colour(mark))

    def _claim(self, claim: dict[str, Any], y: float) -> None:
        end = claim["ended"] if claim["ended"] is not None else self._to
        sure = claim["confirmed"] if claim["confirmed"] is not None else end
        self._box(self._x(claim["opened"]), y, self._x(sure), y + 7, _PENDING)
        if claim["confirmed"] is not None:
            self._box(self._x(sure), y, self._x(end), y + 7, _CONFIRMED)
            if claim["ended"] is not None:
                self._box(self._x(end) - 3, y, self._x(end), y + 7, _CLEARED)

    def _claim_words(self, claim: dict[str, Any], y: float) -> None:
        self._text(_PAD, y, f"{claim['zone']} · {self._words(*claim['kind'])}", 10, _INK)
        way = [self._words("since", "起") + f" {self._time(claim['since'])}"]
        if claim["confirmed"] is not None:
            way.append(self._words("confirmed", "确认") + f" {self._time(claim['confirmed'])}")
        if claim["ended"] is not None:
            step = ("dropped", "未成立") if claim["confirmed"] is None else ("cleared", "清除")
            way.append(self._words(*step) + f" {self._time(claim['ended'])}")
        self._text(_PAD, y + 14, " · ".join(way), 10, _SOFT)

    def _foot(self, y: float) -> None:
        self._line(_PAD, y, _WIDTH - _PAD, y, _LINE)
        notes = []
        if self._data["passing"]:
            count = len(self._data["passing"])
            notes.append(self._words(f"{count} moved through, never standing", f"{count} 个经过未停留"))
        if len(self._data["stays"]) > MOST_LANES:
            rest = len(self._data["stays"]) - MOST_LANES
            notes.append(self._words(f"{rest} more stays are on the page", f"另有 {rest} 个停留物见网页"))
        self._text(_PAD, y + 6, " · ".join(notes), 10, _SOFT)

    def _ends(self, rows: list[list[Any]]) -> Iterable[float]:
        """Give until when each look's cell is drawn: the next look, but not across a long pause."""
        for index, row in enumerate(rows):
            following = rows[index + 1][0] if index + 1 < len(rows) else row[0] + self._step
            yield min(following, row[0] + 3 * self._step)

    def _words(self, en: str, zh: str) -> str:
        return zh if system_fonts().can_write(zh) else en

    def _time(self, t_s: float) -> str:
        if self._data["tz"] is None:
            return f"{t_s:.1f} s"
        return datetime.fromtimestamp(t_s, ZoneInfo(self._data["tz"])).strftime("%H:%M:%S")

    def _x(self, t_s: float) -> float:
        share = (t_s - self._from) / max(1e-6, self._to - self._from)
        return _LABEL + (_WIDTH - _PAD - _LABEL) * min(1.0, max(0.0, share))

    def _box(self, x1: float, y1: float, x2: float, y2: float, colour: str) -> None:
        if x2 > x1:
            self._ink.rectangle([x1 * _SCALE, y1 * _SCALE, x2 * _SCALE, y2 * _SCALE], fill=colour)

    def _line(self, x1: float, y1: float, x2: float, y2: float, colour: str) -> None:
        self._ink.line([x1 * _SCALE, y1 * _SCALE, x2 * _SCALE, y2 * _SCALE], fill=colour, width=_SCALE)

    def _text(self, x: float, y: float, words: str, size: int, colour: str, *, bold: bool = False) -> None:
        fonts = system_fonts()
        shown = words if fonts.can_write(words) else words.encode("ascii", "replace").decode()
        self._ink.text((x * _SCALE, y * _SCALE), shown, fill=colour, font=fonts.get(size * _SCALE, bold=bold))


def _height(stay: dict[str, Any]) -> float:
    claims = len(stay["claims"])
    return _WEAK_LANE if stay["weak"] else max(_LANE + _CLAIM * claims, 40 + 34 * claims)


def _colour(mark: list[Any]) -> str:
    if mark[1] == 0:
        return _SEEN if mark[2] is not None else _SAME
    return _MISSED if mark[1] == 1 else _UNKNOWN
