"""The key with which the centre signs its acknowledgements."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from central.centre_key import centre_key
from central.cli import app
from central.ingest.inbox import Inbox
from central.services import Services, build_services
from protocol.messages import Ack
from protocol.signing import public_jwk, thumbprint

if TYPE_CHECKING:
    from central.database import Sessions
    from tests.central.conftest import Box


def test_workers_that_start_at_once_share_one_key(sessions: Sessions) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(thumbprint(public_jwk(centre_key(sessions))))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_the_key_stays_over_a_restart_and_is_printed_for_the_boxes_configuration(services: Services) -> None:
    fingerprint = thumbprint(public_jwk(centre_key(services.sessions)))
    again = build_services(services.settings)
    assert thumbprint(public_jwk(centre_key(again.sessions))) == fingerprint
    again.sessions.close()
    printed = CliRunner().invoke(app, ["centre-key", "--data", str(services.settings.data_dir)])
    assert printed.exit_code == 0
    assert re.search(rf"^uplink: \{{centre_key: {fingerprint}\}}$", printed.output, re.MULTILINE)


def test_a_box_that_comes_is_greeted_so_that_it_learns_the_key_before_it_has_anything_to_lose(
    inbox: Inbox, make_box: type[Box]
) -> None:
    box = make_box("box-3")
    (reply,) = inbox.receive(*box.status()).replies
    assert (reply.device, reply.ack) == ("box-3", Ack())
    assert inbox.receive(*box.status(online=False)).replies == ()
