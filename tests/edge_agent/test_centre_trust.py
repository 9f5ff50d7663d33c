"""Whose acknowledgements a box believes: a stranger at the broker deletes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from joserfc.jwk import OKPKey

from edge_agent.config.box import BoxConfig
from edge_agent.uplink.centre_trust import CENTRE_KEY_FILE, CentreTrust, forget_centre
from protocol.acks import sign_ack
from protocol.messages import Ack
from protocol.signing import new_private_key, public_jwk, thumbprint

if TYPE_CHECKING:
    from tests.edge_agent.conftest import Told

BOX = "box-17"
CENTRE, STRANGER = new_private_key(), new_private_key()


def signed(key: OKPKey, violation: UUID, device: str = BOX) -> bytes:
    return sign_ack(Ack(stored=(violation,)), device, datetime.now(UTC), key)


def unsigned(violation: UUID) -> bytes:
    return json.dumps({"stored": [str(violation)]}).encode()


def fingerprint(key: OKPKey) -> str:
    return thumbprint(public_jwk(key))


def test_the_first_key_is_kept_over_a_restart_and_then_the_only_one(told: Told, tmp_path: Path) -> None:
    violation = uuid4()
    first = CentreTrust(BOX, told.append, tmp_path).open(signed(CENTRE, violation))
    assert first is not None
    assert first.stored == (violation,)
    assert told.codes == ["centre_key_trusted"]
    assert fingerprint(CENTRE) in told[0].text_en
    assert (tmp_path / CENTRE_KEY_FILE).stat().st_mode & 0o777 == 0o600

    told.clear()
    trust = CentreTrust(BOX, told.append, tmp_path)
    for _ in range(3):
        assert trust.open(signed(STRANGER, violation)) is None
        assert trust.open(unsigned(violation)) is None
    assert told.codes == ["centre_key_changed", "ack_unsigned"], "each told once, not at every try"
    assert "forget-centre" in told[0].text_zh
    assert trust.open(signed(CENTRE, violation)) is not None


def test_an_acknowledgement_for_another_box_or_another_violation_is_not_believed(told: Told, tmp_path: Path) -> None:
    trust = CentreTrust(BOX, told.append, tmp_path)
    genuine = signed(CENTRE, uuid4())
    assert trust.open(genuine) is not None
    assert trust.open(signed(CENTRE, uuid4(), device="box-18")) is None
    changed = json.loads(genuine) | {"stored": [str(uuid4())]}
    assert trust.open(json.dumps(changed).encode()) is None
    no_key = json.loads(genuine) | {"key": None}
    assert trust.open(json.dumps(no_key).encode()) is None
    assert trust.open(json.dumps(json.loads(genuine) | {"jws": "x..y"}).encode()) is None
    assert "ack_not_believed" in told.codes


def test_a_configured_key_is_the_only_one_from_the_beginning(told: Told, tmp_path: Path) -> None:
    trust = CentreTrust(BOX, told.append, tmp_path, wanted=fingerprint(CENTRE))
    assert trust.open(unsigned(uuid4())) is None
    assert trust.open(signed(STRANGER, uuid4())) is None
    assert trust.open(signed(CENTRE, uuid4())) is not None
    assert told.codes == ["ack_unsigned", "centre_key_changed"]


def test_an_old_centre_that_cannot_sign_is_heard_until_it_is_updated_and_that_is_told(
    told: Told, tmp_path: Path
) -> None:
    trust = CentreTrust(BOX, told.append, tmp_path)
    assert trust.open(unsigned(uuid4())) is not None
    assert trust.open(unsigned(uuid4())) is not None
    assert trust.open(signed(CENTRE, uuid4())) is not None, "the centre was updated"
    assert trust.open(unsigned(uuid4())) is None
    assert told.codes == ["acks_not_signed", "centre_key_trusted", "ack_unsigned"]


def test_an_engineer_has_a_running_box_trust_a_centre_that_was_set_up_anew(told: Told, tmp_path: Path) -> None:
    trust = CentreTrust(BOX, told.append, tmp_path)
    assert not forget_centre(tmp_path)
    assert trust.open(signed(CENTRE, uuid4())) is not None
    assert trust.open(signed(STRANGER, uuid4())) is None
    assert forget_centre(tmp_path)
    assert trust.open(signed(STRANGER, uuid4())) is not None
    assert trust.open(signed(CENTRE, uuid4())) is None


def test_a_damaged_key_file_is_not_replaced_by_whoever_speaks_next(told: Told, tmp_path: Path) -> None:
    (tmp_path / CENTRE_KEY_FILE).write_bytes(b"\0\0")
    trust = CentreTrust(BOX, told.append, tmp_path)
    assert trust.open(signed(STRANGER, uuid4())) is None
    assert trust.open(unsigned(uuid4())) is None
    assert (tmp_path / CENTRE_KEY_FILE).read_bytes() == b"\0\0"


def test_the_fingerprint_stands_in_the_configuration(box_config: Callable[..., BoxConfig]) -> None:
    broker = {"broker": "mqtt://127.0.0.1:1"}
    assert box_config(uplink=broker | {"centre_key": fingerprint(CENTRE)}).uplink.centre_key == fingerprint(CENTRE)
    with pytest.raises(ValueError, match="centre_key"):
        box_config(uplink=broker | {"centre_key": "abc"})
