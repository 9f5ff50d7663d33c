"""`demo.py --once`: the clip as fast as the machine allows, until the loop is closed; one JSON object at the end."""

from __future__ import annotations

import re
import time
from typing import Any

from scripts._terminal import StatusLine, bar
from scripts.demonstration.centre_api import NoAnswerError
from scripts.demonstration.failure import DemoError
from scripts.demonstration.loop import describe_loop, has_closed
from scripts.demonstration.news import CaseNews
from scripts.demonstration.site import Site
from scripts.demonstration.zones_file import shortest_dwell_s

_POLL_S = 0.2
_FILED_LIMIT_S = 60.0
_PLACE = re.compile(r"clip at (\d+) of")


def run_through(site: Site, zones: list[dict[str, Any]], length_s: float | None, *, must_close: bool) -> dict[str, Any]:
    """Run the clip through the box and give its cases as the last line says them.

    Raises DemoError, also when a case is not filed, or with `must_close` not closed by sight.
    """
    started_s = time.monotonic()
    line, news = StatusLine(), CaseNews(site.api)
    box = site.start_box()
    while box.exit_code is None:
        site.centre.check()
        _tell(line, news)
        places = _PLACE.findall(box.last_words(40))
        at_s = float(places[-1]) if places else 0.0
        line.show(f"{bar(at_s / length_s if length_s else 0.0)} {at_s:.0f} / {length_s or 0.0:.0f} s")
        time.sleep(_POLL_S)
    line.clear()
    if box.exit_code != 0:
        raise box.failure()
    cases = _wait_until_filed(site, line, news)
    if not cases:
        raise _nothing(site, zones, length_s)
    for case in cases:
        line.say(describe_loop(case))
    if must_close and not all(has_closed(case) for case in cases):
        raise DemoError(
            "闭环未完成：案件没有由画面核查结案。",
            f"The loop did not close: a case was not closed by sight. The box said last:\n{site.box.last_words(8)}",
        )
    return {
        "violations": sum(len(case["violations"]) for case in cases),
        "cases": [_short(case) for case in cases],
        "van_painted_out": must_close,
        "seconds": round(time.monotonic() - started_s, 1),
    }


def _wait_until_filed(site: Site, line: StatusLine, news: CaseNews) -> list[dict[str, Any]]:
    """The box has ended, so all is acknowledged; the platform's numbers may take a moment more."""
    limit_s = time.monotonic() + _FILED_LIMIT_S
    while time.monotonic() < limit_s:
        site.centre.check()
        _tell(line, news)
        try:
            cases = list(site.api.cases())
            if all(case["state"] in ("filed", "closed") and case["external_ref"] for case in cases):
                return [site.api.case(case["id"]) for case in reversed(cases)]
        except NoAnswerError:
            pass
        line.show("等待立案 waiting until all is filed ...")
        time.sleep(_POLL_S)
    raise DemoError(
        "案件未能在限时内立案，中心日志末尾：",
        f"Cases came but were not filed within {_FILED_LIMIT_S:.0f} s. The centre's last words:\n"
        f"{site.centre.last_words()}",
    )


def _tell(line: StatusLine, news: CaseNews) -> None:
    try:
        for text in news.next():
            line.say(text)
    except NoAnswerError:
        pass  # asked again soon; a centre that has ended is noticed by itself


def _short(case: dict[str, Any]) -> dict[str, Any]:
    evidence = [{key: file[key] for key in ("role", "sha256", "bytes", "url")} for file in case["evidence"]]
    return {key: case[key] for key in ("id", "kind", "state", "closed_how", "zone", "camera")} | {"evidence": evidence}


def _nothing(site: Site, zones: list[dict[str, Any]], length_s: float | None) -> DemoError:
    refused = site.api.quarantine()
    if refused:
        return DemoError(
            f"设备上报了违规，但中心未采纳：{refused[0]['reason']}",
            f"The box reported, but the centre set it aside: {refused[0]['reason']}",
        )
    dwell_s = shortest_dwell_s(zones)
    if length_s is not None and length_s <= dwell_s:
        return DemoError(
            f"没有产生案件：视频长 {length_s:.0f} 秒，而区域要求停留 {dwell_s:.0f} 秒。请换更长的视频或调小 dwell_s。",
            f"No case came: the clip is {length_s:.0f} s long, and its zones let things stand for {dwell_s:.0f} s. "
            "Take a longer clip, or a smaller dwell_s.",
        )
    return DemoError(
        f"没有产生案件：区域内没有目标停留超过 {dwell_s:.0f} 秒。请核对多边形（画面比例坐标 0..1）、kind 和 classes。",
        f"No case came: nothing stood in a zone for {dwell_s:.0f} s. Check the polygon (fractions of the picture, "
        f"0..1), kind and classes. The box said last:\n{site.box.last_words(8)}",
    )
