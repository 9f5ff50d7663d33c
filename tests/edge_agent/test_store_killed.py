"""The power goes in the middle of a commit: what is there afterwards is whole, and state and outbox agree."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from edge_agent.outbox.store import BoxStore

ROOT = Path(__file__).parents[2]


def run_and_kill(data_dir: Path, commits: int, delay_s: float) -> int:
    """Kill a committing box `delay_s` after its commit number `commits`; returns the last number that it said."""
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/edge_agent/child_that_commits.py"), str(data_dir)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    said = [int(child.stdout.readline()) for _ in range(commits)]
    time.sleep(delay_s)
    child.kill()
    said += [int(line) for line in child.stdout.read().splitlines()]
    child.wait()
    return said[-1]


def test_a_box_killed_at_any_moment_has_whole_violations_and_a_state_that_fits(tmp_path: Path) -> None:
    chance = random.Random(2)
    for _ in range(4):
        said = run_and_kill(tmp_path, commits=chance.randint(1, 4), delay_s=chance.uniform(0, 0.01))
        store = BoxStore(tmp_path, 10**9)
        reported = json.loads(store.load_states()["gate-east"])["reported"]
        assert reported >= said  # said after the commit; the next one may have been finished too
        waiting = store.outbox.due(0, 1000)
        assert len(waiting) == reported
        listed = [file for one in waiting for file in one.files]
        assert len(listed) == 4 * reported
        assert all(hashlib.sha256(file.path.read_bytes()).hexdigest() == file.sha256 for file in listed)
        assert {path.name for path in (tmp_path / "evidence").iterdir()} == {file.sha256 for file in listed}
        store.close()
