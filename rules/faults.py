"""A fault in what an engineer has drawn or written, in both languages."""

from __future__ import annotations


class FaultError(ValueError):
    """What is wrong and what to do; its text is the English one. Pydantic takes it as the fault of one field."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh
