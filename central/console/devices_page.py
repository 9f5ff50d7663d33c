"""The boxes and their cameras: which are there, how they are, and what to do where something is wrong."""

from __future__ import annotations

import asyncio

from fastapi import Request
from nicegui.element import Element

from central.console import formats
from central.console.frame import Frame, empty_state
from central.console.tags import tag, text
from central.console.visit import Console, Visit, now, signed_in_page
from central.devices import DeviceView
from protocol.messages import CameraHealth, CameraState, Health, HealthEvent

_REFRESH_S = 5
_NOTICES = 5


def register(console: Console) -> None:
    """Make the page /devices."""

    @signed_in_page(console, "/devices")
    async def devices_page(visit: Visit, _request: Request) -> None:
        frame = Frame(visit, "devices")
        with frame.main, tag("div", "sheet-page"):
            text("h1", visit.words("devices.title"))
            boxes = tag("div", "boxes")
        shown: list[object] = []

        async def refresh() -> None:
            devices = await asyncio.to_thread(visit.services.devices.list)
            state = [devices, int(now().timestamp()) // 30]
            if state != shown:
                shown[:] = state
                _fill(boxes, devices, visit)

        async def on_pulse(_revision: int) -> None:
            if int(now().timestamp()) % _REFRESH_S == 0:
                await refresh()

        await refresh()
        frame.beat(on_pulse)


def _fill(boxes: Element, devices: list[DeviceView], visit: Visit) -> None:
    boxes.clear()
    with boxes:
        if not devices:
            empty_state(visit.words("devices.empty"), visit.words("devices.empty_why"))
        for device in sorted(devices, key=lambda d: (d.online, d.id)):
            _device(device, visit)


def _device(device: DeviceView, visit: Visit) -> None:
    words = visit.words
    with tag("section", f"panel box {'online' if device.online else 'offline'}"):
        with tag("header", "box-head"):
            text("h2", device.name or device.id)
            if device.name:
                text("span", device.id, "number")
            with tag("span", f"lamp {'good' if device.online else 'bad'}"):
                tag("i")
                text("span", words("devices.online" if device.online else "devices.offline"))
            seen = device.last_seen_at
            last = formats.short_time(seen, now(), visit.zone, words) if seen else words("devices.never")
            text("span", f"{words('devices.last_seen')} {last}", "fine")
        if not device.online:
            text("p", words("devices.offline_todo"), "advice")
        _figures(device, visit)
        if device.health and device.health.cameras:
            _cameras(device.health, visit)
        if device.notices:
            _notices(device.notices, visit)


def _figures(device: DeviceView, visit: Visit) -> None:
    words, health = visit.words, device.health
    figures: list[tuple[str, str]] = [("devices.software", device.software)]
    if health:
        outbox = words("devices.outbox_value", n=health.outbox_waiting, size=formats.size(health.outbox_bytes))
        figures += [
            ("devices.detector", " · ".join(part for part in (health.model, health.provider) if part)),
            ("devices.uptime", formats.duration(health.uptime_s, words)),
            ("devices.outbox", outbox),
            ("devices.disk", formats.size(health.disk_free_mb * 1e6)),
            ("devices.memory", formats.size(health.rss_mb * 1e6)),
        ]
    figures.append(("devices.key", device.key_fingerprint or ""))
    with tag("dl", "figures"):
        for key, value in figures:
            if value:
                with tag("div", "fingerprint" if key == "devices.key" else ""):
                    text("dt", words(key))
                    text("dd", value, title=value)
    if health is None:
        text("p", words("devices.health_unreadable" if device.health_unreadable else "devices.no_health"), "fine")


def _cameras(health: Health, visit: Visit) -> None:
    words = visit.words
    columns = ("camera", "camera_state", "last_frame", "looks", "late", "stays", "todo")
    with tag("table", "grid"):
        with tag("thead"), tag("tr"):
            for column in columns:
                text("th", words(f"devices.{column}"), column)
        with tag("tbody"):
            for camera in health.cameras:
                _camera(camera, visit)


def _camera(camera: CameraHealth, visit: Visit) -> None:
    words = visit.words
    lamp = {CameraState.OK: "good", CameraState.STARTING: "idle", CameraState.ENDED: "idle"}.get(camera.state, "bad")
    at = camera.last_frame_at
    with tag("tr"):
        text("td", camera.id, "camera")
        with tag("td", "camera-state"), tag("span", f"lamp {lamp}", title=camera.detail or None):
            tag("i")
            text("span", words(f"camera.{camera.state}"))
        text("td", formats.short_time(at, now(), visit.zone, words) if at else "–", "last_frame")
        text("td", f"{camera.looks}", "looks")
        text("td", words("time.seconds", s=f"{camera.looks_late_p95_s:.1f}"), "late")
        text("td", f"{camera.open_stays}", "stays")
        todo = " · ".join(part for part in (words(f"todo.{camera.state}"), camera.detail) if part)
        text("td", todo, "todo")


def _notices(notices: list[HealthEvent], visit: Visit) -> None:
    words = visit.words
    newest = sorted(notices, key=lambda notice: notice.at, reverse=True)[:_NOTICES]
    with tag("div", "notices"):
        text("h3", words("devices.notices"))
        for notice in newest:
            with tag("div", f"notice {notice.severity}"):
                tag("i")
                text("time", formats.short_time(notice.at, now(), visit.zone, words))
                if notice.camera:
                    text("span", notice.camera, "number")
                text("span", words.pick((notice.text_zh, notice.text_en)))
