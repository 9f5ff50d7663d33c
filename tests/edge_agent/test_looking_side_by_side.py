"""Looks side by side, and what a checkpoint may see of them; the stage timer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from edge_agent import stages
from edge_agent.live import Turnstile
from edge_agent.stages import stage


def test_a_checkpoint_never_sees_a_look_that_is_going_on() -> None:
    turnstile, inside, seen = Turnstile(), [0], []
    guard = threading.Lock()

    def looks() -> None:
        for _ in range(200):
            with turnstile.one_of_many():
                with guard:
                    inside[0] += 1
                with guard:
                    inside[0] -= 1

    def checkpoints() -> None:
        for _ in range(50):
            with turnstile.alone():
                seen.append(inside[0])

    with ThreadPoolExecutor(4) as pool:
        for one in [*(pool.submit(looks) for _ in range(3)), pool.submit(checkpoints)]:
            one.result(timeout=20)
    assert seen == [0] * 50


def test_two_looks_go_on_at_a_time() -> None:
    turnstile, together = Turnstile(), threading.Barrier(2, timeout=10)

    def look() -> None:
        with turnstile.one_of_many():
            together.wait()

    with ThreadPoolExecutor(2) as pool:
        for one in (pool.submit(look), pool.submit(look)):
            one.result(timeout=20)


def test_a_stage_inside_another_counts_for_itself_only() -> None:
    stages.measure()
    with stage("outer"), stage("inner"):
        sum(range(2_000_000))
    spent_s = stages.measured()
    assert spent_s["inner"] > spent_s["outer"] >= 0.0
