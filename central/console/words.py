"""A person's language: words from the dictionary, and names that come in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from central.console.texts import TEXTS

Language = Literal["zh", "en"]


def language_of(tag: str | None, default: Language = "zh") -> Language:
    """Read a language tag such as "zh-CN" or "en"; `default` when it is neither Chinese nor English."""
    start = (tag or "").lower()[:2]
    return "zh" if start == "zh" else "en" if start == "en" else default


@dataclass(frozen=True, slots=True)
class Words:
    """The dictionary in one language. Call it with a key: `words("row.standing", time="3 min")`."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """Give the text of `key`, with `values` filled in. Raises KeyError for a key that is not in the dictionary."""
        text = self.pick(TEXTS[key])
        return text.format(**values) if values else text

    def pick(self, names: tuple[str, str]) -> str:
        """Choose from a (Chinese, English) pair."""
        return names[0] if self.language == "zh" else names[1]

    def label(self, label: str) -> str:
        """Name a detector's class; a class that the dictionary does not know keeps its own name."""
        key = f"label.{label}"
        return self(key) if key in TEXTS else label

    @property
    def html_lang(self) -> str:
        """The language tag for HTML; it also chooses the Chinese forms of Han characters in fonts."""
        return "zh-CN" if self.language == "zh" else "en"
