"""The embedded broker, opened to a network: a password for each box, and each speaks only for itself."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode
from typer.testing import CliRunner

from central.background import Background
from central.broker_access import is_open_to_a_network
from central.cli import app
from central.credentials import BadDeviceId, Credentials
from central.services import Services, build_services
from protocol import topics
from tests.central.test_brokers import LIMIT_S, wait_for

if TYPE_CHECKING:
    from tests.central.conftest import Box


class Client:
    """Somebody who connects, with whatever it says of itself."""

    def __init__(self, port: int, client_id: str, user: str = "", password: str = "", will: str = "") -> None:
        self.answered, self.subscribed = threading.Event(), threading.Event()
        self.refused, self.drops = False, 0
        self.granted: list[bool] = []
        self.heard: list[dict[str, Any]] = []
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, reconnect_on_failure=False)
        if user:
            client.username_pw_set(user, password)
        if will:
            client.will_set(will, b'{"online": false}', 1, retain=True)
        client.on_connect = self._connected
        client.on_disconnect = self._dropped
        client.on_subscribe = self._subscribed
        client.on_message = lambda _, __, message: self.heard.append(json.loads(message.payload))
        client.connect("127.0.0.1", port)
        client.loop_start()
        self.client = client
        assert self.answered.wait(LIMIT_S)

    def _connected(self, _: mqtt.Client, __: Any, ___: Any, reason: ReasonCode, ____: Any) -> None:
        self.refused = reason.is_failure
        self.answered.set()

    def _dropped(self, *_: Any) -> None:
        self.drops += 1
        self.answered.set()

    def _subscribed(self, _: mqtt.Client, __: Any, ___: int, reasons: list[ReasonCode], ____: Any) -> None:
        self.granted = [not reason.is_failure for reason in reasons]
        self.subscribed.set()

    def subscribe(self, *filters: str) -> list[bool]:
        self.subscribed.clear()
        self.client.subscribe([(one, 1) for one in filters])
        assert self.subscribed.wait(LIMIT_S)
        return self.granted

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def opened(services: Services) -> Iterator[tuple[Services, int]]:
    """A centre whose embedded broker is open to the network; with its broker's port."""
    settings = services.settings.model_copy(update={"mqtt_host": "0.0.0.0"})
    opened = build_services(settings)
    background = Background(opened)
    background.start()
    wait_for(lambda: background.broker_connected, "the centre comes in with its own password")
    assert background.broker is not None
    yield opened, background.broker.port
    background.stop()
    opened.sessions.close()


def test_a_box_with_its_password_reports_and_is_acknowledged(opened: tuple[Services, int], make_box: type[Box]) -> None:
    services, port = opened
    box = make_box("box-1")
    printed = CliRunner().invoke(app, ["device", "credential", "box-1", "--data", str(services.settings.data_dir)])
    found = re.search(r"mqtt://box-1:([^@]+)@", printed.output)
    assert found
    client = Client(port, "box-1", "box-1", found[1], will=topics.status("box-1"))
    assert not client.refused
    assert client.subscribe(topics.ack("box-1"), topics.request("box-1")) == [True, True]
    report = box.report()
    topic, payload = box.status()
    client.client.publish(topic, payload, 1, retain=True)
    for topic, payload in report.messages:
        client.client.publish(topic, payload, 1)
    wait_for(lambda: any(str(report.violation.id) in ack["stored"] for ack in client.heard), "acknowledged")
    client.close()


def test_strangers_and_thieves_are_not_let_in_and_throw_nobody_out(opened: tuple[Services, int]) -> None:
    services, port = opened
    credentials = Credentials(services.sessions)
    first, second = credentials.issue("box-1"), credentials.issue("box-2")
    box = Client(port, "box-1", "box-1", first)
    assert not box.refused
    strangers = [
        Client(port, "box-1"),
        Client(port, "box-1", "box-1", "guessed"),
        Client(port, "box-1", "box-2", second),
        Client(port, "kwc-1", "kerbwatch-central", second),
        Client(port, "box-2", "box-2", second, will=topics.status("box-1")),
        Client(port, "box-3", "box-3", second),
    ]
    assert all(one.refused or one.drops for one in strangers)
    assert (box.drops, box.client.is_connected()) == (0, True)
    assert not credentials.check("box-1", second)
    again = credentials.issue("box-1")
    assert (credentials.check("box-1", first), credentials.check("box-1", again)) == (False, True)
    assert credentials.revoke("box-1")
    assert not credentials.check("box-1", again)
    for one in (box, *strangers):
        one.close()


def test_a_box_neither_speaks_nor_listens_for_another(opened: tuple[Services, int], make_box: type[Box]) -> None:
    services, port = opened
    credentials = Credentials(services.sessions)
    box = Client(port, "box-1", "box-1", credentials.issue("box-1"))
    thief = Client(port, "box-2", "box-2", credentials.issue("box-2"))
    assert box.subscribe(topics.ack("box-1")) == [True]
    assert thief.subscribe(topics.ack("box-1"), "#", "kerbwatch/v1/+/ack", topics.violation("+")) == [False] * 4
    for topic in (topics.ack("box-1"), topics.ack("box-2"), topics.request("box-1"), topics.health("box-1")):
        thief.client.publish(topic, b'{"stored": []}', 1).wait_for_publish(LIMIT_S)
    thief.client.publish(*make_box("box-1").status(), 1).wait_for_publish(LIMIT_S)
    thief.client.publish(*make_box("box-2").status(), 1).wait_for_publish(LIMIT_S)
    wait_for(services.devices.list, "box-2 is known")
    assert [device.id for device in services.devices.list()] == ["box-2"]
    assert (box.heard, thief.drops) == ([], 0)
    box.close()
    thief.close()


def test_what_is_no_connect_packet_is_hung_up_on(opened: tuple[Services, int]) -> None:
    _, port = opened
    for noise in (b"GET / HTTP/1.1\r\n\r\n", b"\x10\x02\x00\x00", b"\x30\x00"):
        with socket.create_connection(("127.0.0.1", port), LIMIT_S) as line:
            line.settimeout(LIMIT_S)
            line.sendall(noise)
            line.shutdown(socket.SHUT_WR)
            assert line.recv(64) in (b"", b"\x20\x02\x00\x05")


@pytest.mark.parametrize("name", ["kerbwatch-central", "a/b", "+", ""])
def test_a_name_that_no_box_can_have_gets_no_password(services: Services, name: str) -> None:
    with pytest.raises(BadDeviceId):
        Credentials(services.sessions).issue(name)


@pytest.mark.parametrize(
    ("hosts", "is_open"),
    [
        (("127.0.0.1", "127.0.1.1", "::1", "localhost"), False),
        (("0.0.0.0", "::", "", "10.0.0.5", "broker.city"), True),
    ],
)
def test_only_loopback_asks_for_no_password(hosts: tuple[str, ...], is_open: bool) -> None:
    assert {is_open_to_a_network(one) for one in hosts} == {is_open}
