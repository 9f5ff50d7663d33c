"""Every word of the console is there in Chinese and in English."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from central.console import texts
from central.console.texts import TEXTS
from central.console.words import Words, language_of
from protocol.kinds import ViolationKind
from protocol.messages import CameraState, EvidenceRole, Rendition, TimeSource

SOURCES = sorted(Path(texts.__file__).parent.glob("*.py"))
MADE_UP = {
    "kind": list(ViolationKind),
    "role": list(EvidenceRole),
    "rendition": list(Rendition),
    "time": list(TimeSource),
    "camera": list(CameraState),
    "todo": list(CameraState),
}
"""Keys that the pages put together from names of the protocol."""


def places_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_has_both_languages() -> None:
    assert [key for key, (chinese, english) in TEXTS.items() if bool(chinese) != bool(english)] == []


def test_both_languages_have_the_same_places_to_fill_in() -> None:
    assert [key for key, (chinese, english) in TEXTS.items() if places_of(chinese) != places_of(english)] == []


def test_english_has_no_chinese_left_in_it() -> None:
    shown_in_the_other_language = {"brand.sub", "nav.language"}
    left = {key for key, (_, en) in TEXTS.items() if re.search(r"[\u4e00-\u9fff]", en)} - shown_in_the_other_language
    assert left == set()


def test_every_key_that_a_page_asks_for_is_in_the_dictionary() -> None:
    asked = {
        key for source in SOURCES for key in re.findall(r'words\(\s*"([a-z_.]+)"', source.read_text(encoding="utf-8"))
    }
    assert asked
    assert asked - set(TEXTS) == set()


@pytest.mark.parametrize(("group", "names"), MADE_UP.items())
def test_every_name_of_the_protocol_has_its_words(group: str, names: list[str]) -> None:
    assert [name for name in names if f"{group}.{name}" not in TEXTS] == []


def test_no_text_is_kept_that_no_page_shows() -> None:
    code = "\n".join(source.read_text(encoding="utf-8") for source in SOURCES if not source.name.startswith("texts"))
    asked = set(re.findall(r"""["']([a-z0-9_.]+)["']""", code))
    put_together = (*re.findall(r"""f["']([a-z_.]+\.[a-z_]*)\{""", code), "label.")
    unused = {
        key
        for key in TEXTS
        if key.removesuffix("_hint") not in asked and key not in asked and not key.startswith(put_together)
    }
    assert unused == set()


@pytest.mark.parametrize(
    ("tag", "language"),
    [("zh-CN", "zh"), ("zh", "zh"), ("en", "en"), ("en-GB", "en"), ("", "zh"), (None, "zh"), ("fr", "zh")],
)
def test_a_browser_without_a_known_language_gets_the_sites(tag: str | None, language: str) -> None:
    assert language_of(tag) == language


def test_a_class_that_the_dictionary_does_not_know_keeps_the_detectors_name() -> None:
    assert Words("zh").label("car") == "小汽车"
    assert Words("zh").label("rickshaw") == "rickshaw"
