"""Which provider `auto` ends up with."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from models.errors import RuntimeMismatchError
from models.providers import SHORT_NAMES, candidates, fastest, options_of, pick_providers


def _opens(*broken: str) -> Callable[[str], str]:
    def open_one(provider: str) -> str:
        if provider in broken:
            raise RuntimeMismatchError(f"{provider} does not start", f"{provider} 未能启动")
        return provider

    return open_one


_COST_S = {"gpu": 0.002, "vino": 0.009, "cpu": 0.004}


def test_the_cheapest_on_this_machine_is_taken_whatever_its_name() -> None:
    assert fastest(["vino", "cpu"], _opens(), _COST_S.__getitem__) == "cpu"
    assert fastest(["gpu", "vino", "cpu"], _opens(), _COST_S.__getitem__) == "gpu"


def test_a_provider_without_its_driver_is_passed_over() -> None:
    assert fastest(["gpu", "cpu"], _opens("gpu"), _COST_S.__getitem__) == "cpu"


def test_where_nothing_starts_the_reason_is_told() -> None:
    with pytest.raises(RuntimeMismatchError, match="cpu does not start"):
        fastest(["gpu", "cpu"], _opens("gpu", "cpu"), _COST_S.__getitem__)


def test_a_single_provider_is_not_timed() -> None:
    nothing_is_known: dict[str, float] = {}
    assert fastest(["cpu"], _opens(), nothing_is_known.__getitem__) == "cpu"


def test_every_machine_has_the_processor_to_fall_back_on() -> None:
    assert candidates()[-1] == SHORT_NAMES["cpu"] == pick_providers(["cpu"])[0]


def test_openvino_takes_no_more_cores_than_it_is_given() -> None:
    said = json.loads(options_of(SHORT_NAMES["openvino"], threads=1, INFERENCE_PRECISION_HINT="bf16")["load_config"])
    assert said["CPU"]["INFERENCE_NUM_THREADS"] == "1"
    assert said["CPU"]["INFERENCE_PRECISION_HINT"] == "bf16"
    assert options_of(SHORT_NAMES["cpu"], threads=1) == {}
