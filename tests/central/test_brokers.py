"""The whole way over real brokers: the embedded one, and Mosquitto where it is installed."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as mqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.enums import CallbackAPIVersion

from central.background import Background
from central.broker import BrokerNotStarted, EmbeddedBroker
from central.ingest import subscriber
from central.services import Services, build_services
from protocol import topics
from protocol.messages import Ack

if TYPE_CHECKING:
    from tests.central.conftest import Box, Message

LIMIT_S = 20.0


def wait_for(what: Callable[[], Any], message: str = "") -> Any:
    """Poll until `what` gives something."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    pytest.fail(f"did not happen in {LIMIT_S:g} s: {message}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Mosquitto:
    """A real Mosquitto on a port of its own, that can be killed and started again."""

    def __init__(self, folder: Path, *more: str) -> None:
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
        if program is None:
            pytest.skip("mosquitto is not installed")
        self._program = program
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {folder}/\nuser root\n" + "".join(f"{line}\n" for line in more)
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen([self._program, "-c", self._config], stderr=subprocess.DEVNULL)
        wait_for(self._listens, "mosquitto listens")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Line:
    """A box's line to the broker: says things, collects the acknowledgements, knows its last will."""

    def __init__(self, box: Box, port: int) -> None:
        self.box = box
        self.stored: set[str] = set()
        self.missing: set[str] = set()
        self.refused: set[str] = set()
        self.ready = threading.Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=box.device, clean_session=False)
        self.client.on_message = self._on_message
        self.client.on_connect = lambda client, *_: client.subscribe(topics.ack(box.device), 1)
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.reconnect_delay_set(1, 1)
        topic, payload = box.status(online=False)
        self.client.will_set(topic, payload, qos=1, retain=True)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert self.ready.wait(LIMIT_S)
        self.say(box.status(), retain=True)

    def say(self, *messages: Message, retain: bool = False) -> None:
        for topic, payload in messages:
            self.client.publish(topic, payload, qos=1, retain=retain)

    def hang_up(self, *, abruptly: bool = False) -> None:
        if abruptly:
            connection = self.client.socket()
            self.client.on_disconnect = None
            self.client._reconnect_on_failure = False
            assert isinstance(connection, socket.socket)
            connection.shutdown(socket.SHUT_RDWR)
        else:
            self.client.disconnect()
        with suppress(AttributeError):  # see Subscriber.stop
            self.client.loop_stop()

    def _on_message(self, _: mqtt.Client, __: Any, message: mqtt.MQTTMessage) -> None:
        ack = Ack.model_validate(json.loads(message.payload))
        self.stored.update(str(stored) for stored in ack.stored)
        self.missing.update(ack.missing)
        self.refused.update(str(refusal.id) for refusal in ack.refused)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path)
    yield broker
    broker.kill()


@pytest.fixture(params=["embedded", "mosquitto"])
def centre(request: pytest.FixtureRequest, services: Services) -> Iterator[Background]:
    """A centre that is connected to the broker."""
    if request.param == "mosquitto":
        broker = request.getfixturevalue("mosquitto")
        broker.start()
        services = with_broker(services, broker.port)
    background = Background(services)
    background.start()
    wait_for(lambda: background.broker_connected, "the centre hears its broker")
    yield background
    background.stop()


def with_broker(services: Services, port: int, **more: Any) -> Services:
    settings = services.settings.model_copy(update={"broker": f"mqtt://127.0.0.1:{port}", **more})
    return build_services(settings)


def port_of(background: Background) -> int:
    assert background.broker is not None
    return background.broker.port


def test_a_report_goes_in_and_its_acknowledgement_comes_back(
    centre: Background, services: Services, make_box: type[Box]
) -> None:
    line = Line(make_box(), port_of(centre))
    report = line.box.report(picture_bytes=300_000)
    line.say(*report.messages)
    wait_for(lambda: str(report.violation.id) in line.stored, "stored")
    assert len(services.cases.list().items) == 1
    assert services.devices.get("box-1").online

    bad = line.box.sign(report.violation.model_dump(mode="json") | {"version": "9.0"})
    line.say((topics.violation("box-1"), b"no json"), (topics.violation("box-1"), bad))
    wait_for(lambda: str(report.violation.id) in line.refused, "refused")
    assert services.quarantine.count() == 2
    line.hang_up()


