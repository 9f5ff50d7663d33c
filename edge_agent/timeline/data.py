"""A history as plain data, small enough to lie inside a page: what page.js draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge_agent.timeline.history import ClaimHistory, History, Mark, StayHistory
from edge_agent.timeline.words import KINDS, label_zh, why_zh
from rules.classes import scores_of
from rules.observation import View
from rules.stay import Sight

SIGHTS = (Sight.SEEN, Sight.MISSED, Sight.UNKNOWN)
VIEWS = (View.OK, View.UNUSABLE, View.MOVED)


@dataclass(frozen=True, slots=True)
class Flag:
    """A moment to point at on the whole timeline, e.g. when an alarm was due."""

    t_s: float
    en: str
    zh: str


def page_data(history: History, title: str, time_zone: str | None, flags: Sequence[Flag] = ()) -> dict[str, Any]:
    """Give what the page draws. `time_zone` is an IANA name; None shows seconds since the first look."""
    words: dict[str, int] = {}
    standing = [stay for stay in history.stays.values() if stay.stood or history.claims_of(stay.id)]
    standing.sort(key=lambda stay: (stay.weak, stay.first_seen_s))
    shown = {stay.id for stay in standing}
    passing = [stay for stay in history.stays.values() if stay.id not in shown]
    return {
        "title": title,
        "tz": time_zone,
        "looks": [[round(t_s, 3), VIEWS.index(view)] for t_s, view in history.looks],
        "stays": [_stay(stay, history.claims_of(stay.id), words) for stay in standing],
        "passing": [[round(stay.first_seen_s, 3), stay.label, label_zh(stay.label)] for stay in passing],
        "flags": [[round(flag.t_s, 3), flag.en, flag.zh] for flag in flags],
        "words": [[why, why_zh(why)] for why in words],
    }


def _stay(stay: StayHistory, claims: Sequence[ClaimHistory], words: dict[str, int]) -> dict[str, Any]:
    scores = scores_of(stay.label)
    return {
        "id": stay.id,
        "label": [stay.label, label_zh(stay.label)],
        "weak": stay.weak and not any(claim.confirmed_s is not None for claim in claims),
        "box": [round(value, 3) for value in stay.box],
        "first": round(stay.first_seen_s, 3),
        "ended": _moment(stay.ended_s),
        "end": [stay.end, why_zh(stay.end)],
        "scores": [scores.keep, scores.open],
        "marks": [_mark(mark, words) for mark in stay.marks],
        "claims": [_claim(claim) for claim in claims],
    }


def _mark(mark: Mark, words: dict[str, int]) -> list[float | int | None]:
    return [
        round(mark.t_s, 3),
        SIGHTS.index(mark.sight),
        None if mark.score is None else round(mark.score, 2),
        mark.sure,
        mark.judged,
        round(mark.missed_s, 1),
        int(mark.standing) + 2 * int(mark.proved),
        words.setdefault(mark.why, len(words)),
    ]


def _claim(claim: ClaimHistory) -> dict[str, Any]:
    return {
        "zone": claim.zone,
        "kind": KINDS[claim.kind.value],
        "opened": round(claim.opened_s, 3),
        "since": round(claim.since_s, 3),
        "dwell": claim.dwell_s,
        "confirmed": _moment(claim.confirmed_s),
        "ended": _moment(claim.ended_s),
        "end": [claim.end, why_zh(claim.end)],
    }


def _moment(t_s: float | None) -> float | None:
    return None if t_s is None else round(t_s, 3)
