"""The last configuration that was good: a box keeps watching when somebody saves a bad one."""

from __future__ import annotations

import logging
from pathlib import Path

from pydantic import ValidationError

from edge_agent.config.box import BoxConfig, ConfigError, load_config
from edge_agent.durable import write_durably
from edge_agent.secret_url import REVEAL
from edge_agent.words import notices
from protocol.messages import HealthEvent

LAST_GOOD_FILE = "config.last-good.json"

_log = logging.getLogger(__name__)


def config_to_run(path: Path, data_dir: Path) -> tuple[BoxConfig, list[HealthEvent]]:
    """Give the configuration to run, and what a person should know about it.

    A good one is kept in `data_dir` (mode 0600, it may hold passwords). When the file is bad or missing the last good
    one runs, and an event says what is wrong with the new one. Raises ConfigError when there is none.
    """
    try:
        config = load_config(path)
    except ConfigError as error:
        last_good = _read(data_dir / LAST_GOOD_FILE)
        if last_good is None:
            raise
        return last_good, [notices.config_refused(str(path), error.faults, error.faults_zh)]
    keep_as_good(data_dir, config)
    return config, []


def keep_as_good(data_dir: Path, config: BoxConfig) -> None:
    """Keep a configuration that is good. A disk that refuses is logged."""
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        write_durably(data_dir / LAST_GOOD_FILE, config.model_dump_json(indent=1, context=REVEAL).encode(), mode=0o600)
    except OSError as error:
        _log.warning("the configuration is good but cannot be kept for a bad day: %s", error)


def _read(path: Path) -> BoxConfig | None:
    try:
        return BoxConfig.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        _log.warning("%s cannot be used either: %s", path, error)
        return None
