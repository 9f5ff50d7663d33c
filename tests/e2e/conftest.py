"""What the end-to-end tests share: a place where real processes run, a painted street and its detector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.painted_street import COLOURS, write_detector, write_street
from tests.e2e.real_processes import Site

_LOG_TAIL = 6000


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """Real processes of one test. Their logs are printed, so that pytest shows them when it fails."""
    site = Site(tmp_path / "site")
    site.folder.mkdir()
    yield site
    site.close()
    for process in site.processes:
        print(f"--- {process.name}\n{process.said()[-_LOG_TAIL:]}")


@pytest.fixture(scope="session")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue with the detector `painted-cars`."""
    return write_detector(tmp_path_factory.mktemp("detector"))


@pytest.fixture(scope="session")
def short_street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds of a street on which a red, a blue and a green car stand."""
    return write_street(tmp_path_factory.mktemp("street") / "short.mp4", (20, tuple(COLOURS)))


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes of a street on which a red, a blue and a green car stand."""
    return write_street(tmp_path_factory.mktemp("street") / "street.mp4", (120, tuple(COLOURS)))
