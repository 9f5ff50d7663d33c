"""What the figures page counts: its filters live in the address, so that a view can be kept and sent to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self, TypeVar
from urllib.parse import urlencode

from central.console.tags import tag, text
from central.console.words import Words
from central.figures.groupings import Grouping
from protocol.kinds import ViolationKind

E = TypeVar("E", ViolationKind, Grouping)

TABLES = tuple(by for by in Grouping if by is not Grouping.DAY)
PRECISIONS = (Grouping.CAMERA, Grouping.ZONE, Grouping.MODEL)


@dataclass(frozen=True, slots=True)
class FiguresFilters:
    """The chosen days, kind and district, and which tables are open."""

    first: date
    last: date
    kind: ViolationKind | None = None
    district: str | None = None
    by: Grouping = Grouping.ZONE
    precision_by: Grouping = Grouping.CAMERA

    @classmethod
    def of_query(cls, query: Mapping[str, str], today: date) -> Self:
        """Read them from an address; what cannot be read is taken as not given."""
        last = _day(query.get("to")) or today
        first = _day(query.get("from")) or last - timedelta(days=29)
        by = _member(Grouping, query.get("by"))
        precision_by = _member(Grouping, query.get("precision"))
        district = query.get("district", "-")
        return cls(
            first=min(first, last),
            last=last,
            kind=_member(ViolationKind, query.get("kind")),
            district=None if district == "-" else district,
            by=by if by in TABLES else Grouping.ZONE,
            precision_by=precision_by if precision_by in PRECISIONS else Grouping.CAMERA,
        )

    def address(self, **changes: object) -> str:
        """Give the page's address with these filters, some of them changed."""
        new = replace(self, **changes)  # type: ignore[arg-type]
        shown = {"by": new.by, "precision": new.precision_by, "district": "-" if new.district is None else new.district}
        return "/figures?" + urlencode(new._selected() | shown)

    def download(self, path: str, language: str, **more: str) -> str:
        """Give the address of a file of the REST API for what is selected."""
        district = {} if self.district is None else {"district": self.district}
        return f"/api/v1/{path}?" + urlencode(self._selected() | district | {"language": language} | more)

    def _selected(self) -> dict[str, str]:
        kind = {} if self.kind is None else {"kind": self.kind.value}
        return {"from": self.first.isoformat(), "to": self.last.isoformat()} | kind


def filter_form(filters: FiguresFilters, districts: Mapping[str, str], today: date, words: Words) -> None:
    """Build the row of filters: a plain form, which leads to the address with the chosen filters."""
    with tag("div", "figures-filters"):
        with tag("div", "spans"):
            for name, first in (
                ("week", today - timedelta(days=6)),
                ("month", today - timedelta(days=29)),
                ("this_month", today.replace(day=1)),
                ("year", today - timedelta(days=364)),
            ):
                on = (filters.first, filters.last) == (first, today)
                address = filters.address(first=first, last=today)
                with tag("a", "filter on" if on else "filter", href=address, aria_current="true" if on else None):
                    text("span", words(f"span.{name}"))
        with tag("form", "figures-form", method="get", action="/figures"):
            for name, label, day in (("from", "figures.from", filters.first), ("to", "figures.to", filters.last)):
                with tag("label"):
                    text("span", words(label))
                    tag("input", type="date", name=name, required="required", max="2999-12-31").props["^value"] = str(
                        day
                    )
            kinds = {"": words("queue.kind_all")} | {kind.value: words(f"kind.{kind}") for kind in ViolationKind}
            _choice("kind", words("figures.kind"), kinds, filters.kind.value if filters.kind else "")
            named = {"-": words("figures.district_all")} | dict(districts) | {"": words("figures.district_none")}
            _choice("district", words("figures.district"), named, "-" if filters.district is None else filters.district)
            for name, value in (("by", filters.by), ("precision", filters.precision_by)):
                tag("input", type="hidden", name=name, value=value.value)
            text("button", words("figures.apply"), "secondary", type="submit")


def _choice(name: str, label: str, options: Mapping[str, str], chosen: str) -> None:
    with tag("label"):
        text("span", label)
        with tag("select", name=name):
            for value, shown in options.items():
                text("option", shown, value=value, selected="selected" if value == chosen else None)


def _day(given: str | None) -> date | None:
    try:
        return date.fromisoformat(given or "")
    except ValueError:
        return None


def _member(kind: type[E], given: str | None) -> E | None:
    return kind(given) if given in {member.value for member in kind} else None
