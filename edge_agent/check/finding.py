"""One thing that a check has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from edge_agent.words.language import Language, said
from protocol.redaction import redact


class Severity(Enum):
    """A fault has to be mended; a warning deserves a look; a note is how things are now."""

    FAULT = ("fault", "错误")
    WARNING = ("warning", "警告")
    NOTE = ("note", "提示")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, with its place in the configuration ("" where it has none)."""

    severity: Severity
    place: str
    en: str
    zh: str

    def text(self, languages: tuple[Language, ...]) -> str:
        """Write it as one line in these languages."""
        word_en, word_zh = self.severity.value
        place = f"{self.place}: " if self.place else ""
        return redact(f"{said(word_en, word_zh, languages)}: {place}{said(self.en, self.zh, languages)}")


def fault(place: str, en: str, zh: str) -> Finding:
    """Make a fault."""
    return Finding(Severity.FAULT, place, en, zh)


def warning(place: str, en: str, zh: str) -> Finding:
    """Make a warning."""
    return Finding(Severity.WARNING, place, en, zh)


def note(place: str, en: str, zh: str) -> Finding:
    """Make a note."""
    return Finding(Severity.NOTE, place, en, zh)
