"""A box as the centre sees one, and a centre to talk to. Test files take the types under TYPE_CHECKING only."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from joserfc.jwk import OKPKey
from PIL import Image, ImageDraw

from central import column_types, migrations
from central.accounts import Accounts
from central.database import Sessions, make_engine
from central.ingest.inbox import Inbox
from central.services import Services, build_services
from central.settings import Settings
from central.tables import Base
from protocol import evidence_parts, messages, signing, topics
from protocol.ids import derived_id
from protocol.kinds import Subject, ViolationKind
from protocol.messages import EvidenceRef, EvidenceRole, Phase, Rendition, Violation

ADMIN_PASSWORD = "a password for tests"
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

Message = tuple[str, bytes]
"""Topic and payload."""


def jpeg(text: str, at_least_bytes: int = 0) -> bytes:
    """Draw a small picture; bytes after its end make it as large as wanted and do not hurt it."""
    colour = tuple(hashlib.sha256(text.encode()).digest()[:3])
    image = Image.new("RGB", (320, 180), colour)
    ImageDraw.Draw(image).text((8, 8), text, fill=(255, 255, 255))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue().ljust(at_least_bytes, b"\0")


@dataclass(frozen=True)
class Report:
    """A violation as a box sends it: its evidence first, in parts, then the signed message."""

    violation: Violation
    payload: bytes
    files: dict[str, bytes]

    @property
    def message(self) -> Message:
        return topics.violation(self.violation.device), self.payload

    def parts_of(self, sha256: str) -> list[Message]:
        topic = topics.evidence(self.violation.device, sha256)
        return [(topic, part.encode()) for part in evidence_parts.split(self.files[sha256])]

    @property
    def parts(self) -> list[Message]:
        return [part for sha256 in self.files for part in self.parts_of(sha256)]

    @property
    def messages(self) -> list[Message]:
        return [*self.parts, self.message]


@dataclass
class Box:
    """A box with its key."""

    device: str = "box-1"
    key: OKPKey = field(default_factory=signing.new_private_key)

    def status(self, *, online: bool = True) -> Message:
        status = messages.Status(
            device=self.device,
            online=online,
            at=START,
            name=f"Cabinet {self.device}",
            software="0.1.0",
            public_key=signing.public_jwk(self.key) if online else {},
        )
        return topics.status(self.device), status.model_dump_json().encode()

    def health(self, *events: messages.HealthEvent) -> Message:
        health = messages.Health(device=self.device, at=START, uptime_s=60.0, software="0.1.1", events=events)
        return topics.health(self.device), health.model_dump_json().encode()

    def report(
        self,
        stay: str = "van",
        phase: Phase = Phase.CONFIRMED,
        *,
        kind: ViolationKind = ViolationKind.ILLEGAL_PARKING,
        subject: Subject = Subject.MOTOR_VEHICLE,
        zone_name: str = "东门禁停区",
        address: str = "人民路 18 号",
        picture_bytes: int = 0,
        at: datetime = START,
        box: messages.BoxXyxy = (0.3, 0.2, 0.6, 0.5),
        camera: str = "cam-1",
        zone: str = "kerb",
        position: messages.MapPosition | None = None,
        score: float = 0.82,
        with_after_picture: bool = True,
    ) -> Report:
        """See `stay` standing for a minute from `at`, or (cleared) gone two minutes later."""
        confirmed_at, cleared_at = at + timedelta(seconds=60), at + timedelta(seconds=180)
        roles = (
            ({EvidenceRole.AFTER: cleared_at} if with_after_picture else {})
            if phase is Phase.CLEARED
            else {EvidenceRole.FIRST_SEEN: at, EvidenceRole.CONFIRMED: confirmed_at}
        )
        files, refs = {}, []
        for role, taken_at in roles.items():
            for rendition in Rendition:
                content = jpeg(f"{self.device} {stay} {role} {rendition}", picture_bytes)
                sha256 = hashlib.sha256(content).hexdigest()
                files[sha256] = content
                refs.append(
                    EvidenceRef(
                        role=role,
                        rendition=rendition,
                        sha256=sha256,
                        bytes=len(content),
                        media_type="image/jpeg",
                        taken_at=taken_at,
                        width_px=320,
                        height_px=180,
                    )
                )
        violation = Violation(
            id=derived_id(confirmed_at, self.device, stay, phase),
            stay_id=derived_id(at, self.device, stay),
            phase=phase,
            device=self.device,
            camera=messages.CameraPlace(id=camera, name="东门", address=address, direction="由北向南"),
            zone=messages.ZonePlace(id=zone, name=zone_name, polygon=((0.1, 0.1), (0.9, 0.1), (0.9, 0.6), (0.1, 0.6))),
            kind=kind,
            subject=subject,
            label="car",
            box=box,
            position=position,
            dwell_s=60.0,
            first_seen_at=at,
            confirmed_at=confirmed_at,
            cleared_at=cleared_at if phase is Phase.CLEARED else None,
            time_source=messages.TimeSource.FILE,
            proof=messages.Proof(looks=31, seen=30, missed=0, unknown=1, longest_gap_s=4.0, score=score),
            model="yolox-nano-coco",
            evidence=tuple(refs),
        )
        return Report(violation, self.sign(violation.model_dump(mode="json")), files)

    def answer(
        self, request: UUID, camera: str, taken_at: datetime, text: str = "now", /, **changes: Any
    ) -> tuple[list[Message], Message]:
        """Give an officer the picture that was asked for: its parts, and the signed answer."""
        contents = {rendition: jpeg(f"{text} {rendition}", 300_000) for rendition in reversed(Rendition)}
        names = {rendition: hashlib.sha256(content).hexdigest() for rendition, content in contents.items()}
        refs = [
            EvidenceRef(
                role=EvidenceRole.ASKED,
                rendition=rendition,
                sha256=names[rendition],
                bytes=len(content),
                media_type="image/jpeg",
                taken_at=taken_at,
                width_px=320,
                height_px=180,
            ).model_dump(mode="json")
            for rendition, content in contents.items()
        ]
        body = {
            "id": str(request),
            "device": self.device,
            "camera": camera,
            "answered_at": taken_at.isoformat(),
            **({} if "refused" in changes else {"taken_at": taken_at.isoformat(), "evidence": refs}),
            **changes,
        }
        parts = [
            (topics.evidence(self.device, names[rendition]), part.encode())
            for rendition, content in contents.items()
            for part in evidence_parts.split(content)
        ]
        return parts, (topics.response(self.device), self.sign(body))

    def sign(self, raw: dict[str, Any]) -> bytes:
        return signing.sign(raw, self.key)


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, copied for each test."""
    folder = tmp_path_factory.mktemp("fresh")
    build_services(Settings(data_dir=folder)).sessions.close()
    return folder / "kerbwatch.db"


