"""A box with one violation in its outbox and a line to the broker; runs until it is killed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from edge_agent.config.box import BoxConfig
from edge_agent.outbox.store import BoxStore
from edge_agent.uplink.identity import device_key
from edge_agent.uplink.sending import Uplink
from tests.edge_agent.conftest import box_data, some_violation


def main(data_dir: Path, broker: str) -> None:
    config = BoxConfig.model_validate(box_data(uplink={"broker": broker, "ack_timeout_s": 60}))
    store = BoxStore(data_dir, 10**9)
    store.commit([some_violation(size=600_000)], {})
    Uplink(config.device, config.uplink, device_key(data_dir), store.outbox, lambda _: None).start()
    time.sleep(600)


main(Path(sys.argv[1]), sys.argv[2])
