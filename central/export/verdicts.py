"""What people said about what boxes saw: pictures with a box and a verdict, to train detectors with.

Only what an officer saw when deciding is taken: violations that had come by then, with the untouched picture of the
moment of confirmation (the box is where the object stood then). Confirmed is a positive. Rejected as `wrong_object`
is a hard negative: the picture stays, the box does not become a label. Every other rejection is left out, because the
object was really there; what was withdrawn later is left out too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.cases.documents import readable
from central.cases.states import CaseAction, CaseState, RejectReason
from central.figures.precision import last_verdicts
from central.figures.selection import Selection
from central.tables import Case, CaseStep, StoredViolation, ViolationEvidence
from protocol.messages import BoxXyxy, EvidenceRole, Phase, Rendition

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class Verdict(StrEnum):
    """What becomes of an object in the data set."""

    POSITIVE = "positive"
    HARD_NEGATIVE = "hard_negative"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Labelled:
    """An object in a picture: where (fractions of the picture), what the detector called it, what a person said."""

    box: BoxXyxy
    label: str
    verdict: Verdict
    reason: RejectReason | None
    case_number: str
    kind: str
    score: float
    model: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An original picture and all objects in it on which there is a verdict."""

    sha256: str
    extension: str
    width_px: int
    height_px: int
    camera: str
    taken_at: str
    objects: tuple[Labelled, ...]

    def of(self, verdict: Verdict) -> list[Labelled]:
        """Give the objects with this verdict."""
        return [one for one in self.objects if one.verdict is verdict]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A verdict that is not in the data set, and why."""

    case_number: str
    why: str


def collect(session: Session, selection: Selection) -> tuple[list[Picture], list[Skipped]]:
    """Find the pictures with at least one positive or hard negative, and what had to be left out."""
    pictures: list[Picture] = []
    skipped: list[Skipped] = []
    found: list[tuple[ViolationEvidence, str, Labelled]] = []
    for labelled, camera, original in _rows(session, selection):
        if labelled.verdict is Verdict.LEFT_OUT:
            why = f"rejected as {labelled.reason}" if labelled.reason else "withdrawn"
            skipped.append(Skipped(labelled.case_number, why))
        if original is None:
            skipped.append(Skipped(labelled.case_number, "no original picture of the confirmation was kept"))
        elif original.media_type not in EXTENSIONS:
            skipped.append(Skipped(labelled.case_number, f"pictures of type {original.media_type} are not exported"))
        else:
            found.append((original, camera, labelled))
    found.sort(key=lambda row: (row[0].sha256, row[2].case_number))
    for sha256, rows in groupby(found, key=lambda row: row[0].sha256):
        together = list(rows)
        original, camera, _ = together[0]
        objects = tuple(labelled for _, _, labelled in together)
        if all(one.verdict is Verdict.LEFT_OUT for one in objects):
            continue
        pictures.append(
            Picture(
                sha256=sha256,
                extension=EXTENSIONS[original.media_type],
                width_px=original.width_px,
                height_px=original.height_px,
                camera=camera,
                taken_at=original.taken_at.isoformat(),
                objects=objects,
            )
        )
    return pictures, skipped


def _rows(session: Session, selection: Selection) -> Iterator[tuple[Labelled, str, ViolationEvidence | None]]:
    verdicts = (
        select(CaseStep, Case, StoredViolation, ViolationEvidence)
        .join(Case, Case.id == CaseStep.case_id)
        .join(StoredViolation, StoredViolation.case_id == Case.id)
        .outerjoin(
            ViolationEvidence,
            (ViolationEvidence.violation_id == StoredViolation.id)
            & (ViolationEvidence.role == EvidenceRole.CONFIRMED)
            & (ViolationEvidence.rendition == Rendition.ORIGINAL),
        )
        .where(
            CaseStep.id.in_(last_verdicts(selection.conditions())),
            StoredViolation.phase == Phase.CONFIRMED,
            StoredViolation.received_at <= CaseStep.at,
        )
        .order_by(Case.id, StoredViolation.id)
        .execution_options(yield_per=500)
    )
    for step, case, stored, original in session.execute(verdicts):
        violation = readable(stored)
        if violation is None:
            continue
        labelled = Labelled(
            box=violation.box,
            label=violation.label,
            verdict=_verdict(step, case),
            reason=step.reason,
            case_number=case.number,
            kind=violation.kind.value,
            score=violation.proof.score,
            model=violation.model,
        )
        yield labelled, f"{violation.device}/{violation.camera.id}", original


def _verdict(step: CaseStep, case: Case) -> Verdict:
    if case.state is CaseState.WITHDRAWN:
        return Verdict.LEFT_OUT
    if step.action is CaseAction.CONFIRM:
        return Verdict.POSITIVE
    return Verdict.HARD_NEGATIVE if step.reason is RejectReason.WRONG_OBJECT else Verdict.LEFT_OUT
