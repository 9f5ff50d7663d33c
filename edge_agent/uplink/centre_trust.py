"""Whose acknowledgements the box believes: the centre's, known by its key.

The key is the one that `uplink.centre_key` names, else the first one that signed an acknowledgement (trust on first
use), which is kept in the data folder. Once it is known, an acknowledgement that is not signed with it is refused and
told. Until then one without a signature is taken, since a centre of protocol 1.0 cannot sign; that is told too.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge_agent.durable import write_durably
from edge_agent.words import uplink_notices as notices
from protocol.acks import key_of, read_ack, verify_ack
from protocol.messages import Ack, HealthEvent
from protocol.signing import SignatureError

CENTRE_KEY_FILE = "centre.key.json"
_SAID_AGAIN_S = 3600.0
_MOST_SAID = 20

_log = logging.getLogger(__name__)


class CentreTrust:
    """Decides on acknowledgements. Used by one thread. `data_dir`: where the first key is kept; None: nowhere."""

    def __init__(
        self, device: str, tell: Callable[[HealthEvent], None], data_dir: Path | None = None, wanted: str | None = None
    ) -> None:
        self._device, self._tell = device, tell
        self._file = data_dir / CENTRE_KEY_FILE if data_dir else None
        self._wanted = wanted
        self._pinned = self._read()
        self._said: dict[str, float] = {}

    def open(self, payload: bytes) -> Ack | None:
        """Return the acknowledgement, or None when it is not the centre's; that is told, the same once an hour.

        Raises ValueError when it is none.
        """
        ack, raw = read_ack(payload)
        if ack.jws is None:
            return self._unsigned(ack)
        try:
            shown = key_of(ack)
            assert ack.key is not None
            verify_ack(raw, self._device, ack.key)
        except SignatureError as error:
            self._say("ack_not_believed", notices.ack_not_believed(str(error)))
            return None
        trusted = self._trusted()
        if shown != trusted:
            trusted = self._trusted(reread=True)
        if trusted is None:
            self._pin(shown, ack.key)
        elif shown != trusted:
            self._say(f"centre_key_changed {shown}", notices.centre_key_changed(trusted, shown))
            return None
        return ack

    def _unsigned(self, ack: Ack) -> Ack | None:
        trusted = self._trusted() and self._trusted(reread=True)
        if trusted:
            self._say("ack_unsigned", notices.ack_unsigned(trusted))
            return None
        if self._say("acks_not_signed", notices.centre_does_not_sign()):
            _log.warning("the centre does not sign its acknowledgements: it is older than this box and must be updated")
        return ack

    def _trusted(self, *, reread: bool = False) -> str | None:
        """Return the fingerprint of the key to believe; `reread`: somebody may have made the box forget it."""
        if self._wanted is not None:
            return self._wanted
        if reread and self._file is not None:
            self._pinned = self._read()
        return self._pinned

    def _pin(self, fingerprint: str, key: dict[str, str]) -> None:
        if self._wanted is None:
            self._pinned = fingerprint
            if self._file is not None:
                document = json.dumps({"fingerprint": fingerprint, "key": key}, indent=2)
                try:
                    write_durably(self._file, document.encode(), mode=0o600)
                except OSError as error:  # a full disk: known until the next start
                    _log.warning("%s cannot be written: %s", self._file, error)
            self._tell(notices.centre_key_trusted(fingerprint))

    def _read(self) -> str | None:
        if self._file is None:
            return None
        try:
            document: Any = json.loads(self._file.read_bytes())
            return str(document["fingerprint"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            # Not trusted anew by itself: who can damage this file once could choose the key.
            return f"unreadable: {error}"

    def _say(self, about: str, event: HealthEvent) -> bool:
        """Tell `event` unless the same was told in the last hour; return whether it was."""
        now_s = time.monotonic()
        if now_s - self._said.get(about, -math.inf) < _SAID_AGAIN_S:
            return False
        if len(self._said) > _MOST_SAID:  # somebody shows ever new keys
            return False
        self._said[about] = now_s
        self._tell(event)
        return True


def forget_centre(data_dir: Path) -> bool:
    """Make a box trust the next key that its centre shows; False when it knew none."""
    try:
        (data_dir / CENTRE_KEY_FILE).unlink()
    except FileNotFoundError:
        return False
    return True
