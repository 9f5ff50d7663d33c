"""What a user copies works: the configurations of README and deploy/, the broker's access rules, links and pictures."""

from __future__ import annotations

import getpass
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from typer.testing import CliRunner

from central.settings import ENV_PREFIX, Settings
from edge_agent.cli import app as edge
from protocol import topics

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CONTRIBUTING.md", DEPLOY / "README.md"]
PAGES += sorted((ROOT / "docs").rglob("*.md"))
PATIENCE_S = 20.0
SHA = "0123456789abcdef" * 4


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readmes_configuration_is_accepted_by_the_box(readme: str, tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    assert found
    (tmp_path / "box.yaml").write_text(found[1], encoding="utf-8")
    checked = CliRunner().invoke(edge, ["check", str(tmp_path / "box.yaml"), "--offline"])
    assert checked.exit_code == 0, checked.output


def test_the_example_box_is_accepted() -> None:
    checked = CliRunner().invoke(edge, ["check", str(DEPLOY / "box.example.yaml"), "--offline"])
    assert checked.exit_code == 0, checked.output
    assert "warning" not in checked.output


def test_the_example_settings_are_the_centres() -> None:
    lines = (DEPLOY / "systemd" / "central.env").read_text(encoding="utf-8").splitlines()
    given = dict(
        re.sub(r"^#(?=KERBWATCH_)", "", line).split("=", 1) for line in lines if re.match(r"#?KERBWATCH_", line)
    )
    known = {ENV_PREFIX + name.upper() for name in Settings.model_fields} | {"KERBWATCH_ADMIN_PASSWORD"}
    assert set(given) <= known
    assert Settings.load(given).secure_cookie


def test_compose_gives_the_centre_settings_that_it_knows() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    given = compose["services"]["central"]["environment"]
    known = {ENV_PREFIX + name.upper() for name in Settings.model_fields} | {"KERBWATCH_ADMIN_PASSWORD"}
    assert set(given) <= known
    for volume in compose["services"]["broker"]["volumes"]:
        source = volume.split(":")[0]
        assert not source.startswith("./") or source.endswith("/passwd") or (DEPLOY / source).exists(), source


@pytest.mark.parametrize("unit", ["kerbwatch-edge", "kerbwatch-central"])
def test_a_unit_restarts_for_ever_and_calls_a_command_that_there_is(unit: str) -> None:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys are case-sensitive
    parser.read(DEPLOY / "systemd" / f"{unit}.service", encoding="utf-8")
    service = parser["Service"]
    assert (service["Restart"], parser["Unit"]["StartLimitIntervalSec"]) == ("always", "0")
    assert service["ExecStart"].startswith(f"/opt/kerbwatch/.venv/bin/{unit} ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_pages_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path = target.split("#")[0]
        assert "://" in target or not path or (page.parent / path).exists(), f"{page.name}: {target}"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    """Mosquitto with the example's access rules, and users for the centre and two boxes; its port."""
    programs = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
    mosquitto, passwd = shutil.which("mosquitto", path=programs), shutil.which("mosquitto_passwd", path=programs)
    if mosquitto is None or passwd is None:
        pytest.skip("mosquitto is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    (tmp_path / "passwd").touch(mode=0o600)
    for user in ("kerbwatch-central", "kerbwatch-central-2", "box-17", "box-18"):
        subprocess.run([passwd, "-b", str(tmp_path / "passwd"), user, "secret"], check=True, capture_output=True)
    shutil.copy(DEPLOY / "mosquitto" / "acl", tmp_path / "acl")
    example = (DEPLOY / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8")
    config = (
        example.replace("listener 1883 0.0.0.0", f"listener {port} 127.0.0.1")
        .replace("/etc/mosquitto/kerbwatch.passwd", str(tmp_path / "passwd"))
        .replace("/etc/mosquitto/kerbwatch.acl", str(tmp_path / "acl"))
    )
    (tmp_path / "mosquitto.conf").write_text(f"{config}\nuser {getpass.getuser()}\n", encoding="utf-8")
    with subprocess.Popen([mosquitto, "-c", str(tmp_path / "mosquitto.conf")], stderr=subprocess.PIPE) as running:
        try:
            wait_for(lambda: listens(port) or running.poll() is not None, "Mosquitto listens")
            assert running.poll() is None, running.stderr and running.stderr.read().decode()
            yield port
        finally:
            running.kill()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def wait_for(check: Callable[[], bool], what: str) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not check():
        assert time.monotonic() < end_s, f"not in {PATIENCE_S:.0f} s: {what}"
        time.sleep(0.02)


class Person:
    """Somebody at the broker, and what they heard."""

    def __init__(self, port: int, user: str, *filters: str, client_id: str = "") -> None:
        self.heard: list[str] = []
        self.drops = 0
        subscribed = threading.Event()
        client = Client(CallbackAPIVersion.VERSION2, client_id=client_id or f"{user}-test")
        client.on_disconnect = self._dropped
        client.username_pw_set(user, "secret")
        client.on_message = lambda _client, _data, message: self.heard.append(message.topic)
        client.on_connect = lambda client, *_: client.subscribe([(one, 1) for one in filters])
        client.on_subscribe = lambda *_: subscribed.set()
        client.connect("127.0.0.1", port)
        client.loop_start()
        assert subscribed.wait(PATIENCE_S), f"{user} cannot connect"
        self.client = client

    def say(self, *said: str) -> None:
        for topic in said:
            self.client.publish(topic, b"{}", qos=1).wait_for_publish(PATIENCE_S)

    def _dropped(self, *_: object) -> None:
        self.drops += 1

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.mark.system("mosquitto")
def test_a_box_can_speak_only_for_itself(broker: int) -> None:
    centre = Person(broker, "kerbwatch-central", *topics.from_boxes())
    box = Person(broker, "box-17", topics.ack("box-17"))
    neighbour = Person(broker, "box-18", topics.ack("box-17"), topics.violation("box-17"))
    try:
        own = [topics.evidence("box-17", SHA), topics.violation("box-17"), topics.health("box-17")]
        neighbour.say(topics.violation("box-17"), topics.status("box-17"), topics.ack("box-17"))
        box.say(*own, topics.ack("box-17"))
        centre.say(topics.ack("box-17"))
        wait_for(lambda: box.heard == [topics.ack("box-17")], "the box hears its answer, and only the centre's")
        wait_for(lambda: centre.heard == own, f"the centre hears the box itself, not its neighbour: {centre.heard}")
        assert neighbour.heard == []
    finally:
        for person in (centre, box, neighbour):
            person.close()


@pytest.mark.system("mosquitto")
def test_a_box_that_takes_another_ones_client_id_throws_nobody_out_and_workers_go_together(broker: int) -> None:
    workers = [
        Person(broker, user, *topics.from_boxes("ingest"), client_id="kwc-1")
        for user in ("kerbwatch-central", "kerbwatch-central-2")
    ]
    box = Person(broker, "box-17", topics.ack("box-17"), client_id="box-17")
    thief = Person(broker, "box-18", topics.ack("box-18"), client_id="box-17")
    try:
        thief.say(topics.violation("box-18"))
        box.say(*[topics.violation("box-17")] * 10)
        wait_for(lambda: len([t for worker in workers for t in worker.heard]) == 11, "the workers hear both boxes")
        assert all(worker.heard for worker in workers), "they share the load"
        assert [person.drops for person in (box, thief, *workers)] == [0] * 4
    finally:
        for person in (*workers, box, thief):
            person.close()


@pytest.mark.system("mosquitto")
def test_a_centre_that_starts_hears_the_retained_status_of_every_box_of_a_large_city(broker: int) -> None:
    teller = Client(CallbackAPIVersion.VERSION2, client_id="")
    teller.username_pw_set("box-17", "secret")
    teller.max_inflight_messages_set(1000)
    teller.connect("127.0.0.1", broker)
    teller.loop_start()
    many = 2500
    for number in range(many):  # one box's rights allow as many retained topics only below `evidence`
        said = teller.publish(topics.evidence("box-17", f"{number}"), b"{}", qos=1, retain=True)
    said.wait_for_publish(PATIENCE_S)
    centre = Person(broker, "kerbwatch-central", "kerbwatch/v1/+/evidence/+")
    wait_for(lambda: len(centre.heard) == many, f"all are heard, not only {len(centre.heard)}")
    teller.disconnect()
    teller.loop_stop()
    centre.close()
