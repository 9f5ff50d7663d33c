"""The whole loop of a case, line by line: reported, filed, taken by the platform, street clear, closed by sight."""

from __future__ import annotations

from datetime import datetime
from typing import Any

_LINES = (
    ("report", "设备上报", "reported by the box"),
    ("confirm", "立案", "filed"),
    ("register", "平台受理", "taken by the platform"),
    ("clear", "现场已恢复", "street clear"),
    ("close", "画面核查结案", "closed by sight"),
)
_CLOCK = "%H:%M:%S"


def has_closed(case: dict[str, Any]) -> bool:
    """Say whether all steps of the loop were taken, and the picture of the clear street closed the case."""
    taken = {step["action"] for step in case["steps"]}
    after = any(file["role"] == "after" for file in case["evidence"])
    return all(action in taken for action, _, _ in _LINES) and case["closed_how"] == "sight" and after


def describe_loop(case: dict[str, Any]) -> str:
    """Give a line for each step of the loop with the centre's time, and the street's where the box saw it.

    They stand in the order in which they came: a clip that runs fast may be over before the platform has answered.
    """
    at = {step["action"]: step["at"] for step in reversed(case["steps"])}  # of several, the first
    street = {"report": case["confirmed_at"], "clear": case["cleared_at"]}
    told = [f"\n  闭环 the loop of case {case['number']}（中心时间 time at the centre）"]
    for action, zh, en in sorted(_LINES, key=lambda line: at.get(line[0], "~")):  # what is still to come stands last
        if action not in at:
            told.append(f"  --:--:--  {zh} {en}：尚无 not yet")
            continue
        more = f"（视频时间 time in the clip {_clock(street[action])}）" if street.get(action) else ""
        if action == "register":
            more = f"（{case['external_ref']}）"
        told.append(f"  {_clock(at[action])}  {zh} {en}{more}")
    return "\n".join(told)


def _clock(at: str) -> str:
    return datetime.fromisoformat(at).astimezone().strftime(_CLOCK)
