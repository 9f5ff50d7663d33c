"""Which languages the reader of a command's output wants: Chinese, English, or both where the environment is silent."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

Language = Literal["zh", "en"]
BOTH: tuple[Language, ...] = ("en", "zh")


def reader_languages(environ: Mapping[str, str] = os.environ) -> tuple[Language, ...]:
    """Return the languages to write in, by the locale of the environment (POSIX: LC_ALL, LC_MESSAGES, LANG).

    GNU's LANGUAGE is preferred where a locale is set at all. A service has none, and whoever reads its log is not
    known: both.
    """
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environ.get(name))), "")
    if locale.partition(".")[0].upper() in ("", "C", "POSIX"):
        return BOTH
    wanted = (environ.get("LANGUAGE") or locale).partition(":")[0]
    return ("zh",) if wanted.lower().startswith("zh") else ("en",)


def said(en: str, zh: str, languages: tuple[Language, ...], between: str = " / ") -> str:
    """Put a text together in the wanted languages."""
    return between.join({"en": en, "zh": zh}[language] for language in languages)
