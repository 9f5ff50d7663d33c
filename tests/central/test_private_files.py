"""What the centre writes is for its own user alone."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

from central.private_files import close_old_files
from central.settings import Settings


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


def test_a_new_database_is_closed_to_others_whatever_the_umask(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "central.cli", "migrate", "--data", str(tmp_path / "data")]
    subprocess.run(command, check=True, capture_output=True, umask=0o022, cwd=Path(__file__).parents[2])
    found = modes(tmp_path)
    assert found["data"] == 0o700
    assert found["kerbwatch.db"] == 0o600


def test_files_that_an_earlier_release_left_open_are_closed(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    (tmp_path / "evidence").mkdir()
    for name in ("kerbwatch.db", "kerbwatch.db-wal"):
        (tmp_path / name).write_bytes(b"")
    for path in tmp_path.iterdir():
        path.chmod(0o755 if path.is_dir() else 0o644)
    close_old_files(settings)
    assert modes(tmp_path) == {"evidence": 0o700, "kerbwatch.db": 0o600, "kerbwatch.db-wal": 0o600}


def test_a_database_elsewhere_and_evidence_in_a_bucket_are_not_touched(tmp_path: Path) -> None:
    before = tmp_path.stat().st_mode
    close_old_files(
        Settings(data_dir=tmp_path, database_url="postgresql+psycopg://kerb@db/kerb", evidence_url="s3://bucket/kerb")
    )
    assert tmp_path.stat().st_mode == before
