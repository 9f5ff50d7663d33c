"""Which views the detector gets at a look: those in which something has changed or must be made out, in turn.

A look costs one detector input, or two where the zones lie in regions of their own, where something seems to have left,
or where looks are far apart: a region and the closer views within it take turns, which loses nothing, because what we
look for stands for a minute or more. (The looker adds a wider view where a region's edge cuts what stands across a
zone.) Where nothing has changed since the detector last saw a view it would say the same again, so such a view is given
to it only every `MAX_QUIET_S`, and a look may do without it. Where nothing is on its way either, the camera may
rest (edge_agent.looking.rest).
"""

from __future__ import annotations

from collections.abc import Sequence

from edge_agent.looking.gate import Gate, Luma, part_of
from edge_agent.looking.rest import LONGEST_S, STILL_LOOKS
from edge_agent.looking.views import View, ViewPlan
from rules.observation import Box

MAX_QUIET_S = 10.0
"""The detector never pauses for longer on a camera, whatever its picture looks like."""

_PUNCTUAL_S = 0.3  # looks are not to the millisecond
_MOST_INPUTS = 2
_SPARSE_S = 3.0  # looks further apart may have both inputs: a look in 4 s then costs what two in 2 s each cost
_QUIET_TILE_S = 30.0  # one tile of a still picture in so long


class Turns:
    """Whose turn it is on one camera."""

    def __init__(self, plan: ViewPlan) -> None:
        self._plan = plan
        self._inputs = max(1, min(len(plan.regions), _MOST_INPUTS))
        self._gate = Gate()
        self._parts_next = False
        self._part_at_s = float("-inf")
        self._asked_at_s = float("inf")
        self._still_looks = 0

    @property
    def at_rest(self) -> bool:
        """Whether the last looks found nothing on its way and no view changed."""
        return self._still_looks >= STILL_LOOKS

    def next(
        self,
        small: Luma,
        at_s: float,
        unlike: Sequence[Box],
        unsettled: Sequence[Box],
        doubtful: Sequence[Box],
        *,
        settled: bool,
    ) -> list[View]:
        """Give the views of a look at `at_s`; none when none is owed. `small` is the brightness of the whole picture.

        `settled` says that nothing is on its way there, as far as is known.

        Boxes are normalised xyxy: places that do not look as they did, which the detector must see at once; those of
        stays of which little is certain yet; and those that deserve a closer look.
        """
        plan = self._plan
        gap_s = max(0.0, at_s - self._asked_at_s)
        inputs = _MOST_INPUTS if gap_s >= _SPARSE_S else self._inputs
        self._asked_at_s = at_s
        changed = {view for view in (*plan.regions, *plan.tiles) if self._changed(view, small)}
        self._still_looks = 0 if changed or not settled else self._still_looks + 1
        next_at_s = at_s + (max(gap_s, LONGEST_S) if self.at_rest else gap_s)
        overdue_from_s = MAX_QUIET_S + _PUNCTUAL_S  # by the next look
        asking = [region for region in plan.regions if any(plan.is_in(box, region) for box in unlike)]
        overdue = [region for region in plan.regions if next_at_s - self._gate.looked_at_s(region) > overdue_from_s]
        parts = [view for box in doubtful if (view := plan.closer(box))]
        quiet_s = at_s - self._part_at_s
        parts += [tile for tile in plan.tiles if quiet_s >= _QUIET_TILE_S or tile in changed]
        if asking:  # whether something has left is known at once, and the other views do not wait for ever
            part = self._oldest(parts, 1) if self._parts_next else []
            asking += [region for region in overdue if region not in asking]
            return self._oldest(asking, min(inputs, _MOST_INPUTS - len(part))) + part
        regions = [
            region
            for region in plan.regions
            if region in overdue or any(plan.is_in(box, region) for box in unsettled) or region in changed
        ]
        chosen = self._oldest(parts if self._parts_next else regions, 1)
        for views in (regions, parts):
            chosen += self._oldest([view for view in views if view not in chosen], inputs - len(chosen))
        return chosen

    def looked(self, views: Sequence[View], small: Luma, at_s: float) -> None:
        """Note that the detector has seen these views of a picture."""
        for view in views:
            self._gate.looked(view, part_of(small, self._plan.box_of(view)), at_s)
            if view.is_part:
                self._part_at_s = at_s
        if views:
            self._parts_next = not any(view.is_part for view in views)

    def _changed(self, view: View, small: Luma) -> bool:
        return self._gate.changed(view, part_of(small, self._plan.box_of(view)))

    def _oldest(self, views: Sequence[View], count: int) -> list[View]:
        """Give the views that the detector has not seen for longest."""
        return sorted(views, key=self._gate.looked_at_s)[: max(0, count)]
