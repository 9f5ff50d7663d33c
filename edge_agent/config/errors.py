"""What is wrong with a configuration, as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edge_agent.words.language import BOTH, Language, said
from protocol.redaction import redact
from rules.faults import FaultError


class ConfigError(ValueError):
    """A configuration cannot be used. `faults` are lines with place, text and line number, in English; `faults_zh` the
    same in Chinese. Its text is both.
    """

    def __init__(self, path: Path | str, faults: Sequence[tuple[str, FaultError, int | None]]) -> None:
        self.path = str(path)
        self.faults = tuple(_line(place, fault.en, number) for place, fault, number in faults)
        self.faults_zh = tuple(_line(place, fault.zh, number, zh=True) for place, fault, number in faults)
        super().__init__(self.text(BOTH))

    def text(self, languages: tuple[Language, ...]) -> str:
        """List every fault, one a line, in these languages."""
        count = len(self.faults)
        head = said(
            f"The configuration {self.path} has {count} fault(s):", f"配置 {self.path} 有 {count} 处错误：", languages
        )
        lines = (said(en, zh, languages) for en, zh in zip(self.faults, self.faults_zh, strict=True))
        return "\n".join([head, *lines])


def _line(place: str, text: str, number: int | None, *, zh: bool = False) -> str:
    text = f"{place}: {text}" if place else text
    if number is None:
        return redact(text)
    return redact(text) + (f"（第 {number} 行）" if zh else f" (line {number})")
