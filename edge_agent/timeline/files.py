"""A history written as files that a person opens: NAME.png and NAME.html."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edge_agent.timeline.data import Flag, page_data
from edge_agent.timeline.history import History
from edge_agent.timeline.page import timeline_page
from edge_agent.timeline.picture import timeline_picture


def write_timeline(
    history: History, folder: Path, name: str, title: str, time_zone: str | None, flags: Sequence[Flag] = ()
) -> tuple[Path, Path]:
    """Write a timeline and give the paths of its picture and its page. Raises OSError when it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    data = page_data(history, title, time_zone, flags)
    picture, page = folder / f"{name}.png", folder / f"{name}.html"
    timeline_picture(data).save(picture, optimize=True)
    page.write_text(timeline_page(title, [data]), encoding="utf-8")
    return picture, page
