"""What an administrator types, and what a wrong setting is answered with."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from central.broker import BrokerNotStarted
from central.cli import app
from central.problems import Problem
from central.serving import PortTaken, serve_until_stopped
from central.settings import Settings


def typed(*arguments: str, stdin: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments), input=stdin)
    return result.exit_code, result.output


def test_ports_that_are_taken_are_named(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            serve_until_stopped(settings.model_copy(update={"port": port}), None, print)
        with pytest.raises(BrokerNotStarted, match=str(port)):
            serve_until_stopped(settings.model_copy(update={"mqtt_port": port}), None, print)


@pytest.mark.parametrize("url", ["s4://bucket", "/proc/none/evidence"])
def test_an_evidence_store_that_is_none_is_named(settings: Settings, url: str) -> None:
    with pytest.raises(Problem, match=re.escape(url)):
        serve_until_stopped(settings.model_copy(update={"evidence_url": url}), None, print)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--broker", "tcp://somewhere"), "mqtt://"),
        (("--broker", "mqtt://somewhere:port"), "port"),
        (("--time-zone", "Mars/Olympus"), "Asia/Shanghai"),
        (("--port", "99999"), "port"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(options: tuple[str, ...], said: str) -> None:
    code, output = typed("serve", *options)
    assert code == 1
    assert said in output
    assert "设置有误" in output


def test_options_go_before_the_environment_and_that_before_the_defaults() -> None:
    environ = {"KERBWATCH_PORT": "81", "KERBWATCH_AUTO_FILE": "true", "KERBWATCH_SOMETHING_ELSE": "x"}
    settings = Settings.load(environ, port=82, host=None)
    assert (settings.port, settings.auto_file, settings.host) == (82, True, "127.0.0.1")
    assert Settings.load(environ).port == 81


def test_a_password_in_the_brokers_url_is_percent_decoded_and_not_shown(settings: Settings) -> None:
    url = "mqtt://city%2Fcentre:p%40ss%2Fw%23rd@broker.example:1884"
    address = settings.model_copy(update={"broker": url}).broker_address
    assert address is not None
    assert (address.user, address.password) == ("city/centre", "p@ss/w#rd")
    assert (address.host, address.port) == ("broker.example", 1884)
    assert "p@ss" not in f"{address} {address!r}"
    code, output = typed("serve", "--broker", "mqtt://centre:p/ss@broker.example")
    assert (code, "%2F" in output, "p/ss" in output) == (1, True, False)


def test_a_certificate_authority_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    code, output = typed("serve", "--broker", "mqtts://b", "--broker-ca", str(tmp_path / "none.pem"))
    assert (code, "none.pem" in output) == (1, True)
    (tmp_path / "no.pem").write_text("no certificate")
    options = ("--broker", "mqtts://b", "--broker-ca", str(tmp_path / "no.pem"), "--port", "0")
    code, output = typed("serve", *options, "--data", str(tmp_path / "data"))
    assert (code, "no.pem" in output, "证书" in output) == (1, True, True)


def test_an_administrator_makes_users_and_changes_passwords(settings: Settings) -> None:
    data = ("--data", str(settings.data_dir))
    assert typed("migrate", *data)[0] == 0
    assert typed("user", "add", "wang", "--password-stdin", *data, stdin="long enough\n")[0] == 0
    code, output = typed("user", "add", "wang", "--password-stdin", *data, stdin="long enough\n")
    assert (code, "已存在" in output) == (1, True)
    assert typed("user", "passwd", "wang", *data, stdin="another one\nanother one\n")[0] == 0
    code, output = typed("user", "passwd", "wang", "--password-stdin", *data, stdin="short\n")
    assert (code, "至少 8" in output) == (1, True)
    code, output = typed("user", "passwd", "li", "--password-stdin", *data, stdin="long enough\n")
    assert (code, "There is no user li" in output) == (1, True)


def test_a_key_of_a_box_that_nobody_knows_cannot_be_forgotten(settings: Settings) -> None:
    code, output = typed("device", "forget-key", "box-404", "--data", str(settings.data_dir))
    assert (code, "box-404" in output) == (1, True)


def test_the_version() -> None:
    assert re.match(r"\d+\.\d+", typed("version")[1])


def test_a_data_folder_that_cannot_be_made_is_named() -> None:
    code, output = typed("migrate", "--data", str(Path("/proc/none")))
    assert (code, "/proc/none" in output) == (1, True)


def test_a_site_file_is_checked_before_it_is_used(tmp_path: Path) -> None:
    example = Path(__file__).resolve().parents[2] / "deploy" / "site.example.yaml"
    code, said = typed("check-site", str(example))
    assert (code, "3 policies" in said, "3 条策略" in said) == (0, True, True)
    (tmp_path / "site.yaml").write_text("policies: [{then: fille}]", encoding="utf-8")
    code, said = typed("check-site", str(tmp_path / "site.yaml"))
    assert code == 1
    assert "policies[0].then" in said
    assert "fille" in said


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "centre.db"
    database.write_bytes(b"a photograph, perhaps" * 100)
    code, output = typed("migrate", "--database", f"sqlite:///{database}")
    assert code == 1
    assert "The database cannot be opened" in output
    assert database.read_bytes().startswith(b"a photograph")


@pytest.mark.parametrize(
    "options",
    [
        ("--database", "postgresql+nosuch://kerb:Kx7wordQ@db/kerbwatch"),
        ("--broker", "mqtt://kerb:Kx7/wordQ@broker"),
        ("--evidence", "s4://key:Kx7wordQ@store"),
    ],
)
def test_no_mistake_in_an_address_shows_its_password(tmp_path: Path, options: tuple[str, str]) -> None:
    code, output = typed("serve", "--data", str(tmp_path), "--port", "0", "--mqtt-port", "0", *options)
    assert code == 1
    assert "Kx7" not in output
    assert "wordQ" not in output
