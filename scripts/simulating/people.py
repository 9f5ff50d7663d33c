"""Officers who decide, inspectors who see to it, and shops that put right what they were told."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select

from central.cases.lifecycle import CaseAction, CaseState, Origin, RejectReason
from central.cases.steps import Actor
from central.services import Services
from central.tables import Case, Stay
from scripts.simulating.clock import Clock
from scripts.simulating.street import Street

_MINUTES: dict[CaseState, tuple[float, float]] = {
    CaseState.REPORTED: (3, 25),
    CaseState.FILED: (5, 30),
    CaseState.DISPATCHED: (15, 60),
    CaseState.HANDLED: (2, 15),
    CaseState.FED_BACK: (5, 40),
    CaseState.CLOSED: (20, 120),
}
"""How long each step takes whoever takes it, from - to, working minutes."""
_LEFT_LYING, _LEFT_LYING_MINUTES = 0.06, 150.0
_REJECTS, _REMOVES, _EVALUATES, _PUTS_RIGHT = 0.15, 0.85, 0.25, 0.8
_NEXT = {
    CaseState.FILED: CaseAction.DISPATCH,
    CaseState.DISPATCHED: CaseAction.HANDLE,
    CaseState.HANDLED: CaseAction.FEED_BACK,
}


class People:
    """All who work on cases. They come by every few minutes, in working hours."""

    def __init__(self, clock: Clock, services: Services, street: Street, seed: int) -> None:
        self._clock, self._services, self._street = clock, services, street
        self._chance = Random(f"people {seed}")
        self._ready_at: dict[tuple[UUID, datetime, CaseState], datetime] = {}
        self._officers = [Actor(f"officer-{n}", Origin.CONSOLE) for n in (1, 2, 3)]
        self._inspectors = [Actor(f"inspector-{n}", Origin.API) for n in (1, 2, 3, 4)]

    def come_by(self) -> None:
        """Take each step whose time has come."""
        if not self._services.site.working.is_working(self._clock.at):
            return
        columns = (Case.id, Case.state, Case.standing, Case.updated_at)
        with self._services.sessions.read() as session:
            rows = session.execute(select(*columns).where(Case.state.in_(_MINUTES)).order_by(Case.number)).all()
        for case_id, state, standing, since in rows:
            if self._is_ready(case_id, state, since):
                self._take(case_id, state, standing)

    def _is_ready(self, case_id: UUID, state: CaseState, since: datetime) -> bool:
        key = (case_id, since, state)
        if key not in self._ready_at:
            minutes = self._chance.uniform(*_MINUTES[state])
            if self._chance.random() < _LEFT_LYING:
                minutes += _LEFT_LYING_MINUTES
            self._ready_at[key] = self._clock.at + timedelta(minutes=minutes)
            if state is CaseState.CLOSED and self._chance.random() >= _EVALUATES:
                self._ready_at[key] = datetime.max.replace(tzinfo=since.tzinfo)
        return self._ready_at[key] <= self._clock.at

    def _take(self, case_id: UUID, state: CaseState, standing: int) -> None:
        cases, chance = self._services.cases, self._chance
        officer, inspector = chance.choice(self._officers), chance.choice(self._inspectors)
        if state is CaseState.REPORTED and chance.random() < _REJECTS:
            cases.act(case_id, CaseAction.REJECT, officer, reason=chance.choice(list(RejectReason)))
        elif state is CaseState.REPORTED:
            cases.act(case_id, CaseAction.CONFIRM, officer)
        elif state in _NEXT:
            cases.act(case_id, _NEXT[state], inspector)
            if state is CaseState.DISPATCHED and chance.random() < _REMOVES:
                self._clear(case_id, 1, 10)
        elif state is CaseState.FED_BACK and standing:
            cases.act(case_id, CaseAction.SEND_BACK, officer, note="现场仍未恢复 / still there")
        elif state is CaseState.FED_BACK:
            cases.act(case_id, CaseAction.CLOSE, officer)
        elif state is CaseState.CLOSED:
            cases.act(case_id, CaseAction.EVALUATE, officer, rating=chance.randint(2, 5))

    def shops_hear(self, told: list[UUID]) -> None:
        """Let shops put right, in most cases, what they were just told about."""
        for case_id in told:
            if self._chance.random() < _PUTS_RIGHT:
                self._clear(case_id, 3, 25)

    def _clear(self, case_id: UUID, soonest_min: float, latest_min: float) -> None:
        with self._services.sessions.read() as session:
            wanted = select(Stay.id).where(Stay.case_id == case_id, Stay.cleared_at.is_(None)).order_by(Stay.id)
            standing = session.scalars(wanted).all()
        for stay_id in standing:
            self._street.leaves_in(stay_id, self._chance.uniform(soonest_min, latest_min))
