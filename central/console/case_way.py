"""Where a case stands on its way: until when something is due, who was told, what belongs to it."""

from __future__ import annotations

from datetime import datetime

from central.cases.lifecycle import CLOSED_HOW_NAMES, CaseAction, CaseState
from central.cases.views import CaseDetail
from central.console import formats
from central.console.tags import tag, text
from central.console.visit import Visit, now
from central.tables import JobState


def way_block(case: CaseDetail, visit: Visit) -> None:
    """List what is known of the case's way; nothing for a case that has just come."""
    words = visit.words
    closed = case.closed_at and case.closed_how
    facts = [
        ("case.due", _due(case, visit)),
        ("case.proposed", words("case.proposed_value", at=_time(case.proposed_close_at, visit)))
        if case.proposed_close_at and not case.closed_at
        else None,
        ("case.closed", f"{_time(case.closed_at, visit)} · {words.pick(CLOSED_HOW_NAMES[closed])}") if closed else None,
        ("case.rating", "★" * case.rating + "☆" * (5 - case.rating)) if case.rating else None,
        ("case.repeats", words("case.repeats_value", n=case.repeats + 1, standing=case.standing))
        if case.repeats
        else None,
        ("case.notice", _notice(case, visit)),
        ("case.owner", _owner(case, visit)),
        ("case.district", _district(case, visit)),
        ("case.merged_from", "、".join(case.merged_from)),
    ]
    known = [fact for fact in facts if fact and fact[1]]
    if not known and not case.merged_into_id:
        return
    with tag("section", "panel"), tag("dl", "way"):
        for key, value in known:
            text("dt", words(key))
            text("dd", value, "overdue" if key == "case.due" and case.overdue else "")
        if case.merged_into_id:
            text("dt", words("case.merged_into"))
            with tag("dd"):
                text("a", _merged_number(case), href=f"/cases/{case.merged_into_id}")


def _merged_number(case: CaseDetail) -> str:
    notes = [step.note for step in case.steps if step.action is CaseAction.MERGE]
    return notes[-1].partition(" · ")[0] if notes else str(case.merged_into_id)


def _time(at: datetime | None, visit: Visit) -> str:
    return formats.full_time(at, visit.zone) if at else ""


def _due(case: CaseDetail, visit: Visit) -> str:
    if case.due_at is None:
        return ""
    away_s = abs((case.due_at - now()).total_seconds())
    key = "case.overdue_by" if case.overdue else "case.due_in"
    return visit.words(key, at=_time(case.due_at, visit), time=formats.duration(away_s, visit.words))


def _owner(case: CaseDetail, visit: Visit) -> str:
    owner = visit.services.site.file.owners.get(case.owner_id or "")
    if owner is None:
        return case.owner_id or ""
    return f"{owner.name}（{owner.contact}）" if owner.contact else owner.name


def _district(case: CaseDetail, visit: Visit) -> str:
    district = visit.services.site.file.districts.get(case.district)
    return district.name if district else case.district


def _notice(case: CaseDetail, visit: Visit) -> str:
    words, notice = visit.words, case.notice
    if notice is None:
        return ""
    if notice.state is JobState.DEAD:
        return words("case.notice_dead", why=notice.last_error)
    if notice.delivered_at is None:
        waiting = notice.state is JobState.WAITING
        return words("case.notice_waiting", n=notice.attempts + 1) if waiting else words("case.notice_unneeded")
    if case.state is CaseState.NOTIFIED:
        return words("case.notice_done", at=_time(case.notify_until, visit))
    return words("case.notice_over", at=_time(notice.delivered_at, visit))
