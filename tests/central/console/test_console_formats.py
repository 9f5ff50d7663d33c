"""Times, durations and sizes as an officer reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from central.console import formats
from central.console.words import Words

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)  # 22:30 in Shanghai
ZH, EN = Words("zh"), Words("en")


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(minutes=3), "22:27:00"),
        (timedelta(hours=22, minutes=29), "00:01:00"),
        (timedelta(hours=23), "昨天 23:30"),
        (timedelta(days=5), "11-18 22:30"),
        (timedelta(days=400), "2025-10-19"),
    ],
)
def test_a_time_is_as_short_as_it_can_be_in_the_sites_time_zone(before: timedelta, shown: str) -> None:
    assert formats.short_time(NOW - before, NOW, SHANGHAI, ZH) == shown


def test_a_full_time_is_in_the_sites_time_zone_whatever_zone_it_came_in() -> None:
    assert formats.full_time(NOW, SHANGHAI) == "2026-11-23 22:30:00"
    assert formats.full_time(NOW.astimezone(ZoneInfo("America/Lima")), SHANGHAI) == "2026-11-23 22:30:00"


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (-3, "0 秒", "0 s"),
        (59.6, "60 秒", "60 s"),
        (119, "119 秒", "119 s"),
        (121, "2 分钟", "2 min"),
        (3599, "59 分钟", "59 min"),
        (3 * 3600 + 125, "3 小时 2 分", "3 h 2 min"),
        (5 * 86400 + 7200, "5 天 2 小时", "5 d 2 h"),
    ],
)
def test_a_duration_has_the_units_that_matter(seconds: float, zh: str, en: str) -> None:
    assert (formats.duration(seconds, ZH), formats.duration(seconds, EN)) == (zh, en)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1834, "1.8 kB"),
        (91_234, "91 kB"),
        (1.5e6, "1.5 MB"),
        (18.2e9, "18 GB"),
        (2e12, "2.0 TB"),
    ],
)
def test_a_size_has_one_unit(count: float, shown: str) -> None:
    assert formats.size(count) == shown
