"""The figures as API, console and downloads ask for them. Plain sync methods; async code calls them in a thread."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.column_types import now
from central.database import Sessions
from central.figures.counting import Tally, count
from central.figures.groupings import Grouping, names_of
from central.figures.owners import owner_records
from central.figures.period import Period
from central.figures.precision import verdicts_by
from central.figures.rating import rate
from central.figures.selection import Selection
from central.figures.views import (
    Counts,
    Group,
    Grouped,
    Overview,
    OwnerRating,
    OwnerRatings,
    Precision,
    Precisions,
    Selected,
)
from central.figures.wilson import wilson_interval
from central.site.site import Site
from central.tables import Case, Device
from protocol.kinds import ViolationKind

DAYS_SHOWN_SINGLY = 62
_IN_ORDER_OF_TIME = (Grouping.MONTH, Grouping.DAY)


class Figures:
    """The cases in the database, counted; the site names owners and districts, and has the time zone."""

    def __init__(self, sessions: Sessions, site: Site) -> None:
        self._sessions, self._zone = sessions, site.zone
        self._names: dict[Grouping, dict[str, str]] = {
            Grouping.OWNER: {key: owner.name for key, owner in site.file.owners.items()},
            Grouping.DISTRICT: {key: district.name for key, district in site.file.districts.items()},
        }

    def select(
        self,
        first: date | None = None,
        last: date | None = None,
        kind: ViolationKind | None = None,
        district: str | None = None,
    ) -> Selection:
        """Fill in what is not given: the last 30 days, in the site's time zone. Raises BadPeriod."""
        return Selection(Period.of(first, last, self._zone, now().astimezone(self._zone).date()), kind, district)

    def overview(self, selection: Selection) -> Overview:
        """Give all cases together, and how they went over time."""
        days = (selection.period.last - selection.period.first).days + 1
        by = Grouping.DAY if days <= DAYS_SHOWN_SINGLY else Grouping.MONTH
        slices = selection.period.days() if by is Grouping.DAY else selection.period.months()
        with self._sessions.read() as session:
            total = count(session, selection, None).get("", Tally())
            found = count(session, selection, by)
        trend = [_group(by, cut.label, found.get(cut.label, Tally(cut.label)), cut.label) for cut in slices]
        return Overview(selected=_selected(selection), total=total.counts(), trend_by=by, trend=trend)

    def by(self, grouping: Grouping, selection: Selection) -> Grouped:
        """Give the cases group by group."""
        with self._sessions.read() as session:
            found = count(session, selection, grouping)
            names = self._names_for(session, grouping)
        groups = [_group(grouping, key, tally, names.get(key) or tally.name) for key, tally in found.items()]
        if grouping in _IN_ORDER_OF_TIME:
            groups.sort(key=lambda group: group.key)
        else:
            groups.sort(key=lambda group: (-group.cases, group.key))
        return Grouped(selected=_selected(selection), by=grouping, groups=groups)

    def owners(self, selection: Selection) -> OwnerRatings:
        """Rate the owners."""
        with self._sessions.read() as session:
            records = owner_records(session, selection)
        names = self._names[Grouping.OWNER]
        owners = []
        for owner, (cases, record) in records.items():
            rating = rate(record)
            owners.append(
                OwnerRating(
                    owner=owner,
                    name=names.get(owner) or owner,
                    colour=rating.colour,
                    score=rating.score,
                    shares=rating.shares,
                    cases=cases,
                    counted=record.counted,
                    in_time=record.in_time,
                    told_first=record.told_first,
                    self_corrected=record.self_corrected,
                    late=record.counted - record.in_time,
                    repeats=record.repeats,
                    reopened=record.reopened,
                )
            )
        owners.sort(key=lambda one: (one.score is None, one.score or 0.0, -one.cases, one.owner))
        return OwnerRatings(selected=_selected(selection), owners=owners)

    def precision(self, grouping: Grouping, selection: Selection) -> Precisions:
        """Say how often people agreed, by camera, zone, model, ..."""
        with self._sessions.read() as session:
            found = verdicts_by(session, selection, grouping)
            names = self._names_for(session, grouping)
        groups = []
        for key, said in found.items():
            total = said.right + said.wrong
            low, high = wilson_interval(said.right, total)
            name_zh, name_en = names_of(grouping, key, names.get(key) or said.name)
            groups.append(
                Precision(
                    key=key,
                    name_zh=name_zh,
                    name_en=name_en,
                    right=said.right,
                    wrong=said.wrong,
                    apart=said.apart,
                    share=said.right / total if total else None,
                    low=low,
                    high=high,
                )
            )
        groups.sort(key=lambda one: (-(one.right + one.wrong), one.key))
        return Precisions(selected=_selected(selection), by=grouping, groups=groups)

    def districts(self) -> dict[str, str]:
        """Give the districts that cases have, by id with their names; "" for cases without one is not among them."""
        with self._sessions.read() as session:
            ids = session.scalars(select(Case.district).where(Case.district != "").distinct().order_by(Case.district))
            return {district: self._names[Grouping.DISTRICT].get(district) or district for district in ids}

    def _names_for(self, session: Session, grouping: Grouping) -> Mapping[str, str]:
        if grouping is Grouping.DEVICE:
            return {row.id: row.name for row in session.execute(select(Device.id, Device.name))}
        return self._names.get(grouping, {})


def _selected(selection: Selection) -> Selected:
    period = selection.period
    return Selected(
        first=period.first,
        last=period.last,
        time_zone=str(period.zone),
        kind=selection.kind,
        district=selection.district,
    )


def _group(grouping: Grouping, key: str, tally: Tally, name: str) -> Group:
    zh, en = names_of(grouping, key, name)
    counts: Counts = tally.counts()
    return Group(key=key, name_zh=zh, name_en=en, **dict(counts))
