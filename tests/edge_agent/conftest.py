"""What the box's tests share: a configuration, violations, a real Mosquitto, and a stand-in for the centre."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.config.box import BoxConfig
from edge_agent.evidence.builder import outgoing_from_event
from edge_agent.evidence.scene import Scene
from edge_agent.outbox.outgoing import Evidence, Outgoing
from edge_agent.outbox.store import BoxStore
from protocol import evidence_parts, signing, topics
from protocol.acks import sign_ack
from protocol.kinds import Subject, ViolationKind
from protocol.messages import (
    Ack,
    EvidenceRef,
    EvidenceRole,
    Health,
    HealthEvent,
    PictureRequest,
    PictureResponse,
    Refusal,
    Rendition,
    TimeSource,
)
from rules.event import Counts, Event, EventPhase

DEVICE = "box-17"
CENTRE_KEY = signing.new_private_key()
"""Of the fake centre."""
MORNING_S = datetime(2026, 11, 23, 6, 0, tzinfo=UTC).timestamp()
PATIENCE_S = 20.0


def eventually(check: Callable[[], object], what: str) -> None:
    """Wait until `check` is true; fail with `what` after a generous while."""
    deadline = time.monotonic() + PATIENCE_S
    while not check():
        assert time.monotonic() < deadline, f"still not so after {PATIENCE_S:.0f} s: {what}"
        time.sleep(0.01)


@pytest.fixture(name="eventually")
def _eventually() -> Callable[[Callable[[], object], str], None]:
    return eventually


def box_data(**changes: Any) -> dict[str, Any]:
    """A good configuration, as YAML would give it."""
    zone = {"id": "kerb", "name": "消防通道", "kind": "illegal_parking", "dwell_s": 60}
    zone["polygon"] = [[0.1, 0.5], [0.7, 0.5], [0.7, 0.9], [0.1, 0.9]]
    camera = {
        "id": "gate-east",
        "name": "东门",
        "source": "rtsp://10.0.0.21/1",
        "address": "人民路 3 号",
        "zones": [zone],
    }
    data: dict[str, Any] = {
        "device": {"id": DEVICE, "name": "人民路箱"},
        "uplink": {"broker": "mqtt://127.0.0.1:1"},
        "cameras": [camera],
    }
    return data | changes


@pytest.fixture(name="box_data")
def _box_data() -> Callable[..., dict[str, Any]]:
    return box_data


@pytest.fixture
def box_config() -> Callable[..., BoxConfig]:
    """Make a configuration in which the fake centre's key is known."""

    def make(**changes: Any) -> BoxConfig:
        data = box_data(**changes)
        known = {"centre_key": signing.thumbprint(signing.public_jwk(CENTRE_KEY))}
        return BoxConfig.model_validate(data | {"uplink": known | data["uplink"]})

    return make


def parked_car(stay: str = "s1", phase: EventPhase = EventPhase.CONFIRMED, **changes: Any) -> Event:
    """A car that stood for a minute where it may not."""
    values: dict[str, Any] = {
        "phase": phase,
        "at_s": MORNING_S + (62 if phase is EventPhase.CONFIRMED else 200),
        "camera": "gate-east",
        "zone": "kerb",
        "kind": ViolationKind.ILLEGAL_PARKING,
        "subject": Subject.MOTOR_VEHICLE,
        "stay": stay,
        "label": "car",
        "box": (0.3, 0.55, 0.5, 0.8),
        "first_seen_s": MORNING_S,
        "confirmed_s": MORNING_S + 62,
        "dwell_s": 60.0,
        "count": 1,
        "counts": Counts(looks=31, seen=29, missed=2, unknown=0, longest_gap_s=4.0, score=0.71),
        "why": "stood for 62 s",
    }
    return Event(**(values | changes))


@pytest.fixture(name="parked_car")
def _parked_car() -> Callable[..., Event]:
    return parked_car


def some_file(role: EvidenceRole, content: bytes) -> Evidence:
    """An evidence file of any content (the outbox and the line do not look inside)."""
    ref = EvidenceRef(
        role=role,
        rendition=Rendition.RENDERED,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        media_type="video/mp4" if role is EvidenceRole.CLIP else "image/jpeg",
        taken_at=datetime.fromtimestamp(MORNING_S, UTC) + timedelta(seconds=62),
        width_px=1280,
        height_px=720,
    )
    return Evidence(ref, content)