@pytest.fixture
def settings(tmp_path: Path, fresh_database: Path) -> Settings:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    shutil.copy(fresh_database, data_dir / "kerbwatch.db")
    return Settings(data_dir=data_dir, port=0, mqtt_port=0)


class Clock:
    """The centre's clock, which stands still until a test moves it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, *, minutes: float) -> None:
        self.at += timedelta(minutes=minutes)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock that shows START, Monday 09:00 in Shanghai, for the whole centre."""
    clock = Clock(START)
    column_types.set_clock(clock)
    yield clock
    column_types.set_clock(None)


@pytest.fixture
def site_text() -> str:
    """The site file of the test's centre; a test file gives its own."""
    return ""


@pytest.fixture
def settings_with_site(settings: Settings, site_text: str) -> Settings:
    (settings.data_dir / "site.yaml").write_text(site_text, encoding="utf-8")
    return settings


@pytest.fixture
def services(settings_with_site: Settings) -> Iterator[Services]:
    services = build_services(settings_with_site)
    # Argon2 is slow on purpose; tests sign in often.
    services = Services(**{**_fields(services), "accounts": Accounts(services.sessions, PasswordHasher(1, 8, 1))})
    yield services
    services.sessions.close()


@pytest.fixture
def make_inbox() -> Callable[[Services], Inbox]:
    def make(services: Services) -> Inbox:
        return Inbox(services.sessions, services.evidence, services.quarantine, services.settings, services.site)

    return make


@pytest.fixture
def inbox(services: Services, make_inbox: Callable[[Services], Inbox]) -> Inbox:
    return make_inbox(services)


@pytest.fixture
def make_box() -> type[Box]:
    return Box


@pytest.fixture
def box(inbox: Inbox) -> Box:
    """A box that the centre knows."""
    box = Box()
    inbox.receive(*box.status())
    return box


@pytest.fixture
def send(inbox: Inbox) -> Callable[..., messages.Ack]:
    """Hand messages to the centre; give all that it acknowledged, in one."""

    def send(*to_send: Message) -> messages.Ack:
        acks = [reply.ack for topic, payload in to_send for reply in inbox.receive(topic, payload).replies]
        return messages.Ack(
            stored=tuple(i for ack in acks for i in ack.stored),
            refused=tuple(r for ack in acks for r in ack.refused),
            missing=tuple(s for ack in acks for s in ack.missing),
        )

    return send


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL of our own, as URL of an empty database."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    initdb, server = shutil.which("initdb"), shutil.which("postgres")
    if not (initdb and server):
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="kerb-pg-") as folder:
        user = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = "postgres"
            shutil.chown(folder, user)
        init = [initdb, "-D", f"{folder}/data", "-U", "kerb", "-A", "trust", "-E", "UTF8"]
        subprocess.run(init, check=True, capture_output=True, user=user, cwd=folder)
        process = subprocess.Popen(
            [server, "-D", f"{folder}/data", "-k", folder, "-c", "fsync=off", "-c", "listen_addresses="],
            stderr=subprocess.PIPE,
            text=True,
            user=user,
            cwd=folder,
        )
        assert process.stderr is not None
        for line in process.stderr:
            if "ready to accept connections" in line:
                break
        threading.Thread(target=process.stderr.read, daemon=True).start()  # what it logs is not to block it
        yield f"postgresql+psycopg://kerb@/postgres?host={folder}"
        process.send_signal(signal.SIGINT)  # at once, whoever is connected
        process.wait()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'kerbwatch.db'}"
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture
def sessions(url: str) -> Iterator[Sessions]:
    engine = make_engine(url)
    migrations.upgrade(engine)
    yield Sessions(engine)
    with engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
    engine.dispose()


def _fields(services: Services) -> dict[str, Any]:
    return {name: getattr(services, name) for name in services.__dataclass_fields__}
