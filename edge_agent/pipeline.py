"""One camera's way from a decoded picture to events: view guard, looker, rules. No clock, no disk, no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from calibration.view_guard import ViewGuard, ViewState, ViewVerdict, small
from edge_agent.looking.looker import Looker, Picture
from edge_agent.stages import stage
from models.detector import Detector
from rules.event import Event
from rules.ground import Ground
from rules.observation import Observation, View
from rules.watch import Watch
from rules.zone import Zone

_VIEWS = {
    ViewState.OK: View.OK,
    ViewState.BLIND: View.OK,  # too dark to tell whether it moved is no reason not to look
    ViewState.DOUBTFUL: View.UNUSABLE,
    ViewState.MOVED: View.MOVED,
}


@dataclass(frozen=True, slots=True)
class LookResult:
    """What one look gave; `view` is the last word on where the camera points.

    `at_rest` says that nothing is on its way and nothing has changed for some looks (edge_agent.looking.rest).
    """

    observation: Observation
    events: tuple[Event, ...]
    view: ViewVerdict
    at_rest: bool


class Pipeline:
    """Eyes and judgement of one camera; `guard` remembers where it looks. The detector is shared by the whole box."""

    def __init__(
        self,
        camera: str,
        zones: Sequence[Zone],
        detector: Detector,
        time_zone: ZoneInfo,
        guard: ViewGuard | None = None,
        ground: Ground | None = None,
    ) -> None:
        self.watch = Watch(camera, zones, time_zone, ground)
        self.guard = guard or ViewGuard()
        self._verdict = ViewVerdict(ViewState.BLIND, 0.0)
        self._camera = camera
        self._looker = Looker(camera, zones, detector)

    def start_afresh(self) -> None:
        """Forget the view and all that stands under it: the next picture shows the view from now on."""
        self.guard.accept()
        self.watch.start_afresh()

    def look(self, picture: Picture, *, usable: bool = True) -> LookResult:
        """Take one picture in; `usable` says that it is neither black nor frozen nor torn."""
        with stage("gate"):
            small_luma = small(picture.yuv_planes()[0])
            if usable:  # a black or torn picture says nothing of the view, and must not become its reference
                self._verdict = self.guard.check(small_luma)
        view = _VIEWS[self._verdict.state] if usable else View.UNUSABLE
        if view is View.OK:
            observation = self._looker.look(picture, small_luma, self.watch)
        else:
            observation = Observation(self._camera, picture.taken_at_s, view).rounded()
        with stage("stays"):
            events = tuple(self.watch.observe(observation))
        at_rest = view is View.OK and self._looker.at_rest and self.watch.settled()
        return LookResult(observation, events, self._verdict, at_rest)
