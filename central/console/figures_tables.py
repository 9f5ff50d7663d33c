"""The tables of the figures page: group by group, the owners' ratings, precision."""

from __future__ import annotations

from central.console.figures_charts import OUTCOMES, cases_in
from central.console.formats import percent
from central.console.tags import tag, text
from central.console.words import Words
from central.figures.groupings import GROUPING_NAMES, Grouping
from central.figures.rating import Colour
from central.figures.views import Group, OwnerRating, Precision, Times

SHOWN = 100
_NAMED_ALIKE = (Grouping.ZONE, Grouping.CAMERA, Grouping.DEVICE)
"""Several may have the same name, so that their ids stand beside it."""
_SHARES = ("in_time", "by_itself", "no_repeat", "stays_well")


def groups_table(groups: list[Group], by: Grouping, words: Words) -> None:
    """List the groups with their figures."""
    sums = ("repeats", "overdue", "reopened")
    with tag("div", "wide"), tag("table", "grid numbers"):
        with tag("thead"), tag("tr"):
            text("th", words.pick(GROUPING_NAMES[by]), "what")
            text("th", words("figure.cases"))
            for key, _, _ in OUTCOMES:
                text("th", words(key))
            for name in sums:
                text("th", words(f"figure.{name}"))
            for name in ("response", "closing"):
                text("th", words(f"figure.{name}"), title=words(f"figure.{name}_median"))
        with tag("tbody"):
            for group in groups[:SHOWN]:
                with tag("tr"):
                    _name(group, by, words)
                    text("td", str(group.cases), "main-number")
                    for _, _, states in OUTCOMES:
                        _count(cases_in(group, states))
                    for name in sums:
                        _count(getattr(group, name), "late" if name == "overdue" else "")
                    _times(group.response, words)
                    _times(group.closing, words)
    _more(len(groups), words)


def owners_table(owners: list[OwnerRating], words: Words) -> None:
    """List the owners with their rating, in colour and in words, and the shares it is made of."""
    if not owners:
        text("p", words("figures.no_owner"), "fine")
        return
    with tag("div", "wide"), tag("table", "grid numbers"):
        with tag("thead"), tag("tr"):
            text("th", words.pick(GROUPING_NAMES[Grouping.OWNER]), "what")
            text("th", words("figure.rating"), "what")
            text("th", words("figure.score"))
            for share in _SHARES:
                text("th", words(f"share.{share}"))
            for name in ("cases", "counted", "late", "repeats"):
                text("th", words(f"figure.{name}"))
        with tag("tbody"):
            for one in owners[:SHOWN]:
                with tag("tr"):
                    text("td", one.name, "what", title=one.owner)
                    with tag("td", "what"):
                        rating_label(one.colour, words)
                    text("td", "–" if one.score is None else f"{one.score:.0f}", "main-number")
                    for share in _SHARES:
                        value = one.shares.get(share)
                        text("td", "–" if value is None else percent(value))
                    for name in ("cases", "counted", "late", "repeats"):
                        _count(getattr(one, name))
    _more(len(owners), words)


def rating_label(colour: Colour, words: Words) -> None:
    """Show a rating: a coloured mark, and the colour's name and meaning for who cannot tell colours apart."""
    with tag("span", f"rating {colour}"):
        tag("i")
        text("span", words(f"colour.{colour}"))


def precision_table(groups: list[Precision], by: Grouping, words: Words) -> None:
    """List how often people agreed, with the interval drawn from 0 to 100 %."""
    if not groups:
        text("p", words("figures.no_verdict"), "fine")
        return
    with tag("div", "wide"), tag("table", "grid numbers"):
        with tag("thead"), tag("tr"):
            text("th", words.pick(GROUPING_NAMES[by]), "what")
            for name in ("right", "wrong", "apart", "precision"):
                text("th", words(f"figure.{name}"))
            text("th", "0 – 100%", "interval-head")
            text("th", words("figures.range"))
        with tag("tbody"):
            for one in groups[:SHOWN]:
                with tag("tr"):
                    _name(one, by, words)
                    for number in (one.right, one.wrong, one.apart):
                        _count(number)
                    text("td", "–" if one.share is None else percent(one.share), "main-number")
                    _interval(one, words)
    _more(len(groups), words)


def _name(one: Group | Precision, by: Grouping, words: Words) -> None:
    with tag("td", "what", title=one.key):
        name = words.pick((one.name_zh, one.name_en))
        text("span", name)
        if by in _NAMED_ALIKE and name != one.key:
            text("span", one.key, "number")


def _interval(one: Precision, words: Words) -> None:
    said = words("figures.interval", low=percent(one.low), high=percent(one.high))
    with tag("td", "interval-cell"), tag("span", "interval", title=said, role="img", aria_label=said):
        tag("i", style=f"left:{one.low:.1%};width:{one.high - one.low:.1%}")
        if one.share is not None:
            tag("b", style=f"left:{one.share:.1%}")
    text("td", f"{percent(one.low)} – {percent(one.high)}", "range")


def _count(number: int, tone: str = "") -> None:
    text("td", str(number) if number else "–", f"{tone if number else 'nothing'}")


def _times(times: Times | None, words: Words) -> None:
    if times is None:
        text("td", "–", "nothing")
        return
    hint = words("figures.within", time=minutes(times.p90_min, words))
    text("td", minutes(times.median_min, words), title=hint)


def minutes(value_min: float, words: Words) -> str:
    """Format minutes: with a decimal below 10, as hours from two hours on."""
    if value_min < 10:
        return words("figures.minutes", m=f"{value_min:.1f}")
    if value_min < 120:
        return words("figures.minutes", m=f"{value_min:.0f}")
    whole = round(value_min)
    if whole < 48 * 60:
        return words("time.hours", h=whole // 60, m=whole % 60)
    return words("time.days", d=whole // 1440, h=whole % 1440 // 60)


def _more(count: int, words: Words) -> None:
    if count > SHOWN:
        text("p", words("figures.more", n=SHOWN, of=count), "fine")
