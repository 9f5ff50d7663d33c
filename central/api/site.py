"""The site: names of districts and of who answers for places, and the table of the life of a case."""

from __future__ import annotations

from fastapi import APIRouter

from central.api.access import ServicesOfApp, SignedIn
from central.cases.lifecycle import TABLE, CaseAction, CaseState, Who
from central.cases.views import View

router = APIRouter(prefix="/site", tags=["site"])


class OwnerView(View):
    """Who answers for places."""

    name: str
    contact: str


class RowView(View):
    """From any of `states`, `action` leads to `to` (null: the state stays), when one of `who` takes it."""

    states: list[CaseState]
    action: CaseAction
    to: CaseState | None
    who: list[Who]


class SiteView(View):
    """What a program needs to read cases."""

    time_zone: str
    districts: dict[str, str]
    owners: dict[str, OwnerView]
    life_of_a_case: list[RowView]


@router.get("", summary="Districts, owners, and the steps that a case can take")
def get_site(services: ServicesOfApp, _: SignedIn) -> SiteView:
    """Give the names behind the ids in cases."""
    file = services.site.file
    return SiteView(
        time_zone=str(services.site.zone),
        districts={key: district.name for key, district in file.districts.items()},
        owners={key: OwnerView(name=owner.name, contact=owner.contact) for key, owner in file.owners.items()},
        life_of_a_case=[RowView.model_validate(row, from_attributes=True) for row in TABLE],
    )
