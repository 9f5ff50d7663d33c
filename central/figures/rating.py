"""Green, yellow, red: how an owner answers for the kerb before the door (门前三包).

The score is a weighted mean of four shares, each 0 (bad) to 1 (good), times 100:

    in_time    weight 40   (self-corrected + ended without being late at the owner) / counted
    by_itself  weight 30   self-corrected / told first
    no_repeat  weight 20   counted / (counted + repeats)
    stays_well weight 10   1 - reopened / counted

A share without a basis is left out together with its weight: an owner who was never told first is not blamed for
not having corrected anything after a notice. Green from 80, yellow from 60, red below; with fewer than 5 counted
cases there is no rating, because one case would move it by 20 points.

`counted` are the owner's cases whose outcome is known: ended, or late at the owner. Rejected, merged and withdrawn
cases are not the owner's doing, and a case that still has time says nothing yet. Late at the owner means that the
deadline to put it right ran out (派遣 dispatched); an officer who decides late does not make an owner red. How many
cases an owner has does not enter: a long frontage has more than a short one. The number stands beside the rating.
docs/figures.md says the same for those who are rated.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MIN_COUNTED = 5
GREEN_FROM, YELLOW_FROM = 80.0, 60.0
WEIGHTS = {"in_time": 40, "by_itself": 30, "no_repeat": 20, "stays_well": 10}


class Colour(StrEnum):
    """The rating; `NONE` where there are too few cases for one."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class OwnerRecord:
    """What the rating is made of; all are numbers of cases, but `repeats`, which counts violations that joined one."""

    counted: int
    in_time: int
    told_first: int
    self_corrected: int
    repeats: int
    reopened: int


@dataclass(frozen=True, slots=True)
class Rating:
    """An owner's rating: `score` 0..100 and the shares (0..1) behind it; no score with too few cases."""

    colour: Colour
    score: float | None
    shares: dict[str, float]


def shares_of(record: OwnerRecord) -> dict[str, float]:
    """Give the shares that have a basis, each 0..1."""
    shares = {}
    if record.counted > 0:
        shares["in_time"] = record.in_time / record.counted
        shares["no_repeat"] = record.counted / (record.counted + record.repeats)
        shares["stays_well"] = 1 - record.reopened / record.counted
    if record.told_first > 0:
        shares["by_itself"] = record.self_corrected / record.told_first
    return {name: shares[name] for name in WEIGHTS if name in shares}


def rate(record: OwnerRecord) -> Rating:
    """Rate an owner after the formula above."""
    shares = shares_of(record)
    if record.counted < MIN_COUNTED:
        return Rating(Colour.NONE, None, shares)
    score = 100 * sum(WEIGHTS[name] * share for name, share in shares.items()) / sum(WEIGHTS[name] for name in shares)
    return Rating(colour_of(score), score, shares)


def colour_of(score: float) -> Colour:
    """Give the colour of a score 0..100."""
    if score >= GREEN_FROM:
        return Colour.GREEN
    return Colour.YELLOW if score >= YELLOW_FROM else Colour.RED
