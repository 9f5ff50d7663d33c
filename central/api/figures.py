"""The figures: counts and times, owner ratings, precision; as JSON, CSV and XLSX."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from central.api.access import ServicesOfApp, SignedIn
from central.export.csv_file import write_csv
from central.export.figure_sheets import grouped_sheet, owners_sheet, precision_sheet
from central.export.sheets import Sheet
from central.export.workbook import write_workbook
from central.figures.groupings import Grouping
from central.figures.selection import Selection
from central.figures.views import Grouped, Overview, OwnerRatings, Precisions
from central.services import Services
from protocol.kinds import ViolationKind

router = APIRouter(prefix="/figures", tags=["figures"])

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_IN_WORKBOOK = tuple(by for by in Grouping if by is not Grouping.DAY)


class PrecisionBy(StrEnum):
    """By what precision is told."""

    CAMERA = "camera"
    ZONE = "zone"
    MODEL = "model"
    KIND = "kind"
    DEVICE = "device"


class Wanted(BaseModel):
    """Which cases are counted: those opened from the first through the last day, in the site's time zone."""

    first: date | None = Field(default=None, alias="from", description="first day; 29 days before the last")
    last: date | None = Field(default=None, alias="to", description="last day, counted too; today")
    kind: ViolationKind | None = None
    district: str | None = Field(default=None, max_length=200, description='"" for cases without a known district')

    def select(self, services: Services) -> Selection:
        """Give the selection. Raises BadPeriod."""
        return services.figures.select(self.first, self.last, self.kind, self.district)


class WantedFile(Wanted):
    """Which cases are counted, and in which language the file is written."""

    language: Literal["zh", "en"] = "zh"


# Before the routes without an ending, which would take ".csv" for a part of the name.
@router.get(
    "/by/{grouping}.csv",
    summary="The cases group by group, as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "UTF-8 with a byte order mark"}},
)
def by_group_csv(
    grouping: Grouping, wanted: Annotated[WantedFile, Query()], services: ServicesOfApp, _: SignedIn
) -> Response:
    """Write a table."""
    found = services.figures.by(grouping, wanted.select(services))
    return _csv(grouped_sheet(found, wanted.language), f"by-{grouping}", found)


@router.get(
    "/owners.csv",
    summary="The owners' ratings as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "UTF-8 with a byte order mark"}},
)
def owners_csv(wanted: Annotated[WantedFile, Query()], services: ServicesOfApp, _: SignedIn) -> Response:
    """Write a table."""
    found = services.figures.owners(wanted.select(services))
    return _csv(owners_sheet(found, wanted.language), "owners", found)


@router.get(
    "/precision/{grouping}.csv",
    summary="Precision as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "UTF-8 with a byte order mark"}},
)
def precision_csv(
    grouping: PrecisionBy, wanted: Annotated[WantedFile, Query()], services: ServicesOfApp, _: SignedIn
) -> Response:
    """Write a table."""
    found = services.figures.precision(Grouping(grouping.value), wanted.select(services))
    return _csv(precision_sheet(found, wanted.language), f"precision-by-{grouping}", found)


@router.get("", summary="All cases together, and day by day or month by month")
def overview(wanted: Annotated[Wanted, Query()], services: ServicesOfApp, _: SignedIn) -> Overview:
    """Give the headline figures and how they went."""
    return services.figures.overview(wanted.select(services))


@router.get("/by/{grouping}", summary="The cases group by group")
def by_group(grouping: Grouping, wanted: Annotated[Wanted, Query()], services: ServicesOfApp, _: SignedIn) -> Grouped:
    """Count by zone, owner, kind, district, officer, month, ..."""
    return services.figures.by(grouping, wanted.select(services))


@router.get("/owners", summary="Green, yellow, red: how owners answer for their places")
def owners(wanted: Annotated[Wanted, Query()], services: ServicesOfApp, _: SignedIn) -> OwnerRatings:
    """Rate the owners; docs/figures.md has the formula."""
    return services.figures.owners(wanted.select(services))


@router.get("/precision/{grouping}", summary="How often people agreed with what was reported")
def precision(
    grouping: PrecisionBy, wanted: Annotated[Wanted, Query()], services: ServicesOfApp, _: SignedIn
) -> Precisions:
    """Give precision from verdicts, with 95 % intervals."""
    return services.figures.precision(Grouping(grouping.value), wanted.select(services))


@router.get(
    "/workbook.xlsx",
    summary="Everything in one workbook",
    response_class=Response,
    responses={200: {"content": {_XLSX: {}}, "description": "a sheet for every grouping, ratings and precision"}},
)
def workbook(wanted: Annotated[WantedFile, Query()], services: ServicesOfApp, _: SignedIn) -> Response:
    """Write all tables."""
    selection, figures = wanted.select(services), services.figures
    sheets = [grouped_sheet(figures.by(by, selection), wanted.language) for by in _IN_WORKBOOK]
    ratings = figures.owners(selection)
    sheets.append(owners_sheet(ratings, wanted.language))
    sheets += [
        precision_sheet(figures.precision(Grouping(by.value), selection), wanted.language)
        for by in (PrecisionBy.CAMERA, PrecisionBy.ZONE, PrecisionBy.MODEL)
    ]
    return _file(write_workbook(sheets), _XLSX, f"{_name('figures', ratings)}.xlsx")


_Found = Grouped | OwnerRatings | Precisions


def _csv(sheet: Sheet, name: str, found: _Found) -> Response:
    return _file(write_csv(sheet), "text/csv; charset=utf-8", f"{_name(name, found)}.csv")


def _name(name: str, found: _Found) -> str:
    return f"kerbwatch-{name}-{found.selected.first}-{found.selected.last}"


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=media_type, headers=headers)
