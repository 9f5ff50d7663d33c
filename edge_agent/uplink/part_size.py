"""How large the parts of evidence are: as large as the broker takes, found by trying and kept over a restart.

MQTT 3.1.1 has no word for "too large": the broker hangs up, each time anew, or takes the packet and drops it, and the
centre never has the file whole. Either way the parts are made half as large.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

from edge_agent.durable import write_durably
from edge_agent.words import uplink_notices as notices
from protocol.evidence_parts import MIN_PART_BYTES, PART_BYTES
from protocol.messages import HealthEvent

PART_SIZE_FILE = "part-size.json"
HANG_UPS = 2
"""So many times in a row the line has to break over the same packet."""

_log = logging.getLogger(__name__)


class PartSize:
    """The size for one broker. `data_dir`: where it is kept; None: nowhere."""

    def __init__(self, broker: str, tell: Callable[[HealthEvent], None], data_dir: Path | None = None) -> None:
        self._broker, self._tell = broker, tell
        self._file = data_dir / PART_SIZE_FILE if data_dir else None
        self.bytes = self._read()
        self._refusal_said = False

    def shrink(self, refused_bytes: int) -> bool:
        """Make parts smaller than `refused_bytes`, which did not get through; False when they are small already."""
        smaller = max(MIN_PART_BYTES, min(self.bytes, refused_bytes) // 2)
        if smaller >= self.bytes or refused_bytes <= MIN_PART_BYTES:
            if not self._refusal_said:
                self._refusal_said = True
                self._tell(notices.packets_refused(self._broker, refused_bytes))
            return False
        self.bytes = smaller
        self._tell(notices.parts_smaller(self._broker, refused_bytes, smaller))
        self._keep()
        return True

    def _keep(self) -> None:
        if self._file is None:
            return
        try:
            write_durably(self._file, json.dumps({"broker": self._broker, "bytes": self.bytes}).encode())
        except OSError as error:  # a full disk: it is found anew after the next start
            _log.warning("%s cannot be written: %s", self._file, error)

    def _read(self) -> int:
        if self._file is not None:
            try:
                kept = json.loads(self._file.read_bytes())
                if kept["broker"] == self._broker and MIN_PART_BYTES <= int(kept["bytes"]) <= PART_BYTES:
                    return int(kept["bytes"])
            except FileNotFoundError:
                pass
            except (OSError, ValueError, KeyError, TypeError) as error:
                _log.warning("%s cannot be read (%s); starting with parts of %d bytes", self._file, error, PART_BYTES)
        return PART_BYTES
