"""A model that cannot see what a box is to watch for is said so, with the place in the configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_agent.config.box import BoxConfig
from edge_agent.looking.model_fit import Misfit, misfits

COCO = ("person", "bicycle", "car", "truck", "bus", "umbrella", "chair", "dining table")


def found(box_config: Callable[..., BoxConfig], names: tuple[str, ...], zone: dict[str, Any]) -> list[Misfit]:
    whole = {"id": "z", "polygon": [[0, 0], [1, 0], [1, 1]], "kind": "illegal_parking"} | zone
    return misfits(box_config(cameras=[{"id": "gate", "source": "rtsp://cam/1", "zones": [whole]}]), names)


def test_a_model_that_knows_the_zones_classes_and_people_is_fine(box_config: Callable[..., BoxConfig]) -> None:
    for kind in ("illegal_parking", "street_vending", "umbrella_stall"):
        assert found(box_config, COCO, {"kind": kind}) == []
    assert found(box_config, ("car", "person"), {"classes": ["car"]}) == []


def test_a_model_of_other_names_leaves_a_zone_blind(box_config: Callable[..., BoxConfig]) -> None:
    (blind,) = found(box_config, ("voiture", "person"), {"classes": ["car"]})
    assert (blind.code, blind.place, blind.camera, blind.is_blind) == (
        "zone_blind",
        "cameras[0].zones[0].classes",
        "gate",
        True,
    )
    assert "watches for car" in blind.en
    assert "监看 car" in blind.zh


def test_a_class_that_was_asked_for_and_is_not_known_is_named(box_config: Callable[..., BoxConfig]) -> None:
    (unknown,) = found(box_config, ("car", "person"), {"classes": ["car", "truck"]})
    assert (unknown.code, unknown.is_blind) == ("zone_class_unknown", False)
    assert "truck, which the model does not know" in unknown.en


def test_vending_without_people_is_blind(box_config: Callable[..., BoxConfig]) -> None:
    codes = [one.code for one in found(box_config, ("umbrella", "cart"), {"kind": "street_vending"})]
    assert codes == ["zone_blind", "people_not_found"]


def test_people_who_cannot_be_found_are_told_unless_they_may_be_shown(box_config: Callable[..., BoxConfig]) -> None:
    (people,) = found(box_config, ("car",), {"classes": ["car"]})
    assert (people.code, people.place) == ("people_not_found", "evidence.blur_people")
    config = box_config(evidence={"blur_people": False})
    assert misfits(config, ("car", "truck", "bus")) == []
