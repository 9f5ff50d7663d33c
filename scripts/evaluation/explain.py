"""Why an event was missed or a report is false: what the ledger had, and whose fault it most likely is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.timeline.history import ClaimHistory, History, StayHistory
from rules.classes import group_of, scores_of
from rules.geometry import covered_share, ground_contact, inside_share, iou
from rules.observation import Box, View
from rules.stay import Sight
from rules.zone import Zone
from scripts.evaluation.running import Run
from scripts.evaluation.scoring import EARLY_S, LATE_S, Report
from scripts.evaluation.truth import Clip, Expected

DETECTOR, LEDGER, RULE, VIEW = "detector", "ledger", "rule", "view guard"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The part at fault (likely: it is read from what was remembered, not proved) and the reason in words."""

    cause: str
    why: str


def explain_miss(event: Expected, clip: Clip, run: Run) -> Explanation:
    """Say what there was when the alarm was due."""
    history, zone = run.history, next(zone for zone in clip.zones if zone.id == event.zone)
    if suspended := _suspended(event, history):
        return suspended
    there = [stay for stay in history.stays.values() if zone.watches(stay.label) and _at_place(stay.box, event.box)]
    alive = [stay for stay in there if stay.first_seen_s <= event.due_s and (stay.ended_s or 1e18) > event.due_s]
    if not alive:
        return _no_stay(event, zone, there, run)
    stay = max(alive, key=lambda one: sum(mark.sight is Sight.SEEN for mark in one.marks))
    claims = [claim for claim in history.claims_of(stay.id) if claim.zone == event.zone]
    return _claimed(event, stay, claims[-1], history) if claims else _unclaimed(event, zone, stay)


def explain_false(report: Report, clip: Clip, run: Run) -> Explanation:
    """Say which stay was reported and since when it counted."""
    history = run.history
    claim = next(c for c in history.claims if (c.zone, c.confirmed_s) == (report.zone, report.t_s))
    stay = history.stays[claim.stay]
    mark = stay.at(report.t_s)
    counted = f"a {claim.label} at {_place(claim.box)}, counted from {claim.since_s:.1f} s"
    if mark:
        counted += f", surely detected in {mark.sure} of {mark.judged} looks, at last: {mark.why}"
    if clip.view_changed_s is not None and report.t_s > clip.view_changed_s:
        return Explanation(VIEW, f"{counted}; the camera had been turned at {clip.view_changed_s:.1f} s")
    for event in clip.expected:
        if (event.kind, event.zone) == (report.kind, report.zone) and _at_place(claim.box, event.box):
            if not -EARLY_S <= report.t_s - event.due_s <= LATE_S:
                return Explanation(LEDGER, f"{counted}; {event.what} there was due at {event.due_s:.1f} s")
            return Explanation(LEDGER, f"{counted}; {event.what} there was reported already")
    weak = mark is None or mark.sure < 0.5 * mark.judged
    what = "hardly detected: it may be something else" if weak else "it stands there, but nothing should be reported"
    return Explanation(DETECTOR if weak else RULE, f"{counted}; {what}")


def _suspended(event: Expected, history: History) -> Explanation | None:
    looks = [view for t_s, view in history.looks if (event.since_s or event.due_s - 60) <= t_s <= event.due_s + LATE_S]
    bad = sum(view is not View.OK for view in looks)
    if looks and bad < len(looks) / 2:
        return None
    return Explanation(VIEW, f"the picture was not judged in {bad} of {len(looks)} looks until the alarm was due")


def _no_stay(event: Expected, zone: Zone, earlier: Sequence[StayHistory], run: Run) -> Explanation:
    since_s = event.since_s if event.since_s is not None else event.due_s - 60
    past = [stay for stay in earlier if stay.ended_s is not None and stay.stood and stay.ended_s >= since_s]
    if past:
        last = max(past, key=lambda stay: stay.ended_s or 0.0)
        cause = DETECTOR if last.weak else LEDGER
        return Explanation(cause, f"no stay when it was due: the one there ended at {last.ended_s:.1f} s, {last.end}")
    near = [one for t_s, one in run.found if since_s <= t_s <= event.due_s and _at_place(one.box, event.box)]
    watched = [one for one in near if zone.watches(one.label)]
    if watched:
        best = max(watched, key=lambda one: one.score)
        opens = scores_of(best.label).open
        said = f"the best of {len(watched)} detections was {best.label} {best.score:.2f} (a stay needs {opens:.2f})"
        return Explanation(DETECTOR, f"no stay when it was due: {said}")
    other = sorted({one.label for one in near if group_of(one.label) != "person"})
    called = f", it was called {', '.join(other)}, which the zone does not watch" if other else ""
    return Explanation(DETECTOR, f"no stay when it was due: the detector found nothing there{called}")


def _claimed(event: Expected, stay: StayHistory, claim: ClaimHistory, history: History) -> Explanation:
    started_s = event.since_s if event.since_s is not None else event.due_s - claim.dwell_s
    late_s = claim.since_s - started_s
    if claim.confirmed_s is not None:
        off_s = claim.confirmed_s - event.due_s
        said = f"reported at {claim.confirmed_s:.1f} s, {abs(off_s):.1f} s {'late' if off_s > 0 else 'early'}"
        return Explanation(LEDGER, f"{said}: the dwell counts from {claim.since_s:.1f} s{_before(stay, history)}")
    mark = stay.at(event.due_s + LATE_S)
    if late_s > LATE_S:
        cause = RULE if claim.since_s > stay.first_seen_s + 1 else LEDGER
        said = f"the dwell counts from {claim.since_s:.1f} s, {late_s:.1f} s late"
        return Explanation(cause, f"not certain when it was due: {said}{_before(stay, history)}")
    if mark and not mark.proved:
        said = f"the detector was sure of it in {mark.sure} of {mark.judged} looks only"
        return Explanation(DETECTOR, f"not proved when it was due: {said}")
    return Explanation(LEDGER, f"not seen when it was due: {mark.why if mark else 'no look'}")


def _unclaimed(event: Expected, zone: Zone, stay: StayHistory) -> Explanation:
    mark = stay.at(event.due_s)
    if mark and not mark.standing:
        return Explanation(LEDGER, "its stay was still a candidate when it was due: not seen twice in one place")
    share = inside_share(ground_contact(stay.box), zone.shape)
    if share < zone.numbers_of(stay.label).inside_share:
        return Explanation(RULE, f"only {share:.0%} of its ground contact ({_place(stay.box)}) lies in the zone")
    return Explanation(RULE, f"a {stay.label} stood there, but the rule for {zone.kind.value} did not hold of it")


def _before(stay: StayHistory, history: History) -> str:
    """Say what stood there before and how that ended."""
    past = [
        other
        for other in history.stays.values()
        if other is not stay
        and other.stood
        and other.first_seen_s < stay.first_seen_s
        and iou(other.box, stay.box) > 0.4
    ]
    if not past:
        return ", when it was first found there"
    last = max(past, key=lambda other: other.first_seen_s)
    end = f"ended at {last.ended_s:.1f} s, {last.end}" if last.ended_s is not None else "still stands"
    return f"; an earlier stay there, from {last.first_seen_s:.1f} s, {end}"


def _at_place(box: Box, place: Box | None) -> bool:
    if place is None:
        return True
    return iou(box, place) >= 0.25 or covered_share(place, box) >= 0.6 or covered_share(box, place) >= 0.6


def _place(box: Box) -> str:
    return "({:.2f}, {:.2f})-({:.2f}, {:.2f})".format(*box)
