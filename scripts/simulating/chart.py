"""Charts of the report, drawn as SVG: bars per hour, and curves over the day."""

from __future__ import annotations

from collections.abc import Sequence

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 760, 220, 44, 26, 14


def bars(values: Sequence[int]) -> str:
    """Draw a bar for each hour of the day."""
    most = _round_up(max(values, default=0))
    step = (_WIDTH - _LEFT) / len(values)
    drawn = "".join(
        f'<rect class="bar" x="{_LEFT + n * step + 3:.1f}" y="{_y(value, most):.1f}" width="{step - 6:.1f}" '
        f'height="{_HEIGHT - _BOTTOM - _y(value, most):.1f}" rx="2"><title>{n:02d}:00 {value}</title></rect>'
        for n, value in enumerate(values)
    )
    return _frame(most, 24, drawn)


def curve(points: Sequence[tuple[float, float]], hours: float, shade: tuple[float, float] | None, shaded: str) -> str:
    """Draw a curve through (hour, value); `shade` marks a stretch of hours, which is named `shaded`."""
    most = _round_up(max((value for _, value in points), default=0))
    line = " ".join(f"{_x(hour, hours):.1f},{_y(value, most):.1f}" for hour, value in points)
    area = f"{_x(0, hours):.1f},{_HEIGHT - _BOTTOM} {line} {_x(points[-1][0], hours):.1f},{_HEIGHT - _BOTTOM}"
    drawn = f'<polygon class="area" points="{area}"/><polyline class="line" points="{line}"/>'
    if shade:
        left, right = (_x(hour, hours) for hour in shade)
        drawn = (
            f'<rect class="down" x="{left:.1f}" y="{_TOP}" width="{right - left:.1f}" '
            f'height="{_HEIGHT - _BOTTOM - _TOP}"/>{drawn}<text class="mark" x="{right + 6:.1f}" y="{_TOP + 12}">'
            f"{shaded}</text>"
        )
    return _frame(most, hours, drawn)


def _frame(most: int, hours: float, drawn: str) -> str:
    grid = "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{_y(v, most):.1f}" y2="{_y(v, most):.1f}"/>'
        f'<text class="tick" x="{_LEFT - 8}" y="{_y(v, most) + 4:.1f}" text-anchor="end">{v:g}</text>'
        for v in (0, most / 2, most)
    )
    times = "".join(
        f'<text class="tick" x="{_x(h, hours):.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{h % 24:02d}:00</text>'
        for h in range(3, int(hours) + 1, 3)
        if h < hours
    )
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">{grid}{drawn}{times}</svg>'


def _x(hour: float, hours: float) -> float:
    return _LEFT + (_WIDTH - _LEFT) * hour / hours


def _y(value: float, most: int) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * value / most


def _round_up(value: float) -> int:
    for step in (2, 4, 10, 20, 40, 60, 100, 200, 300, 400, 600, 1000, 2000, 4000, 10_000):
        if value <= step:
            return step
    return int(value) + 1
