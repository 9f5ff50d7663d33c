"""Numbers that are allowed and hardly meant: milliseconds for seconds, bytes for megabytes. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from edge_agent.check.finding import Finding, warning
from edge_agent.config.box import BoxConfig
from rules.zone import Zone

_DAY_S = 86_400.0
_LONGEST_S = {
    "look_every_s": 60.0,
    "health_every_s": 600.0,
    "ack_timeout_s": 600.0,
    "grace_s": 3600.0,
    "clear_after_s": 3600.0,
    "attended_gap_s": 3600.0,
    "dwell_s": _DAY_S,
    "cooldown_s": 7 * _DAY_S,
}
_LEAST_MB, _MOST_MB = 10.0, 10e6


def odd_numbers(config: BoxConfig) -> list[Finding]:
    """Find numbers that are plainly in another unit, or that cannot work together."""
    return list(_odd_numbers(config))


def _odd_numbers(config: BoxConfig) -> Iterator[Finding]:
    yield from _too_long("look_every_s", config.look_every_s)
    yield from _too_long("health_every_s", config.health_every_s)
    yield from _too_long("uplink.ack_timeout_s", config.uplink.ack_timeout_s)
    yield from _too_few_mb("outbox.budget_mb", config.outbox.budget_mb)
    if config.recording.budget_mb:
        yield from _too_few_mb("recording.budget_mb", config.recording.budget_mb)
    for number, camera in enumerate(config.cameras):
        place = f"cameras[{number}]"
        if camera.look_every_s is not None:
            yield from _too_long(f"{place}.look_every_s", camera.look_every_s)
        if not camera.zones:
            yield warning(
                f"{place}.zones",
                f"camera {camera.id!r} has no zones, so it reports nothing",
                f"摄像机 {camera.id!r} 没有区域，不会有任何上报",
            )
        for index, zone in enumerate(camera.zones):
            look_every_s = camera.look_every_s or config.look_every_s
            yield from _of_zone(f"{place}.zones[{index}]", zone, look_every_s)


def _of_zone(place: str, zone: Zone, look_every_s: float) -> Iterator[Finding]:
    given: dict[str, float] = dict(zone.numbers)
    if zone.dwell_s is not None:
        yield from _too_long(f"{place}.dwell_s", zone.dwell_s)
    for key, value in given.items():
        yield from _too_long(f"{place}.numbers.{key}", value)
    for label, numbers in zone.per_class.items():
        for key, value in numbers.items():
            yield from _too_long(f"{place}.per_class.{label}.{key}", value)
    dwell_s = zone.numbers_of().dwell_s
    if dwell_s < 2 * look_every_s <= 2 * _LONGEST_S["look_every_s"]:
        yield warning(
            f"{place}.dwell_s",
            f"is {dwell_s:g} s, which is less than two looks (look_every_s is {look_every_s:g})",
            f"为 {dwell_s:g} 秒，不足两个查看间隔（look_every_s 为 {look_every_s:g}）",
        )


def _too_long(place: str, value_s: float) -> Iterator[Finding]:
    longest_s = _LONGEST_S.get(place.rpartition(".")[2])
    if longest_s is not None and value_s > longest_s:
        yield warning(
            place,
            f"is {value_s:g} s, that is {_long_en(value_s)}: it is in seconds; were {value_s / 1000:g} s meant?",
            f"为 {value_s:g} 秒，即{_long_zh(value_s)}：单位是秒，是否想写 {value_s / 1000:g}？",
        )


def _too_few_mb(place: str, value_mb: float) -> Iterator[Finding]:
    if value_mb < _LEAST_MB:
        yield warning(
            place,
            f"is {value_mb:g} MB, hardly one violation: it is in megabytes",
            f"为 {value_mb:g} MB，几乎存不下一条违规：单位是 MB",
        )
    elif value_mb > _MOST_MB:
        yield warning(
            place,
            f"is {value_mb:g} MB, more than any disk has: it is in megabytes, not bytes",
            f"为 {value_mb:g} MB，超过任何磁盘：单位是 MB，不是字节",
        )


def _long_en(value_s: float) -> str:
    return f"{value_s / 3600:.1f} hours" if value_s >= 3600 else f"{value_s / 60:.1f} minutes"


def _long_zh(value_s: float) -> str:
    return f" {value_s / 3600:.1f} 小时" if value_s >= 3600 else f" {value_s / 60:.1f} 分钟"
