"""When a camera may rest: nothing is on its way on its street, and nothing has changed there for some looks.

The street is empty, or what stands there is reported or breaks no rule. A camera at rest is looked at half as often;
most of what a look at a quiet street costs is decoding its picture. What comes or goes is seen at most one interval
later, and from then on every look is taken again.
"""

from __future__ import annotations

LONGEST_S = 4.0
"""Looks at a camera at rest are never further apart; a camera whose own looks would be does not rest."""

STILL_LOOKS = 3
"""Looks in a row that found nothing on its way and nothing changed, before a camera rests."""


def intervals_to_next(look_every_s: float, *, at_rest: bool) -> int:
    """Say after how many intervals of `look_every_s` the next look is owed."""
    return 2 if at_rest and 2 * look_every_s <= LONGEST_S else 1
