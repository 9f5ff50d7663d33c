"""Opening the detector without being held up by it: fetching its weights may take minutes, opening it may hang."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from edge_agent.config.box import DetectorConfig
from edge_agent.words import camera_notices
from models.catalog import find_entry, load_catalog
from models.detector import Detector
from models.errors import ModelError
from models.fetch import ensure_weights
from models.runtime import Tuning
from protocol.messages import HealthEvent

OPENING_THREAD = "detector"
_RETRY_S = 60.0
_SLOW_S = 300.0
_POLL_S = 0.25


class DetectorOpening:
    """Opens detectors one at a time; the one that is open is given again to whoever wants the same."""

    def __init__(self) -> None:
        self._opened: tuple[DetectorConfig, Detector] | None = None

    def open(
        self,
        wanted: DetectorConfig,
        tell: Callable[[HealthEvent], None],
        interrupted: Callable[[], bool],
        *,
        once: bool = False,
    ) -> Detector | None:
        """Open the detector; None once `interrupted` says so. A box tries for ever, and tells that it does.

        Raises ModelError with `once`.
        """
        if self._opened and self._opened[0] == wanted:
            return self._opened[1]
        told = False
        while not interrupted():
            try:
                detector = _wait_for(wanted, tell, interrupted)
                if detector is None:
                    return None
                self._opened = wanted, detector
                return detector
            except ModelError as error:
                if once:
                    raise
                if not told:
                    tell(camera_notices.no_detector(str(error)))
                    told = True
                _pause(_RETRY_S, interrupted)
        return None


def _wait_for(
    wanted: DetectorConfig, tell: Callable[[HealthEvent], None], interrupted: Callable[[], bool]
) -> Detector | None:
    """Open it in a thread of its own, which is left behind when it is not to be waited for."""
    opening: Future[Detector] = Future()

    def work() -> None:
        try:
            opening.set_result(_open(wanted))
        except BaseException as error:
            opening.set_exception(error)

    threading.Thread(target=work, name=OPENING_THREAD, daemon=True).start()
    began_s, told = time.monotonic(), False
    while not opening.done():
        if interrupted():
            return None
        if not told and time.monotonic() - began_s > _SLOW_S:
            tell(camera_notices.detector_slow(time.monotonic() - began_s))
            told = True
        time.sleep(_POLL_S if time.monotonic() - began_s > 1 else 0.01)
    return opening.result()


def _open(wanted: DetectorConfig) -> Detector:
    entry = find_entry(load_catalog(wanted.catalog), wanted.model)
    tuning = Tuning(threads=wanted.threads)
    return Detector.open(entry, ensure_weights(entry), providers=wanted.providers, tuning=tuning)


def _pause(seconds: float, interrupted: Callable[[], bool]) -> None:
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s and not interrupted():
        time.sleep(_POLL_S)
