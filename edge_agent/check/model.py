"""Opening the model that a configuration names, and comparing what it knows with what is watched for."""

from __future__ import annotations

from edge_agent.check.finding import Finding, fault, note, warning
from edge_agent.config.box import BoxConfig
from edge_agent.looking.model_fit import misfits
from models.catalog import find_entry, load_catalog
from models.detector import Detector
from models.entry import FileSource
from models.errors import ModelError, WeightsError
from models.fetch import ensure_weights, is_cached
from models.plausibility import order_doubt
from models.runtime import Tuning

_PLACE = "detector.model"


def try_model(config: BoxConfig, *, offline: bool) -> list[Finding]:
    """Open the model (fetching its weights unless `offline`) and say what is wrong with it, or what runs."""
    wanted = config.detector
    try:
        entry = find_entry(load_catalog(wanted.catalog), wanted.model)
    except ModelError as error:
        return [fault(_PLACE, _one_line(error.en), _one_line(error.zh))]
    fit = [
        (fault if one.is_blind else warning)(one.place, one.en, one.zh) for one in misfits(config, entry.class_names)
    ]
    is_file = isinstance(entry.source, FileSource)
    if offline and not is_file and not is_cached(entry):
        return [note(_PLACE, "its weights are not on this machine yet", "模型权重尚未下载到本机"), *fit]
    try:
        tuning = Tuning(threads=wanted.threads)
        detector = Detector.open(entry, ensure_weights(entry), providers=wanted.providers, tuning=tuning)
    except WeightsError as error:
        # What cannot be fetched now may be fetched when the box runs; a file that is not there will not come.
        return [(fault if is_file else warning)(_PLACE, _one_line(error.en), _one_line(error.zh)), *fit]
    except ModelError as error:
        return [fault(_PLACE, _one_line(error.en), _one_line(error.zh)), *fit]
    doubt = order_doubt(entry, detector.session.metadata)
    return [
        note(
            _PLACE,
            f"{entry.name} runs on {detector.provider}, {len(entry.class_names)} classes",
            f"{entry.name} 可在 {detector.provider} 上运行，{len(entry.class_names)} 个类别",
        ),
        *([warning(_PLACE, *doubt)] if doubt else []),
        *fit,
    ]


def _one_line(text: str) -> str:
    return " ".join(text.split())
