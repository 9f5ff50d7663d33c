"""A box that commits violation after violation until it is killed; prints the number of each finished commit."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from edge_agent.outbox.store import BoxStore
from tests.edge_agent.conftest import some_violation


def main(data_dir: Path) -> None:
    store = BoxStore(data_dir, 10**9)
    state = store.load_states().get("gate-east")
    number = json.loads(state)["reported"] if state else 0
    while True:
        number += 1
        violations = [some_violation(f"s{number}", size=60_000)]
        store.commit(violations, {"gate-east": json.dumps({"reported": number})})
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


main(Path(sys.argv[1]))
