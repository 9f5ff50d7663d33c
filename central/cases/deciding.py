"""What becomes of a new case, as the site's policies say: the first one that applies counts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.cases.lifecycle import CaseAction, CaseState
from central.cases.sight import act_on_sight
from central.cases.steps import POLICY, place_of, take_step
from central.site.policies import Policy, Then
from central.site.site import Site
from central.tables import Case
from central.telling import outbox as notices


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What people decided about cases of one camera, kind and detector."""

    confirmed: int
    rejected: int

    @property
    def total(self) -> int:
        """How many decisions."""
        return self.confirmed + self.rejected

    @property
    def precision(self) -> float:
        """The share that was confirmed; 0 before the first decision."""
        return self.confirmed / self.total if self.total else 0.0


def verdicts(session: Session, case: Case) -> Verdicts:
    """Count what people decided about cases like this one; another detector has to earn its own trust.

    A confirmation counts for as long as the case is not withdrawn.
    """
    wrong = (CaseState.REJECTED, CaseState.WITHDRAWN)
    like_it = (
        Case.device_id == case.device_id,
        Case.camera_id == case.camera_id,
        Case.kind == case.kind,
        Case.model == case.model,
        Case.officer.is_not(None),
    )
    total = session.scalar(select(func.count()).where(*like_it)) or 0
    rejected = session.scalar(select(func.count()).where(*like_it, Case.state.in_(wrong))) or 0
    return Verdicts(confirmed=total - rejected, rejected=rejected)


def decide_by_policy(session: Session, site: Site, case: Case) -> None:
    """File the case, tell who answers for the place, or leave it to a person.

    A policy whose conditions are not met (score, precision, nobody to be told) is passed over.
    """
    for policy in site.policies(case.kind, place_of(case), case.confirmed_at):
        match policy.then:
            case Then.REVIEW:
                return
            case Then.FILE if _has_earned_it(session, policy, case):
                note = "按策略自动立案 / filed by policy"
                take_step(session, site, case, CaseAction.CONFIRM, POLICY, note=note)
                act_on_sight(session, site, case)
                return
            case Then.NOTIFY if case.standing > 0 and _tell_owner(session, site, case, policy):
                return


def _has_earned_it(session: Session, policy: Policy, case: Case) -> bool:
    if case.score < policy.min_score:
        return False
    if not policy.min_verdicts:
        return True
    earned = verdicts(session, case)
    return earned.total >= policy.min_verdicts and earned.precision >= policy.min_precision


def _tell_owner(session: Session, site: Site, case: Case, policy: Policy) -> bool:
    known = site.owner_of(place_of(case))
    if known is None or policy.minutes is None:
        return False
    if notices.of_case(session, case.id) is not None:
        return False  # told once: when it comes back, a person decides
    owner_id, owner = known
    url = site.webhook_of(owner)
    if url is None:
        return False
    note = f"{owner.name} · {policy.minutes} 分钟 / min"
    take_step(session, site, case, CaseAction.NOTIFY, POLICY, note=note)
    notices.put(session, case, owner_id, owner, url, policy.minutes)
    return True
