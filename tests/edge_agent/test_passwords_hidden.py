"""No password of a camera or a broker is read by anybody who reads what the box says of itself."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from edge_agent.config.box import BoxConfig
from edge_agent.config.last_good import LAST_GOOD_FILE, config_to_run, keep_as_good
from edge_agent.health.reporter import HealthReporter
from edge_agent.secret_url import SecretUrl
from edge_agent.source.address import Address, explain
from edge_agent.words.notices import notice
from protocol.messages import Health
from protocol.redaction import RedactingFormatter, redact, shown_address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://10.0.0.1:554/Streaming/Channels/101", None),
        ("rtsp://cam/cam/realmonitor?channel=1&subtype=0", None),
        ("rtsp://[fe80::1]:554/a@b", None),
        ("/data/2026-11-23/gate.mp4", None),
        ("rtsp://viewer:Kx7wordQ@10.0.0.9/a", "rtsp://10.0.0.9/a"),
        ("rtsp://viewer@10.0.0.9/a", "rtsp://10.0.0.9/a"),
        ("rtsp:/viewer:Kx7wordQ@10.0.0.9/a", "rtsp:/10.0.0.9/a"),
        ("viewer:Kx7wordQ@10.0.0.9/a", "10.0.0.9/a"),
        ("rtsp://viewer:Kx7/wordQ@10.0.0.9/a", "rtsp://10.0.0.9/a"),
        ("rtsp://viewer:12/wordQ@10.0.0.9/a", "rtsp://10.0.0.9/a"),
        ("rtsp://viewer:Kx7#word?Q@10.0.0.9/a", "rtsp://10.0.0.9/a"),
        ("rtsp://viewer:Kx7@word/Q@cam.local/a", "rtsp://cam.local/a"),
        ("rtsp://cam/stream?user=viewer&password=Kx7wordQ", "rtsp://cam/stream?***"),
        ("rtsp://cam/stream?password=Kx7&wordQ#Kx7", "rtsp://cam/stream?***"),
        ("rtsp://cam/s?channel=2&token=Kx7wordQ", "rtsp://cam/s?channel=2&***"),
        ("rtsp://cam:554/user=admin&password=Kx7wordQ&channel=1&stream=0.sdp?real_stream", "rtsp://cam:554/***"),
        ("http://cam/live/9f8a7b6c5d4e3f2a1b0c9d8e.m3u8", "http://cam/live/***.m3u8"),
    ],
)
def test_an_address_is_shown_without_what_may_be_a_password(address: str, shown: str | None) -> None:
    if shown is None:
        assert shown_address(address) == address
    else:
        assert shown_address(address).startswith(shown)
        assert not any(part in shown_address(address) for part in ("Kx7", "wordQ", "9f8a"))
    assert shown_address(shown_address(address)) == shown_address(address)


def test_a_password_that_was_met_is_hidden_in_every_encoding_of_it() -> None:
    SecretUrl("rtsp://viewer:S3%40cret%2Fword@10.0.0.9/a")
    plain = "S3@cret/word"
    for form in (plain, quote(plain), quote(plain, safe=""), "S3%40cret%2fword"):
        assert redact(f"Could not open {form!r} twice") == "Could not open '***' twice"


def test_a_library_that_quotes_the_address_gives_nothing_away() -> None:
    address = "rtsp://viewer:Qw8secret@10.0.0.9/a?token=Zy9other"
    SecretUrl(address)
    assert redact(f"[Errno 111] refused: '{address}'; tried viewer:Qw8secret@10.0.0.9") == (
        "[Errno 111] refused: 'rtsp://10.0.0.9/a?***'; tried 10.0.0.9"
    )
    assert "Qw8secret" not in explain(OSError(5, f"input/output error: {address}")).cause
    assert "Qw8secret" not in repr(Address(address))


def test_a_log_shows_no_password_not_even_in_a_traceback() -> None:
    SecretUrl("mqtt://box:Lk5secret@broker")
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(RedactingFormatter("%(message)s"))
    log = logging.Logger("test")
    log.addHandler(handler)
    try:
        raise OSError("no route to mqtt://box:Lk5secret@broker")
    except OSError:
        log.exception("connecting with Lk5secret failed")
    assert "Traceback" in written.getvalue()
    assert "Lk5secret" not in written.getvalue()


def test_health_carries_no_password_to_the_centre(tmp_path: Path) -> None:
    SecretUrl("rtsp://viewer:Mn4secret@cam/1")
    reports: list[Health] = []
    health = HealthReporter("box-17", tmp_path, 60)
    health.tell(
        notice("warning", "x", "无法读取 Mn4secret", "cannot read Mn4secret", faults=["rtsp://v:Mn4secret@cam/1"])
    )
    health.start(lambda report: not reports.append(report))  # type: ignore[func-returns-value]
    health.stop()
    assert "Mn4secret" not in reports[-1].model_dump_json()
    assert reports[-1].events[0].detail == {"faults": ["rtsp://cam/1"]}


def test_only_the_file_that_nobody_else_reads_holds_the_addresses(
    tmp_path: Path, box_config: Callable[..., BoxConfig]
) -> None:
    config = box_config(uplink={"broker": "mqtt://box:Hj3secret@broker"})
    assert "Hj3secret" not in f"{config!r} {config} {config.model_dump_json()} {config.uplink.address!r}"
    keep_as_good(tmp_path, config)
    assert "Hj3secret" in (tmp_path / LAST_GOOD_FILE).read_text()
    assert config_to_run(tmp_path / "none.yaml", tmp_path)[0] == config