def test_a_box_that_is_cut_off_is_shown_offline(centre: Background, services: Services, make_box: type[Box]) -> None:
    line = Line(make_box(), port_of(centre))
    wait_for(lambda: [device for device in services.devices.list() if device.online], "online")
    line.hang_up(abruptly=True)
    wait_for(lambda: not services.devices.get("box-1").online, "offline")


def test_a_box_that_was_there_before_the_centre_is_known(
    mosquitto: Mosquitto, services: Services, make_box: type[Box]
) -> None:
    mosquitto.start()
    line = Line(make_box(), mosquitto.port)
    line.hang_up()
    # Workers of a group get no retained messages for what they share: the status must not be shared.
    background = Background(with_broker(services, mosquitto.port, share_group="ingest"))
    background.start()
    wait_for(services.devices.list, "the status that the broker kept")
    background.stop()


def test_a_box_whose_retained_status_did_not_fit_is_asked_for_by_name(
    tmp_path: Path, services: Services, make_box: type[Box], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber, "_ASK_AGAIN_AFTER_S", 0.1)
    broker = Mosquitto(tmp_path, "max_inflight_messages 1", "max_queued_messages 20")
    broker.start()
    teller = mqtt.Client(CallbackAPIVersion.VERSION2)
    teller.connect("127.0.0.1", broker.port)
    teller.loop_start()
    boxes = [make_box(f"box-{number}") for number in range(40)]
    for box in boxes:
        topic, payload = box.status()
        teller.publish(topic, payload, qos=1, retain=True).wait_for_publish(LIMIT_S)
    background = Background(with_broker(services, broker.port))
    background.start()
    wait_for(lambda: len(services.devices.list()) >= 20, "what did fit is known")
    known = {device.id for device in services.devices.list()}
    lost = next(box for box in boxes if box.device not in known)
    report = lost.report()
    for _ in range(2):  # a box repeats what it has no word on
        for topic, payload in report.messages:
            teller.publish(topic, payload, qos=1)
        wait_for(lambda: lost.device in {device.id for device in services.devices.list()}, "the lost one is known too")
    wait_for(lambda: services.cases.list().items, "its violation is a case")
    teller.disconnect()
    teller.loop_stop()
    background.stop()
    broker.kill()


