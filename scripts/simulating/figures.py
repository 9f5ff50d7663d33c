"""The figures of a simulated day, for the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from central.cases.lifecycle import OPEN, STATE_NAMES, CaseState, ClosedHow
from central.tables import JobState
from scripts.simulating.accounting import Books, Check
from scripts.simulating.clock import END, START
from scripts.simulating.day import SimulatedDay
from scripts.simulating.platform import DOWN_FROM, DOWN_UNTIL

_WHY: dict[CaseState, tuple[str, str]] = {
    CaseState.REPORTED: ("待人员判定（多为下班后上报）", "waits for an officer (most came after hours)"),
    CaseState.NOTIFIED: ("告知限时未到", "its owner's minutes still run"),
    CaseState.FILED: ("待派遣", "waits for somebody to be sent"),
    CaseState.DISPATCHED: ("处置中，或现场未恢复被退回", "being dealt with, or sent back: still there"),
    CaseState.HANDLED: ("待反馈", "waits for the feedback"),
    CaseState.FED_BACK: ("待核查结案", "waits to be verified and closed"),
}


def figures_of(day: SimulatedDay, books: Books, checks: list[Check], wall_s: float) -> dict[str, Any]:
    """Put together all that the report tells, as JSON would hold it."""
    zone = day.services.site.zone
    cases = list(books.cases.values())
    states, hours = Counter(case.state for case in cases), Counter(c.opened_at.astimezone(zone) for c in cases)
    per_hour = [0] * 24
    for at, number in hours.items():
        if START <= at < END:
            per_hour[at.hour] += number
    still: dict[CaseState, int] = Counter(case.state for case in cases if case.standing > 0)
    return {
        "wall_s": round(wall_s, 1),
        "headline": {
            "violations": len(day.ledger.sent),
            "stays": len(books.stays),
            "cases": len(cases),
            "filed": sum(case.filed_at is not None for case in cases),
            "self_corrected": states[CaseState.SELF_CORRECTED],
            "closed_by_sight": sum(case.closed_how is ClosedHow.SIGHT for case in cases),
            "overdue": sum(case.overdue_at is not None for case in cases),
            "open": sum(states[state] for state in OPEN),
        },
        "states": {state.value: states[state] for state in CaseState if states[state]},
        "state_names": {state.value: STATE_NAMES[state] for state in CaseState},
        "open": [
            {"state": s.value, "cases": states[s], "still_there": still.get(s, 0), "why": _WHY[s]}
            for s in OPEN
            if states[s]
        ],
        "cases_per_hour": per_hour,
        "samples": [
            {
                "hour": round((one.at - START) / timedelta(hours=1), 3),
                "open_cases": one.open_cases,
                "filing_backlog": one.filing_backlog,
            }
            for one in day.samples
        ],
        "outage_hours": [(at - START) / timedelta(hours=1) for at in (DOWN_FROM, DOWN_UNTIL)],
        "disturbances": {
            "messages": day.ledger.messages,
            "sent_twice": day.ledger.sent_again,
            "cleared_before_confirmed": day.ledger.late_news,
            "came_again": day.ledger.came_again,
            "repeats_joined": sum(case.repeats for case in cases),
            "platform_refused_while_down": day.platform.refused_while_down,
            "platform_answers_lost": day.platform.answers_lost,
            "gateway_answers": {str(status): number for status, number in sorted(day.gateway_answers.items())},
        },
        "orders": _count(job.state for job in books.filing),
        "notices": _count(job.state for job in books.notices),
        "dead_letters": books.dead,
        "accounting": [
            {"zh": c.zh, "en": c.en, "asked": c.asked, "passed": c.passed, "faults": list(c.faults[:20])}
            for c in checks
        ],
        "accounted_for": all(check.passed for check in checks),
    }


def _count(states: Iterable[JobState]) -> dict[str, int]:
    return {state.value: number for state, number in Counter(states).items()}
