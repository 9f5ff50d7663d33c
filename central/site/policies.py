"""Whose word opens a case, how it is closed, and until when each step is due: as the site file says it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from central.site.places import Place, PlacePattern
from protocol.kinds import ViolationKind
from rules.schedule import Window


class _ForSome(BaseModel):
    """A rule for some kinds and places; for all, where it names none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[ViolationKind, ...] = ()
    zones: tuple[PlacePattern, ...] = ()

    def covers(self, kind: ViolationKind, place: Place) -> bool:
        """Say whether the rule is about this kind at this place."""
        return (not self.kinds or kind in self.kinds) and place.is_among(self.zones)


class Then(StrEnum):
    """What becomes of a new case: a person decides, it is filed at once, or who answers for the place is told first."""

    REVIEW = "review"
    FILE = "file"
    NOTIFY = "notify"


class Policy(_ForSome):
    """What becomes of a new case. `file` asks for the score, and for what the camera has earned so far:
    of at least `min_verdicts` decisions by people, the share `min_precision` was confirmed.
    """

    devices: tuple[str, ...] = Field(default=(), description="ids of boxes; all, when none is given")
    hours: tuple[Window, ...] = Field(default=(), description="of the confirmation, in the site's time zone; always")
    then: Then
    min_score: float = Field(default=0.0, ge=0, le=1)
    min_precision: float = Field(default=0.0, ge=0, le=1)
    min_verdicts: int = Field(default=0, ge=0)
    minutes: int | None = Field(default=None, gt=0, description="for who was told to put it right")

    @model_validator(mode="after")
    def _numbers_belong(self) -> Policy:
        if (self.then is Then.NOTIFY) != (self.minutes is not None):
            raise ValueError(
                "minutes 只用于 `then: notify`，且必须写明限时 / "
                "minutes belong to `then: notify`, and only there: say how long the owner has to put it right"
            )
        filing = self.min_score or self.min_precision or self.min_verdicts
        if self.then is not Then.FILE and filing:
            raise ValueError(
                "min_score、min_precision、min_verdicts 只用于 `then: file`，请删去 / "
                "min_score, min_precision and min_verdicts belong to `then: file`: remove them"
            )
        if self.min_precision and not self.min_verdicts:
            raise ValueError(
                "写了 min_precision 就要写 min_verdicts（至少多少次判定，如 50） / "
                "min_precision needs min_verdicts: of how many decisions at least, e.g. 50"
            )
        return self


class Deadlines(_ForSome):
    """Working minutes until the next step is due. The first rule that covers a case and names the step counts."""

    decide: int | None = Field(default=None, gt=0, description="from the report to the officer's verdict")
    dispatch: int | None = Field(default=None, gt=0, description="from filing to somebody being sent")
    handle: int | None = Field(default=None, gt=0, description="from being sent to having dealt with it")
    verify: int | None = Field(default=None, gt=0, description="from then to closing")

    @model_validator(mode="after")
    def _says_something(self) -> Deadlines:
        if (self.decide, self.dispatch, self.handle, self.verify) == (None,) * 4:
            raise ValueError(
                "没有写明步骤，请写 decide、dispatch、handle 或 verify（工作分钟） / "
                "no step is named: add decide, dispatch, handle or verify, in working minutes"
            )
        return self


class BySight(StrEnum):
    """What follows when the camera shows that the street is clear."""

    CLOSE = "close"
    PROPOSE = "propose"
    NEVER = "never"


class Closing(_ForSome):
    """How a case at work is closed when its after-picture comes, and for how long a repeat reopens it."""

    by_sight: BySight = BySight.PROPOSE
    reopen_minutes: int = Field(default=60, ge=0, description="minutes of the clock since the street was clear")


class Join(BaseModel):
    """When a new violation is one more of a case that is there already."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_minutes: int = Field(default=30, ge=0, description="since the place was clear; 0: every violation is a case")
    distance_m: float = Field(default=3.0, gt=0, le=200, description="on the map, between calibrated cameras")
    overlap: float = Field(default=0.3, gt=0, le=1, description="of the boxes in one camera's picture (IoU)")


DeadlineName = Literal["decide", "dispatch", "handle", "verify"]
