"""The pictures of a case, in the order in which they tell what happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from central.accounts import User
from central.cases.views import CaseDetail
from central.console.gallery import pictures_of, start_of, wide_urls
from central.console.pulse import Pulse
from central.console.visit import Console, Visit
from central.console.words import Words
from central.services import Services
from protocol.messages import Ack, Phase

if TYPE_CHECKING:
    from tests.central.conftest import Box

    Send = Callable[..., Ack]


@pytest.fixture
def visit(services: Services) -> Visit:
    console = Console(services, services.settings.zone, Pulse(services), lambda _: None)
    return Visit(console, User("admin"), "token", Words("zh"), "/")


@pytest.fixture
def case(services: Services, box: Box, send: Send) -> CaseDetail:
    """A case whose street is clear again."""
    send(*box.report().messages, *box.report(phase=Phase.CLEARED).messages)
    (summary,) = services.cases.list().items
    return services.cases.get(summary.id)


def test_each_picture_comes_once_with_its_marked_copy_and_its_original(case: CaseDetail, visit: Visit) -> None:
    pictures = pictures_of(case, visit)
    assert [picture["role"] for picture in pictures] == ["first_seen", "confirmed", "after"]
    assert [picture["taken"] for picture in pictures] == [
        "2026-11-23 09:00:00",
        "2026-11-23 09:01:00",
        "2026-11-23 09:03:00",
    ]
    for picture in pictures:
        assert picture["original"]["url"] != picture["rendered"]["url"]
        assert picture["original"]["width"] == 320


def test_the_officer_sees_the_confirmed_picture_first(case: CaseDetail, visit: Visit) -> None:
    assert start_of(pictures_of(case, visit)) == 1
    assert start_of([]) == 0


def test_the_zone_can_be_drawn_over_every_original(case: CaseDetail, visit: Visit) -> None:
    assert all("zone-line" in picture["overlay"] for picture in pictures_of(case, visit))


def test_the_marked_pictures_are_loaded_ahead(case: CaseDetail, visit: Visit) -> None:
    marked = {picture["rendered"]["url"] for picture in pictures_of(case, visit)}
    assert set(wide_urls(case)) == marked
