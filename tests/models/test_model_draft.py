"""An entry drafted from a file is one that the catalogue takes, once a person has filled in licence and attribution."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.catalog import ModelEntry, load_catalog
from models.decoders.yolox import cell_count
from models.detector import Detector
from models.draft import draft_entry
from models.errors import CatalogError, RuntimeMismatchError
from models.fetch import ensure_weights


def _accepted(draft: str, folder: Path) -> ModelEntry:
    path = folder / "own.yaml"
    path.write_text(draft, encoding="utf-8")
    with pytest.raises(CatalogError, match=r"models\.kerb\.licence"):
        load_catalog(path)  # a licence is never guessed
    filled = draft.replace("licence:", "licence: CC0-1.0").replace("attribution:", "attribution: the test")
    path.write_text(filled, encoding="utf-8")
    return load_catalog(path)["kerb"]


def test_an_ultralytics_export_drafts_itself_with_its_own_class_names(
    build_model: Callable[..., Path], tmp_path: Path
) -> None:
    names = {0: "car", 1: "遮阳伞"}
    path = build_model(np.zeros((6, 84), np.float32), metadata={"names": str(names)})
    entry = _accepted(draft_entry(path, "kerb"), tmp_path)
    assert (entry.decoder, entry.input.colour, entry.input.range) == ("ultralytics", "rgb", "0-1")
    assert entry.letterbox.anchor == "center"
    assert entry.class_names == ("car", "遮阳伞")
    Detector.open(entry, ensure_weights(entry))


def test_a_yolox_export_drafts_itself(build_model: Callable[..., Path], tmp_path: Path) -> None:
    path = build_model(np.zeros((cell_count((96, 64)), 7), np.float32), input_hw=(96, 64))
    entry = _accepted(draft_entry(path, "kerb"), tmp_path)
    assert (entry.decoder, entry.input.colour, entry.input.range) == ("yolox", "bgr", "0-255")
    assert (entry.letterbox.anchor, entry.input_hw) == ("top_left", (96, 64))
    assert entry.class_names == ("class0", "class1")
    Detector.open(entry, ensure_weights(entry))


def test_an_end_to_end_export_with_open_sizes_drafts_itself(build_model: Callable[..., Path], tmp_path: Path) -> None:
    path = build_model(np.zeros((300, 6), np.float32), batch="n", input_hw=("h", "w"))
    entry = _accepted(draft_entry(path, "kerb"), tmp_path)
    assert (entry.decoder, entry.input_hw, len(entry.class_names)) == ("end_to_end", (640, 640), 80)
    Detector.open(entry, ensure_weights(entry))


def test_a_model_that_no_decoder_reads_is_refused_with_its_shape(build_model: Callable[..., Path]) -> None:
    with pytest.raises(RuntimeMismatchError, match="its first output is 1 x 100 x 3, which none of the decoders"):
        draft_entry(build_model(np.zeros((100, 3), np.float32)), "kerb")
