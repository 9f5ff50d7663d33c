"""What a person hears of the demo: cases as they come and change, and what boxes have to say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scripts.demonstration.centre_api import CentreApi

STATE_NAMES = {
    "reported": "上报，待值班员确认 reported: an officer should look",
    "filed": "立案 filed",
    "rejected": "不予立案 rejected",
    "closed": "结案 closed",
}


class CaseNews:
    """Tells each case once when it comes, and again whenever its state or its number on the platform changes."""

    def __init__(self, api: CentreApi) -> None:
        self._api = api
        self._known: dict[str, tuple[str, str | None, bool]] = {}

    def next(self) -> Iterator[str]:
        """Give a line for whatever is new. Raises NoAnswerError."""
        for case in reversed(list(self._api.cases())):
            now = (case["state"], case["external_ref"], case["cleared_at"] is not None)
            before = self._known.get(case["id"])
            if now != before:
                self._known[case["id"]] = now
                yield _new(case, self._api.address) if before is None else _changed(case, before)


class BoxNews:
    """Tells each warning and error of a box once."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def next(self, box: dict[str, Any]) -> Iterator[str]:
        """Give a line for each notice of `box` that was not told yet, oldest first."""
        for notice in reversed(box["notices"]):
            key = (notice["at"], notice["code"])
            if notice["severity"] != "info" and key not in self._told:
                self._told.add(key)
                yield f"  ! {notice['text_zh']}\n    {notice['text_en']}"


def _new(case: dict[str, Any], address: str) -> str:
    seen, confirmed = (datetime.fromisoformat(case[key]) for key in ("first_seen_at", "confirmed_at"))
    return (
        f"  * 新案件 new case {case['number']}  {case['kind_name_zh']} {case['kind_name_en']}\n"
        f"    {case['camera_name'] or case['camera']} / {case['zone_name'] or case['zone']}，"
        f"停留 stood for {(confirmed - seen).total_seconds():.0f} s，{_state(case)}\n"
        f"    {address}/cases/{case['id']}"
    )


def _changed(case: dict[str, Any], before: tuple[str, str | None, bool]) -> str:
    cleared = "，现场已恢复 the street is clear again" if case["cleared_at"] and not before[2] else ""
    return f"  * {case['number']}  {_state(case)}{cleared}"


def _state(case: dict[str, Any]) -> str:
    number = f"，平台编号 platform number {case['external_ref']}" if case["external_ref"] else ""
    return f"{STATE_NAMES.get(case['state'], case['state'])}{number}"
