"""Errors that a person reads: each says what was wrong and what to do, in Chinese and English."""

from __future__ import annotations


class Problem(Exception):  # noqa: N818 - a problem is what the person has; children are named after it
    """What went wrong, for people. `code` names it for programs; `status` is the HTTP status it answers with."""

    code = "problem"
    status = 400

    def __init__(self, message_zh: str, message_en: str) -> None:
        super().__init__(message_en)
        self.message_zh = message_zh
        self.message_en = message_en

    def message(self, language: str) -> str:
        """Give the message in `language`: Chinese where it starts with "zh", else English."""
        return self.message_zh if language.lower().startswith("zh") else self.message_en