def test_a_broker_of_the_citys_own_authority_is_reached_with_its_certificate_only(
    tmp_path: Path, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    certificate, key = own_authority(tmp_path)
    broker = Mosquitto(tmp_path, f"certfile {certificate}", f"keyfile {key}")
    broker.start()
    url = f"mqtts://127.0.0.1:{broker.port}"
    for authority, reached in ((None, False), (certificate, True)):
        background = Background(with_broker(services, broker.port, broker=url, broker_ca=authority))
        background.start()
        if reached:
            wait_for(lambda: background.broker_connected, "connected")  # noqa: B023 - called at once
        else:
            wait_for(lambda: "cannot be reached" in caplog.text, "the refusal is told")
            assert not background.broker_connected
        background.stop()
    broker.kill()


def own_authority(folder: Path) -> tuple[Path, Path]:
    """Make a certificate that is its own authority, for 127.0.0.1; give the files of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    at = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "broker.pem", folder / "broker.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def test_workers_of_a_group_share_the_load_and_file_each_case_once(
    mosquitto: Mosquitto, services: Services, make_box: type[Box], tmp_path: Path
) -> None:
    mosquitto.start()
    workers = []
    for number in range(2):
        shared = services.settings.database, services.settings.evidence
        more = {"share_group": "ingest", "database_url": shared[0], "evidence_url": shared[1]}
        worker = with_broker(services, mosquitto.port, **more, data_dir=tmp_path / f"worker-{number}")
        workers.append(Background(worker))
        workers[-1].start()
    wait_for(lambda: all(worker.broker_connected for worker in workers), "both connected")
    line = Line(make_box(), mosquitto.port)
    reports = [line.box.report(f"van {number}", picture_bytes=300_000) for number in range(5)]
    wait_for(services.devices.list, "the box is known")
    for report in reports:
        line.say(*report.messages, report.message)
    wanted = {str(report.violation.id) for report in reports}
    deadline = time.monotonic() + LIMIT_S
    while not wanted <= line.stored and time.monotonic() < deadline:
        time.sleep(0.5)  # a box repeats what it has no word on
        line.say(*(report.message for report in reports if str(report.violation.id) not in line.stored))
    assert wanted <= line.stored
    assert len(services.cases.list().items) == 5
    line.hang_up()
    for background in workers:
        background.stop()


def test_a_broker_that_comes_late_and_dies_in_between_loses_nothing(
    mosquitto: Mosquitto, services: Services, make_box: type[Box], caplog: pytest.LogCaptureFixture
) -> None:
    background = Background(with_broker(services, mosquitto.port))
    background.start()
    wait_for(lambda: "cannot be reached" in caplog.text, "said clearly")
    mosquitto.start()
    wait_for(lambda: background.broker_connected, "connected once it is there")
    line = Line(make_box(), mosquitto.port)
    report = line.box.report()
    line.say(*report.parts)
    mosquitto.kill()
    wait_for(lambda: not background.broker_connected, "the loss is seen")
    mosquitto.start()
    wait_for(lambda: background.broker_connected and line.client.is_connected(), "connected again")
    wait_for(services.devices.list, "the box is known")
    line.say(*report.parts, report.message)
    wait_for(lambda: str(report.violation.id) in line.stored, "stored")
    assert caplog.text.count("cannot be reached") == 1, "said once, not every second"
    line.hang_up()
    background.stop()


def test_what_boxes_say_while_the_centre_is_down_waits_at_mosquitto(
    mosquitto: Mosquitto, services: Services, make_box: type[Box]
) -> None:
    mosquitto.start()
    background = Background(with_broker(services, mosquitto.port))
    background.start()
    wait_for(lambda: background.broker_connected, "connected")
    line = Line(make_box(), mosquitto.port)
    wait_for(services.devices.list, "the box is known")
    background.stop()
    report = line.box.report()
    line.say(*report.messages)
    background.start()
    wait_for(lambda: str(report.violation.id) in line.stored, "stored without being said again")
    line.hang_up()
    background.stop()


def test_the_embedded_broker_restarts_under_its_clients(services: Services, make_box: type[Box]) -> None:
    port = free_port()
    broker = EmbeddedBroker(port=port)
    broker.start()
    background = Background(with_broker(services, port))
    background.start()
    line = Line(make_box(), port)
    broker.stop()
    broker = EmbeddedBroker(port=port)
    broker.start()
    wait_for(lambda: background.broker_connected and line.client.is_connected(), "both are back")
    report = line.box.report()
    line.say(line.box.status(), retain=True)
    line.say(*report.messages)
    wait_for(lambda: str(report.violation.id) in line.stored, "stored")
    line.hang_up()
    background.stop()
    broker.stop()


def test_the_embedded_broker_stops_while_its_clients_are_leaving(make_box: type[Box]) -> None:
    for _ in range(10):
        broker = EmbeddedBroker(port=0)
        broker.start()
        lines = [Line(make_box(f"box-{number}"), broker.port) for number in range(4)]
        for line in lines:
            line.client.disconnect()
        broker.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", broker.port))


def test_the_embedded_broker_gives_a_client_nothing_that_it_has_not_asked_for(
    centre: Background, make_box: type[Box]
) -> None:
    line = Line(make_box(), port_of(centre))
    heard: list[str] = []
    other = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="other")
    other.on_message = lambda _, __, message: heard.append(message.topic)
    subscribed = threading.Event()
    other.on_subscribe = lambda *_: subscribed.set()
    other.on_connect = lambda client, *_: client.subscribe("kerbwatch/v1/other/#", 1)
    other.connect("127.0.0.1", port_of(centre))
    other.loop_start()
    assert subscribed.wait(LIMIT_S)
    line.say((topics.ack("other"), b"{}"))
    wait_for(lambda: topics.ack("other") in heard, "its own topic")
    assert heard == [topics.ack("other")]
    other.disconnect()
    other.loop_stop()
    line.hang_up()


def test_a_port_that_is_taken_is_named_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BrokerNotStarted) as problem:
            EmbeddedBroker(port=port).start()
    assert str(port) in problem.value.message_en
    assert "--mqtt-port" in problem.value.message_zh
