"""The figures: how many cases, how quickly, whose, and how often the boxes were right."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from fastapi import Request
from nicegui import ui
from nicegui.element import Element

from central.console import figures_charts as charts
from central.console import icons
from central.console.figures_filters import PRECISIONS, TABLES, FiguresFilters, filter_form
from central.console.figures_tables import groups_table, minutes, owners_table, precision_table
from central.console.formats import percent
from central.console.frame import Frame, empty_state
from central.console.tags import svg, tag, text
from central.console.theme import asset_url
from central.console.visit import Console, Visit, now, signed_in_page
from central.figures.groupings import GROUPING_NAMES, Grouping
from central.figures.views import Counts, Grouped, Overview, OwnerRatings, Precisions, Times
from central.problems import Problem

_log = logging.getLogger(__name__)


def register(console: Console) -> None:
    """Make the page /figures."""

    @signed_in_page(console, "/figures")
    async def figures_page(visit: Visit, request: Request) -> None:
        today = now().astimezone(visit.zone).date()
        filters = FiguresFilters.of_query(request.query_params, today)
        districts = await asyncio.to_thread(visit.services.figures.districts)
        frame = Frame(visit, "figures")
        ui.add_head_html(f'<link rel="stylesheet" href="{asset_url("figures.css")}">')
        with frame.main, tag("div", "sheet-page figures-page"):
            with tag("div", "page-top"):
                text("h1", visit.words("figures.title"))
                _downloads(filters, visit)
            filter_form(filters, districts, today, visit.words)
            body = tag("div", "figures-body")
            with body:
                text("p", visit.words("figures.counting"), "fine counting")
        # The frame is shown at once; counting a year of a city takes some seconds.
        ui.timer(0.01, lambda: _fill(body, filters, visit), once=True)
        frame.beat()


async def _fill(body: Element, filters: FiguresFilters, visit: Visit) -> None:
    figures = visit.services.figures
    try:
        selection = figures.select(filters.first, filters.last, filters.kind, filters.district)
        overview, grouped, owners, precision = await asyncio.gather(
            asyncio.to_thread(figures.overview, selection),
            asyncio.to_thread(figures.by, filters.by, selection),
            asyncio.to_thread(figures.owners, selection),
            asyncio.to_thread(figures.precision, filters.precision_by, selection),
        )
    except Exception as error:  # whatever failed: the page says so
        why = error.message(visit.words.language) if isinstance(error, Problem) else f"{type(error).__name__}: {error}"
        if not isinstance(error, Problem):
            _log.exception("the figures could not be counted")
        body.clear()
        with body:
            text("p", visit.words("load_failed", why=why[:300]), "advice", role="alert")
        return
    body.clear()
    with body:
        if not overview.total.cases:
            empty_state(visit.words("figures.empty"), visit.words("figures.empty_why"))
            return
        _headline(overview.total, visit)
        _charts(overview, grouped, visit)
        _groups(grouped, filters, visit)
        _owners(owners, filters, visit)
        _precision(precision, filters, visit)


def _downloads(filters: FiguresFilters, visit: Visit) -> None:
    words = visit.words
    with tag("div", "downloads"):
        _download(words("figures.workbook"), filters.download("figures/workbook.xlsx", words.language))
        text("span", words("figures.dataset"), "fine")
        for form in ("coco", "yolo"):
            _download(form.upper(), filters.download("exports/verdicts.zip", words.language, format=form))


def _download(shown: str, address: str) -> None:
    with tag("a", "tool download", href=address, download=""):
        svg(icons.DOWNLOAD)
        text("span", shown)


def _headline(total: Counts, visit: Visit) -> None:
    words = visit.words
    with tag("dl", "headline"):
        _tile(words("figure.cases"), str(total.cases))
        for key, _, states in charts.OUTCOMES[:4]:
            number = charts.cases_in(total, states)
            _tile(words(key), str(number), words("figures.share", share=percent(number / total.cases)))
        share = words("figures.share", share=percent(total.overdue / total.cases))
        _tile(words("figure.overdue"), str(total.overdue), share, "late" if total.overdue else "")
        _tile(words("figure.repeats"), str(total.repeats), words("figures.repeats_hint"))
        for name, times in (("response", total.response), ("closing", total.closing)):
            _time_tile(words(f"figure.{name}"), times, visit)


def _time_tile(name: str, times: Times | None, visit: Visit) -> None:
    if times is None:
        _tile(name, "–")
        return
    within = visit.words("figures.within", time=minutes(times.p90_min, visit.words))
    _tile(name, minutes(times.median_min, visit.words), within)


def _tile(name: str, value: str, about: str = "", tone: str = "") -> None:
    with tag("div", f"tile {tone}"):
        text("dt", name)
        text("dd", value)
        if about:
            text("span", about, "fine")


def _charts(overview: Overview, grouped: Grouped, visit: Visit) -> None:
    words = visit.words
    with tag("div", "charts"):
        _chart(words(f"trend.{overview.trend_by}"), charts.trend_chart(overview, words), "broad")
        _chart(words("figures.times"), charts.times_chart(overview, words))
        if overview.total.rejected_because:
            _chart(words("figures.reasons"), charts.reasons_chart(overview.total, words))
        if grouped.by is Grouping.MONTH:
            return  # the first chart shows it
        by = words.pick(GROUPING_NAMES[grouped.by])
        _chart(words("figures.largest", by=by), charts.largest_chart(grouped.groups, words))


def _chart(title: str, options: charts.Options, classes: str = "") -> None:
    with tag("figure", f"panel chart {classes}", role="group", aria_label=title):
        text("h2", title)
        ui.echart(options, renderer="svg").classes("plot")


def _groups(grouped: Grouped, filters: FiguresFilters, visit: Visit) -> None:
    words = visit.words
    with tag("section", "panel", id="groups"):
        with tag("header", "panel-head"):
            text("h2", words("figures.groups"))
            _tabs(TABLES, grouped.by, lambda by: filters.address(by=by) + "#groups", visit)
            _download(words("figures.csv"), filters.download(f"figures/by/{grouped.by}.csv", words.language))
        groups_table(grouped.groups, grouped.by, words)
        text("p", words("note.figures"), "fine")


def _owners(ratings: OwnerRatings, filters: FiguresFilters, visit: Visit) -> None:
    words = visit.words
    with tag("section", "panel", id="owners"):
        with tag("header", "panel-head"):
            text("h2", words("figure.ratings"))
            _download(words("figures.csv"), filters.download("figures/owners.csv", words.language))
        owners_table(ratings.owners, words)
        text("p", words("note.rating"), "fine")


def _precision(precisions: Precisions, filters: FiguresFilters, visit: Visit) -> None:
    words, by = visit.words, precisions.by
    with tag("section", "panel", id="precision"):
        with tag("header", "panel-head"):
            text("h2", words("figure.precision"))
            _tabs(PRECISIONS, by, lambda other: filters.address(precision_by=other) + "#precision", visit)
            _download(words("figures.csv"), filters.download(f"figures/precision/{by}.csv", words.language))
        precision_table(precisions.groups, by, words)
        text("p", words("note.precision"), "fine")


def _tabs(shown: tuple[Grouping, ...], chosen: Grouping, address: Callable[[Grouping], str], visit: Visit) -> None:
    with tag("nav", "tabs"):
        for by in shown:
            here = by is chosen
            text(
                "a",
                visit.words.pick(GROUPING_NAMES[by]),
                "filter on" if here else "filter",
                href=address(by),
                aria_current="true" if here else None,
            )
