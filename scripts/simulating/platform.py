"""The city's platform: the embedded one, which is down for an hour and now and then loses its answer."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from central.cases.views import CaseDetail
from central.column_types import now
from central.database import Sessions
from central.filing.builtin import BuiltinPlatform
from scripts.simulating.clock import START

DOWN_FROM = START + timedelta(hours=10)
DOWN_UNTIL = START + timedelta(hours=11)
_ANSWER_LOST = 0.02


class Platform(BuiltinPlatform):
    """Remembers which numbers it gave to each case."""

    def __init__(self, sessions: Sessions, zone: ZoneInfo, seed: int) -> None:
        super().__init__(sessions, zone)
        self.numbers: dict[UUID, set[str]] = {}
        self.refused_while_down = self.answers_lost = 0
        self._chance = Random(f"platform {seed}")

    def file(self, case: CaseDetail) -> str:
        """Take a case. Raises ConnectionError while the platform is down, or when its answer is lost."""
        self._be_there()
        number = super().file(case)
        self.numbers.setdefault(case.id, set()).add(number)
        if self._chance.random() < _ANSWER_LOST:
            self.answers_lost += 1
            raise ConnectionError("the platform's answer was lost")
        return number

    def withdraw(self, case: CaseDetail) -> None:
        """Strike a case out. Raises ConnectionError while the platform is down."""
        self._be_there()
        super().withdraw(case)

    def close(self, case: CaseDetail) -> None:
        """Close a case. Raises ConnectionError while the platform is down."""
        self._be_there()
        super().close(case)

    def _be_there(self) -> None:
        if DOWN_FROM <= now() < DOWN_UNTIL:
            self.refused_while_down += 1
            raise ConnectionError("the platform is down")
