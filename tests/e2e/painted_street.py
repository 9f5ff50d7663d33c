"""A painted street on video and a detector that knows its cars by their colour: no footage, no download.

The detector is a real ONNX model that runs in the real pipeline; it finds one car of each colour of `COLOURS`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import onnx
import yaml
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

WIDTH_PX, HEIGHT_PX = 640, 352
FPS = 4
LOOK_EVERY_S = 0.5
COLOURS = {"red": (205, 30, 35), "blue": (35, 40, 205), "green": (30, 165, 45)}
"""Cars, RGB."""
PLACES = {"red": (60, 170, 190, 250), "blue": (250, 190, 380, 270), "green": (450, 210, 580, 290)}
"""Where each car stands, pixels xyxy."""

FLARE = (210, 30, 210)
"""A colour at the sight of which a detector can be made to fail; it is painted in these places:"""
FLARES = {"far flare": (20, 8, 52, 40), "near flare": (200, 190, 232, 222)}
"""Far from all zones, so that only a look at the whole picture meets it, and between the red and the blue car."""

_INPUT_W, _INPUT_H = 320, 192
_TOLERANCE = 60.0
_LEAST_PIXELS = 40.0
_NAMELESS = 99  # a class id without a name: the runtime refuses the output
_PICTURES = 16  # so many different ones, over and over

Picture = NDArray[np.uint8]


def zone_around(car: str, zone: str, dwell_s: float, **more: Any) -> dict[str, Any]:
    """Give the configuration of a zone on the ground where a car stands."""
    x1, _, x2, y2 = PLACES[car]
    left, right = (x1 - 12) / WIDTH_PX, (x2 + 12) / WIDTH_PX
    top, bottom = (y2 - 30) / HEIGHT_PX, (y2 + 12) / HEIGHT_PX
    polygon = [[round(x, 3), round(y, 3)] for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]
    return {"id": zone, "kind": "illegal_parking", "dwell_s": dwell_s, "polygon": polygon, **more}


def paint_street(things: Sequence[str], number: int = 0) -> Picture:
    """Paint picture `number` (RGB): houses, road, these cars and flares, and something that moves."""
    cells = np.random.default_rng(7).uniform(60, 150, (18, 32, 1)).astype(np.float32)
    street = cv2.resize(np.repeat(cells, 3, axis=2), (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_NEAREST)
    for car in COLOURS.keys() & set(things):
        x1, y1, x2, y2 = PLACES[car]
        street[y1:y2, x1:x2] = COLOURS[car]
        for index, x in enumerate(range(x1 + 12, x2 - 20, 28)):  # windows, so that it looks like something
            street[y1 + 10 : y1 + 34, x : x + 14 + 3 * (index % 2)] = 235 if index % 2 else 20
        street[y2 - 14 : y2 - 4, x1 + 10 : x1 + 40] = 15
        street[y2 - 14 : y2 - 4, x2 - 44 : x2 - 14] = 15
    for flare in FLARES.keys() & set(things):
        x1, y1, x2, y2 = FLARES[flare]
        street[y1:y2, x1:x2] = FLARE
    noise = np.random.default_rng(number).normal(0, 3, (HEIGHT_PX // 4, WIDTH_PX // 4, 1)).astype(np.float32)
    street = street + cv2.resize(noise, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_NEAREST)[:, :, None]
    left = 32 * number % (WIDTH_PX - 32)
    street[20:52, left : left + 32] = 200
    return np.asarray(np.clip(street, 0, 255), np.uint8)


def write_street(path: Path, *scenes: tuple[float, Sequence[str]]) -> Path:
    """Film scenes, each (seconds, what is there), one after the other, with a keyframe for each look."""
    painted: dict[tuple[tuple[str, ...], int], av.VideoFrame] = {}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        stream.codec_context.gop_size = round(FPS * LOOK_EVERY_S)
        stream.codec_context.options = {"preset": "ultrafast", "crf": "20", "sc_threshold": "0"}
        pictures = [tuple(things) for seconds, things in scenes for _ in range(round(seconds * FPS))]
        for number, things in enumerate(pictures):
            key = things, number % _PICTURES
            if key not in painted:
                painted[key] = av.VideoFrame.from_ndarray(paint_street(*key), format="rgb24").reformat(format="yuv420p")
            frame = painted[key]
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_detector(folder: Path, *, fails_at_flares: bool = False) -> Path:
    """Build the detector and a catalogue with it under the name `painted-cars`; returns the catalogue."""
    weights = folder / "painted-cars.onnx"
    cars = [(colour, 0) for colour in COLOURS.values()]
    onnx.save(_model([*cars, (FLARE, _NAMELESS)] if fails_at_flares else cars), weights)
    entry = {
        "source": {"file": weights.name},
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "licence": "CC0-1.0",
        "attribution": "built by the test",
        "input": {"width": _INPUT_W, "height": _INPUT_H, "colour": "rgb", "range": "0-255"},
        "letterbox": {"anchor": "top_left", "pad": 114},
        "decoder": "end_to_end",
        "class_names": ["car", "truck", "person"],
    }
    catalog = folder / "catalog.yaml"
    catalog.write_text(yaml.safe_dump({"models": {"painted-cars": entry}}), encoding="utf-8")
    return catalog


def _model(classes: Sequence[tuple[tuple[int, int, int], int]]) -> onnx.ModelProto:
    """For each (colour, class id): the box around all pixels of about that colour."""
    count = len(classes)
    colours = np.array([colour for colour, _ in classes], np.float32).reshape(count, 3, 1, 1)
    constants: dict[str, NDArray[Any]] = {
        "colours": colours,
        "tolerance": np.array(_TOLERANCE, np.float32),
        "least": np.array(_LEAST_PIXELS, np.float32),
        "one": np.array(1.0, np.float32),
        "class_ids": np.array([[class_id] for _, class_id in classes], np.float32),
        "across": np.array([2], np.int64),
        "down": np.array([1], np.int64),
        "all": np.array([1, 2], np.int64),
        "batch": np.array([0], np.int64),
        "column": np.array([count, 1], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Sub", ["images", "colours"], ["difference"]),  # 1x3xHxW - Kx3x1x1
        node("Abs", ["difference"], ["distances"]),
        node("ReduceMax", ["distances"], ["distance"], axes=[1], keepdims=0),  # KxHxW
        node("Less", ["distance", "tolerance"], ["near"]),
        node("Cast", ["near"], ["mask"], to=TensorProto.FLOAT),
        node("ReduceMax", ["mask"], ["columns"], axes=[1], keepdims=0),  # KxW
        node("ReduceMax", ["mask"], ["rows"], axes=[2], keepdims=0),  # KxH
        node("ReduceSum", ["mask", "all"], ["pixels"], keepdims=0),  # K
        node("Less", ["least", "pixels"], ["is_there"]),
        node("Cast", ["is_there"], ["there"], to=TensorProto.FLOAT),
        node("Mul", ["there", "score_if_there"], ["score"]),
        node("Reshape", ["score", "column"], ["score_column"]),
    ]
    constants["score_if_there"] = np.array(0.9, np.float32)
    for name, of, last in (("x1", "columns", 0), ("y1", "rows", 0), ("x2", "columns", 1), ("y2", "rows", 1)):
        nodes += [
            node("ArgMax", [of], [f"{name}_index"], axis=1, keepdims=1, select_last_index=last),
            node("Cast", [f"{name}_index"], [name if not last else f"{name}_pixel"], to=TensorProto.FLOAT),
        ]
        nodes += [node("Add", [f"{name}_pixel", "one"], [name])] if last else []
    nodes += [
        node("Concat", ["x1", "y1", "x2", "y2", "score_column", "class_ids"], ["table"], axis=1),
        node("Unsqueeze", ["table", "batch"], ["output"]),
    ]
    used = {name for one in nodes for name in one.input}
    graph = helper.make_graph(
        nodes,
        "painted-cars",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, _INPUT_H, _INPUT_W])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, count, 6])],
        [numpy_helper.from_array(value, name) for name, value in constants.items() if name in used],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    return model
