"""What a case is, in one line: kind, number, state."""

from __future__ import annotations

from central.cases.views import CaseDetail
from central.console import icons
from central.console.case_list import kind_name, state_name
from central.console.tags import svg, tag, text
from central.console.words import Words


def case_head(case: CaseDetail, words: Words) -> None:
    """Write kind, number, state, and whether what the box sent was properly signed."""
    with tag("div", "case-head"):
        with tag("h1"):
            tag("i", f"kind-mark {case.kind}")
            text("span", kind_name(case, words))
        with tag("span", f"state {case.state}"):
            tag("i")
            text("span", state_name(case.state, words))
        text("span", case.number, "number", title=words("case.number"))
        if case.external_ref:
            text("span", case.external_ref, "number platform", title=words("case.platform_number"))
        signature_badge(all(report.signature_ok for report in case.violations), words)


def signature_badge(good: bool, words: Words) -> None:
    """Say whether the box's signature was found good when the message came."""
    key = "case.signature_ok" if good else "case.signature_bad"
    with tag("span", f"signature {'good' if good else 'bad'}", title=words(f"{key}_hint")):
        svg(icons.SHIELD if good else icons.WARNING)
        text("span", words(key))
