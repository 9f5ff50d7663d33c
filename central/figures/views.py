"""What the figures are given as: the same frozen models serve API, console and downloads."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from central.cases.states import CaseState, RejectReason
from central.figures.groupings import Grouping
from central.figures.rating import Colour
from protocol.kinds import ViolationKind


class View(BaseModel):
    """What all views share."""

    model_config = ConfigDict(frozen=True)


class Selected(View):
    """What was asked for; the days are whole days in the site's time zone, both counted."""

    first: date
    last: date
    time_zone: str
    kind: ViolationKind | None
    district: str | None


class Times(View):
    """How long something took, in minutes by the clock on the wall."""

    count: int = Field(description="cases that have this time")
    median_min: float
    p90_min: float = Field(description="nine of ten were not slower")


class Counts(View):
    """The figures of a group of cases, by the day on which they were opened."""

    cases: int
    by_state: dict[CaseState, int] = Field(description="where they are now; adds up to `cases`")
    repeats: int = Field(description="violations that joined a case after its first")
    rejected_because: dict[RejectReason, int]
    overdue: int = Field(description="cases of which a deadline has passed at least once")
    reopened: int
    response: Times | None = Field(description="from opening to the first notice or decision")
    closing: Times | None = Field(description="from opening to closing, self-corrected ones too")

    @property
    def rejected(self) -> int:
        """Cases that were none."""
        return self.by_state.get(CaseState.REJECTED, 0)

    @property
    def self_corrected(self) -> int:
        """Cases that were put right after a notice, before anybody came."""
        return self.by_state.get(CaseState.SELF_CORRECTED, 0)


class Group(Counts):
    """The figures of one zone, owner, month, ...; `key` "" stands for cases that have none."""

    key: str
    name_zh: str
    name_en: str


class Overview(View):
    """All cases of the selection together, and how they went day by day, or month by month for a long period."""

    selected: Selected
    total: Counts
    trend_by: Grouping
    trend: list[Group]


class Grouped(View):
    """The cases of the selection, group by group; the largest first, months and days in their order."""

    selected: Selected
    by: Grouping
    groups: list[Group]


class OwnerRating(View):
    """How an owner answers for its places; the formula is in docs/figures.md."""

    owner: str
    name: str
    colour: Colour
    score: float | None = Field(description="0..100; none with too few cases")
    shares: dict[str, float] = Field(description="in_time, by_itself, no_repeat, stays_well: 0 bad, 1 good")
    cases: int
    counted: int = Field(description="cases whose outcome is known, which the rating is made of")
    in_time: int
    told_first: int
    self_corrected: int
    late: int
    repeats: int
    reopened: int


class OwnerRatings(View):
    """All owners with cases in the selection, those with the lowest score first."""

    selected: Selected
    owners: list[OwnerRating]


class Precision(View):
    """How often people agreed with what a camera, zone or detector reported."""

    key: str
    name_zh: str
    name_en: str
    right: int = Field(description="confirmed by a person")
    wrong: int = Field(description="rejected as not_a_violation, wrong_object or other")
    apart: int = Field(description="rejected as duplicate, permitted or already_gone, or withdrawn: not the detector's")
    share: float | None = Field(description="right / (right + wrong)")
    low: float = Field(description="95 % interval after Wilson: at least")
    high: float = Field(description="at most")


class Precisions(View):
    """Precision by camera, zone, model, ...; those with most verdicts first."""

    selected: Selected
    by: Grouping
    groups: list[Precision]