def some_violation(stay: str = "s1", phase: EventPhase = EventPhase.CONFIRMED, size: int = 1000) -> Outgoing:
    """A violation with two wide pictures, a close-up and a clip of about `size` bytes each; cleared: one picture."""
    roles: tuple[EvidenceRole, ...] = (
        EvidenceRole.FIRST_SEEN,
        EvidenceRole.CONFIRMED,
        EvidenceRole.CLOSE_UP,
        EvidenceRole.CLIP,
    )
    if phase is EventPhase.CLEARED:
        roles = (EvidenceRole.AFTER,)
    files = tuple(some_file(role, f"{stay} {role.value} ".encode().ljust(size, b".")) for role in roles)
    scene = Scene.of(BoxConfig.model_validate(box_data()), parked_car(stay, phase))
    return outgoing_from_event(scene, files, time_source=TimeSource.RTCP, model="yolox-nano-coco")


@pytest.fixture(name="some_violation")
def _some_violation() -> Callable[..., Outgoing]:
    return some_violation


class Told(list[HealthEvent]):
    """Collects health events."""

    @property
    def codes(self) -> list[str]:
        return [event.code for event in self]


@pytest.fixture
def told() -> Told:
    return Told()


@dataclass
class Mosquitto:
    """A real broker on a port of its own, which can be killed and started again."""

    program: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self, *more: str, anonymous: bool = True, tls: tuple[Path, Path] | None = None) -> None:
        """Start it; `anonymous=False` lets nobody in; `tls` is its certificate and key; `more` are lines."""
        lines = [
            f"listener {self.port} 127.0.0.1",
            f"allow_anonymous {str(anonymous).lower()}",
            "persistence false",
            *more,
        ]
        if tls:
            lines += [f"certfile {tls[0]}", f"keyfile {tls[1]}"]
        config = self.folder / "mosquitto.conf"
        config.write_text("\n".join(["user root", *lines, ""]))
        self.process = subprocess.Popen(
            [self.program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        eventually(self._answers, "Mosquitto listens")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A Mosquitto that is not started yet."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("mosquitto is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    broker = Mosquitto(program, tmp_path, port)
    yield broker
    broker.kill()


@dataclass
class FakeCentre:
    """A stand-in for the centre: it takes evidence and violations from a real broker and acknowledges as told.

    `lose_acks`: so many answers are kept back. `refuse`: reason for refusing everything. `forget`: so many complete
    violations whose evidence it then claims not to have. It checks signatures with the key from the status.
    """

    port: int
    lose_acks: int = 0
    repeat_acks: int = 1
    refuse: str = ""
    forget: int = 0
    silent: bool = False
    stored: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    heard: list[UUID] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    file_counts: dict[str, int] = field(default_factory=dict)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    healths: list[Health] = field(default_factory=list)
    responses: list[PictureResponse] = field(default_factory=list)
    _parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    _waiting: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    _client: Client | None = None
    _subscribed: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="centre", clean_session=False)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe([(one, 1) for one in topics.from_boxes()])
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda _client, _userdata, message: self._take(message)
        self._client.connect_async("127.0.0.1", self.port)
        self._client.loop_start()

    def wait_ready(self) -> None:
        assert self._subscribed.wait(PATIENCE_S), "the fake centre could not subscribe"

    def stop(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()

    def say(self, payload: bytes) -> None:
        assert self._client is not None
        self._client.publish(topics.ack(DEVICE), payload, qos=1)

    def acknowledge(self, ack: Ack) -> None:
        self.say(sign_ack(ack, DEVICE, datetime.now(UTC), CENTRE_KEY))

    def _take(self, message: MQTTMessage) -> None:
        topic = topics.parse(message.topic)
        if topic.channel == "status":
            self.statuses.append(json.loads(message.payload))
        elif topic.channel == "health":
            self.healths.append(Health.model_validate_json(message.payload))
        elif topic.channel == "evidence":
            self._take_part(str(topic.sha256), bytes(message.payload))
        elif topic.channel == "violation":
            body = self._verified(message)
            self._take_violation(UUID(body["id"]), body)
        elif topic.channel == "response":
            self._take_response(PictureResponse.model_validate(self._verified(message)))

    def ask(self, *requests: PictureRequest) -> None:
        assert self._client is not None
        for request in requests:
            self._client.publish(topics.request(DEVICE), request.model_dump_json().encode(), qos=1)

    def _verified(self, message: MQTTMessage) -> dict[str, Any]:
        body, jws = signing.unwrap(bytes(message.payload))
        signing.verify(body, jws, next(one["public_key"] for one in self.statuses if one["online"]))
        return body

    def _take_response(self, response: PictureResponse) -> None:
        self.heard.append(response.id)
        self.responses.append(response)
        if self.refuse:
            self._answer(Ack(refused=(Refusal(id=response.id, reason=self.refuse),)))
        elif not self.silent:
            self._answer(Ack(stored=(response.id,)))

    def _take_part(self, sha256: str, payload: bytes) -> None:
        part = evidence_parts.decode(payload)
        parts = self._parts.setdefault(sha256, {})
        parts[part.index] = part.data
        if len(parts) == part.count:
            content = b"".join(parts[index] for index in range(part.count))
            assert hashlib.sha256(content).hexdigest() == sha256, "evidence arrived damaged"
            self.files[sha256] = content
            self.file_counts[sha256] = self.file_counts.get(sha256, 0) + 1
            self._parts.pop(sha256)
            for violation, body in list(self._waiting.items()):
                if not self._missing(body):
                    self._store(violation, body)

    def _take_violation(self, violation: UUID, body: dict[str, Any]) -> None:
        self.heard.append(violation)
        if self.silent:
            return
        if self.refuse:
            self._answer(Ack(refused=(Refusal(id=violation, reason=self.refuse),)))
            return
        if self.forget > 0:
            self.forget -= 1
            for ref in body["evidence"]:
                self.files.pop(ref["sha256"], None)
        missing = self._missing(body)
        if not missing:
            self._store(violation, body)
        elif violation in self._waiting or self.heard.count(violation) > 1:
            self._waiting[violation] = body
            self._answer(Ack(missing=tuple(missing)))
        else:
            self._waiting[violation] = body

    def _store(self, violation: UUID, body: dict[str, Any]) -> None:
        self._waiting.pop(violation, None)
        self.stored[violation] = body
        self._answer(Ack(stored=(violation,)))

    def _missing(self, body: dict[str, Any]) -> list[str]:
        return [ref["sha256"] for ref in body["evidence"] if ref["sha256"] not in self.files]

    def _answer(self, ack: Ack) -> None:
        if self.lose_acks > 0:
            self.lose_acks -= 1
            return
        for _ in range(self.repeat_acks):
            self.acknowledge(ack)


def picture_request(camera: str = "gate-east", *, left_s: float = 60.0, **changes: Any) -> PictureRequest:
    """An officer's wish to see a camera now, which stands for `left_s` more seconds."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "id": uuid4(),
        "device": DEVICE,
        "camera": camera,
        "asked_at": now,
        "expires_at": now + timedelta(seconds=left_s),
        "asked_by": "officer-1",
    }
    return PictureRequest(**(values | changes))


@pytest.fixture(name="picture_request")
def _picture_request() -> Callable[..., PictureRequest]:
    return picture_request


@pytest.fixture
def fake_centre(mosquitto: Mosquitto) -> Iterator[FakeCentre]:
    """A fake centre that is not started yet."""
    centre = FakeCentre(mosquitto.port)
    yield centre
    centre.stop()


@pytest.fixture
def centre(mosquitto: Mosquitto, fake_centre: FakeCentre) -> FakeCentre:
    """A broker and a centre that listens to it."""
    mosquitto.start()
    fake_centre.start()
    fake_centre.wait_ready()
    return fake_centre


@pytest.fixture
def store(tmp_path: Path, told: Told) -> Iterator[BoxStore]:
    """A box's store with room for everything."""
    store = BoxStore(tmp_path / "data", 10**9, told.append)
    yield store
    store.close()
