"""Cases written straight into the tables, each with the way it went: what the figures count."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from central.cases.states import CaseAction, CaseState, ClosedHow, Origin, RejectReason
from central.database import Sessions
from central.figures.service import Figures
from central.site.file import District, Owner, SiteFile
from central.site.site import Site
from central.tables import Case, CaseStep, Device
from protocol.ids import derived_id
from protocol.kinds import Subject, ViolationKind

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""Noon in Shanghai."""
BY_PERSON = frozenset({CaseAction.CONFIRM, CaseAction.REJECT, CaseAction.MERGE, CaseAction.WITHDRAW})
_TO = {
    CaseAction.NOTIFY: CaseState.NOTIFIED,
    CaseAction.SELF_CORRECT: CaseState.SELF_CORRECTED,
    CaseAction.CONFIRM: CaseState.FILED,
    CaseAction.REJECT: CaseState.REJECTED,
    CaseAction.DISPATCH: CaseState.DISPATCHED,
    CaseAction.HANDLE: CaseState.HANDLED,
    CaseAction.CLOSE: CaseState.CLOSED,
    CaseAction.REOPEN: CaseState.FILED,
    CaseAction.MERGE: CaseState.MERGED,
    CaseAction.WITHDRAW: CaseState.WITHDRAWN,
}

Taken = tuple[float, CaseAction] | tuple[float, CaseAction, RejectReason]
"""A step: minutes after the opening, what, and why."""


@dataclass
class Book:
    """Writes cases."""

    sessions: Sessions
    written: int = 0
    devices: set[str] = field(default_factory=set)

    def case(self, *steps: Taken, at: datetime = NOON, officer: str = "officer-1", **fields: Any) -> Case:
        """Write a case that was opened at `at` and went this way."""
        self.written += 1
        texts = {
            "camera_id": "cam-1",
            "camera_name": "东门",
            "address": "",
            "zone_id": "kerb",
            "zone_name": "东门禁停区",
        }
        case = Case(
            id=derived_id(at, str(self.written)),
            number=f"KW-{self.written}",
            state=CaseState.REPORTED,
            **{"kind": ViolationKind.ILLEGAL_PARKING, "subject": Subject.MOTOR_VEHICLE, "device_id": "box-1"}
            | {"score": 0.8, "model": "yolox-nano", "district": ""}
            | texts
            | fields,
            first_seen_at=at,
            confirmed_at=at,
            opened_at=at,
            updated_at=at,
        )
        with self.sessions.write() as session:
            if case.device_id not in self.devices:
                session.add(Device(id=case.device_id, name=f"Cabinet {case.device_id}"))
                self.devices.add(case.device_id)
            session.add(case)
            session.flush()
            session.add(_step(case, at, CaseAction.REPORT, None, "box-1", Origin.BOX))
            for minutes, action, *why in steps:
                before, person = case.state, action in BY_PERSON and officer != "policy"
                when = at + timedelta(minutes=minutes)
                _move(case, action, when, officer)
                step = _step(case, when, action, before, officer, Origin.CONSOLE if person else Origin.SYSTEM)
                step.reason = why[0] if why else None
                session.add(step)
                session.flush()
        return case


def _move(case: Case, action: CaseAction, at: datetime, officer: str) -> None:
    case.state = _TO.get(action, case.state)
    if action is CaseAction.NOTIFY:
        case.notified_at = at
    elif action is CaseAction.OVERDUE:
        case.overdue_at = at
    elif action is CaseAction.REOPEN:
        case.closed_at = case.closed_how = None
    elif action in (CaseAction.CLOSE, CaseAction.SELF_CORRECT):
        case.closed_at = at
        case.closed_how = ClosedHow.SELF_CORRECTED if action is CaseAction.SELF_CORRECT else ClosedHow.SIGHT
    elif action in (CaseAction.CONFIRM, CaseAction.REJECT) and officer != "policy":
        case.officer = officer


def figures_of(sessions: Sessions, zone: ZoneInfo = SHANGHAI) -> Figures:
    """Give the figures of a site with two owners and a district."""
    file = SiteFile(
        owners={name: Owner(name=f"{name} 店", zones=("kerb",)) for name in ("shop-1", "shop-2")},
        districts={"east": District(name="城东街道", zones=("kerb",))},
    )
    return Figures(sessions, Site(file, zone))


def _step(
    case: Case, at: datetime, action: CaseAction, before: CaseState | None, actor: str, origin: Origin
) -> CaseStep:
    return CaseStep(
        case_id=case.id, at=at, actor=actor, origin=origin, action=action, from_state=before, to_state=case.state
    )
