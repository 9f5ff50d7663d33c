"""Times, durations and sizes for people. Times are shown in the site's time zone, whatever the browser's is."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from central.console.words import Words

_LONGEST_S = 1e12


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    """Bring a time to the site's zone; one at the very edge of the calendar, which cannot be brought there, stays."""
    try:
        return at.astimezone(zone)
    except (OverflowError, ValueError):
        return at


def full_time(at: datetime, zone: ZoneInfo) -> str:
    """Format as 2026-11-23 22:41:07, the way an inspector writes it down."""
    return _local(at, zone).strftime("%Y-%m-%d %H:%M:%S")


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """Format as 22:41:07."""
    return _local(at, zone).strftime("%H:%M:%S")


def short_time(at: datetime, now: datetime, zone: ZoneInfo, words: Words) -> str:
    """Format as briefly as can be understood at `now`: the time today, with the day before that."""
    local, today = _local(at, zone), now.astimezone(zone).date()
    if local.date() == today:
        return local.strftime("%H:%M:%S")
    if local.date() == today - timedelta(days=1):
        return words("time.yesterday", time=local.strftime("%H:%M"))
    return local.strftime("%m-%d %H:%M" if local.year == today.year else "%Y-%m-%d")


def duration(seconds: float, words: Words) -> str:
    """Format a duration with the units that matter at its size: seconds below 2 minutes, days above 2 days."""
    if not math.isfinite(seconds):
        return "–"
    whole = max(0, round(min(seconds, _LONGEST_S)))
    if whole < 120:
        return words("time.seconds", s=whole)
    if whole < 3600:
        return words("time.minutes", m=whole // 60)
    if whole < 48 * 3600:
        return words("time.hours", h=whole // 3600, m=whole % 3600 // 60)
    return words("time.days", d=whole // 86400, h=whole % 86400 // 3600)


def size(count_bytes: float) -> str:
    """Format a size in bytes with a decimal unit (1 kB = 1000 B, as on a file manager)."""
    if not math.isfinite(count_bytes):
        return "–"
    if count_bytes < 1000:
        return f"{count_bytes:.0f} B"
    for unit in ("kB", "MB", "GB"):
        count_bytes /= 1000
        if count_bytes < 1000:
            return f"{count_bytes:.1f} {unit}" if count_bytes < 10 else f"{count_bytes:.0f} {unit}"
    return f"{count_bytes / 1000:.1f} TB" if count_bytes < 1e9 else "> 1000 PB"


def percent(score: float) -> str:
    """Format a fraction 0..1 as a whole percentage."""
    return f"{score * 100:.0f}%" if math.isfinite(score) else "–"
