"""What was seen, where and when, and how sure the box is, in plain words."""

from __future__ import annotations

from nicegui.elements.mixins.text_element import TextElement

from central.cases.views import CaseDetail, CaseSummary
from central.console import formats
from central.console.tags import tag, text
from central.console.visit import Visit, now
from central.console.words import Words
from protocol.messages import Phase, Proof, Violation


def confirmation(case: CaseDetail) -> Violation | None:
    """Give the newest confirmed violation of a case, which its facts are taken from."""
    readable = [report.message for report in case.violations if report.message is not None]
    confirmed = [message for message in readable if message.phase is Phase.CONFIRMED]
    return (confirmed or readable)[-1] if readable else None


def address_line(case: CaseSummary) -> str:
    """Give the address, or what comes nearest to it."""
    return case.address or case.camera_name or case.camera


def stood(case: CaseDetail, words: Words) -> str:
    """Say how long it stands or stood, and how long it may."""
    until = case.cleared_at or now()
    time = formats.duration((until - case.first_seen_at).total_seconds(), words)
    message = confirmation(case)
    if message is None:
        return time
    return words("case.allowed", time=time, limit=formats.duration(message.dwell_s, words))


def facts_block(case: CaseDetail, visit: Visit) -> TextElement:
    """List place and times; give the element that says how long it stands, which changes with time."""
    words, zone = visit.words, visit.zone
    message = confirmation(case)
    facts: list[tuple[str, str]] = [
        ("case.first_seen", formats.full_time(case.first_seen_at, zone)),
        ("case.confirmed", formats.full_time(case.confirmed_at, zone)),
        (
            "case.cleared",
            formats.full_time(case.cleared_at, zone) if case.cleared_at else words("case.not_cleared"),
        ),
        ("case.stood", stood(case, words)),
        ("case.where", case.address),
        ("case.zone", _named(case.zone_name, case.zone)),
        ("case.camera", _named(case.camera_name, case.camera)),
    ]
    if message is not None:
        facts += [
            ("case.direction", message.camera.direction),
            ("case.position", _position(message)),
            ("case.object", _object(message, words)),
        ]
    facts.append(("case.device", case.device))
    if any(report.message is None for report in case.violations):
        facts.append(("case.broken", words("case.broken_why")))
    if message is not None:
        facts.append(("case.time_source", words(f"time.{message.time_source}")))
    with tag("dl", "facts"):
        elements = {}
        for key, value in facts:
            if value:
                text("dt", words(key))
                elements[key] = text("dd", value)
    return elements["case.stood"]


def proof_block(case: CaseDetail, words: Words, *, brief: bool = False) -> None:
    """Say how sure the box is: a bar of its looks, and the same in words."""
    message = confirmation(case)
    if message is None:
        return
    proof = message.proof
    with tag("div", "proof brief-proof" if brief else "proof"):
        with tag("div", "proof-bar", role="img", aria_label=_sentence(proof, words)):
            for name, count in (("seen", proof.seen), ("missed", proof.missed), ("unknown", proof.unknown)):
                if count:
                    tag("i", name, style=f"flex-grow:{count}", title=f"{words(f'proof.{name}')} {count}")
        with tag("p", "proof-words"):
            text("span", _sentence(proof, words))
            if not brief:
                text("span", words("proof.gap", time=formats.duration(proof.longest_gap_s, words)))
            text("span", words("proof.score", score=formats.percent(proof.score)))
            if not brief and message.model:
                text("span", words("proof.model", model=message.model))


def _sentence(proof: Proof, words: Words) -> str:
    """Say what the looks found, and nothing about what did not happen."""
    parts = [words("proof.all_seen" if proof.seen == proof.looks else "proof.some_seen", **proof.model_dump())]
    parts += [words("proof.some_missed", missed=proof.missed)] if proof.missed else []
    parts += [words("proof.some_unknown", unknown=proof.unknown)] if proof.unknown else []
    return words("proof.comma").join(parts)


def _named(name: str, identifier: str) -> str:
    return f"{name}（{identifier}）" if name and name != identifier else identifier


def _position(message: Violation) -> str:
    latitude, longitude = message.camera.latitude, message.camera.longitude
    return f"{latitude:.5f}, {longitude:.5f}" if latitude is not None and longitude is not None else ""


def _object(message: Violation, words: Words) -> str:
    label = words.label(message.label)
    return label if message.count == 1 else words("case.object_count", label=label, n=message.count)
