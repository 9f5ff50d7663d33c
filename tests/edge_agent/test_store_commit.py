"""What is reported and what is remembered are one commit; what is on disk is whole."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from edge_agent.outbox.budget import DROP_ORDER
from edge_agent.outbox.database import DATABASE_FILE, StoreError
from edge_agent.outbox.evidence_folder import EvidenceFolder
from edge_agent.outbox.outgoing import Outgoing
from edge_agent.outbox.store import BoxStore, StoreFullError
from protocol.messages import EvidenceRole

if TYPE_CHECKING:
    from tests.edge_agent.conftest import Told

Make = Callable[..., Outgoing]


def files(data_dir: Path) -> set[str]:
    return {path.name for path in (data_dir / "evidence").iterdir()}


def test_a_violation_its_files_and_the_state_survive_a_restart(tmp_path: Path, some_violation: Make) -> None:
    one = some_violation()
    store = BoxStore(tmp_path, 10**9)
    store.commit([one], {"gate-east": '{"reported": ["s1"]}'})
    store.close()
    again = BoxStore(tmp_path, 10**9)
    (waiting,) = again.outbox.due(0, 10)
    assert waiting.id == one.violation.id
    assert waiting.message == one.violation.model_dump(mode="json")
    assert [file.path.read_bytes() for file in waiting.files] == [file.content for file in one.evidence]
    assert again.load_states() == {"gate-east": '{"reported": ["s1"]}'}


def test_the_same_violation_is_kept_once(tmp_path: Path, some_violation: Make) -> None:
    store = BoxStore(tmp_path, 10**9)
    store.commit([some_violation()], {})
    store.commit([some_violation()], {"gate-east": "{}"})
    assert store.outbox.stats().waiting == 1


def test_a_commit_that_fails_keeps_neither_the_violation_nor_the_state(
    tmp_path: Path, some_violation: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = BoxStore(tmp_path, 10**9)
    store.commit([], {"gate-east": "before"})

    def broken(_self: EvidenceFolder, _sha256: str, _content: bytes) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(EvidenceFolder, "put", broken)
    with pytest.raises(OSError, match="Input/output"):
        store.commit([some_violation()], {"gate-east": "after"})
    monkeypatch.undo()
    assert store.load_states() == {"gate-east": "before"}
    assert store.outbox.stats().waiting == 0
    store.commit([some_violation()], {"gate-east": "after"})
    assert store.outbox.stats().waiting == 1


def test_a_full_disk_costs_clips_first_and_says_so_when_that_is_not_enough(
    tmp_path: Path, some_violation: Make, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = BoxStore(tmp_path, 10**9, told.append)
    store.commit([some_violation("s1")], {})
    real, disk_bytes = EvidenceFolder.put, 5000

    def put(self: EvidenceFolder, sha256: str, content: bytes) -> None:
        if not self.has(sha256, len(content)) and disk_bytes < len(content) + sum(
            path.stat().st_size for path in self.path.iterdir()
        ):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, sha256, content)

    monkeypatch.setattr(EvidenceFolder, "put", put)
    with pytest.raises(StoreFullError, match="磁盘已满"):
        store.commit([some_violation("s2")], {})
    assert told.codes == ["outbox_dropped_clip", "outbox_dropped_close_up"]
    assert store.outbox.stats().waiting == 1
    disk_bytes = 6000
    store.commit([some_violation("s2")], {})
    assert store.outbox.stats().waiting == 2


def test_files_of_a_process_killed_before_its_commit_are_removed(tmp_path: Path, some_violation: Make) -> None:
    store = BoxStore(tmp_path, 10**9)
    store.commit([some_violation()], {})
    before = files(tmp_path)
    store.close()
    (tmp_path / "evidence" / ("a" * 64)).write_bytes(b"never committed")
    (tmp_path / "evidence" / ".b.123.part").write_bytes(b"half")
    BoxStore(tmp_path, 10**9)
    assert files(tmp_path) == before


def test_a_file_that_vanished_or_was_cut_off_is_said_and_no_longer_promised(
    tmp_path: Path, some_violation: Make, told: Told
) -> None:
    store = BoxStore(tmp_path, 10**9)
    one = some_violation()
    store.commit([one], {})
    store.close()
    (tmp_path / "evidence" / one.evidence[0].ref.sha256).unlink()
    (tmp_path / "evidence" / one.evidence[1].ref.sha256).write_bytes(b"cut")
    (waiting,) = BoxStore(tmp_path, 10**9, told.append).outbox.due(0, 10)
    assert told.codes == ["evidence_lost", "evidence_lost"]
    assert [ref["role"] for ref in waiting.message["evidence"]] == ["close_up", "clip"]
    assert [ref["role"] for ref in waiting.message["evidence_dropped"]] == ["first_seen", "confirmed"]


@pytest.mark.parametrize("damage", [b"not a database at all " * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_damaged_database_is_set_aside_and_the_box_goes_on(
    tmp_path: Path, some_violation: Make, told: Told, damage: bytes
) -> None:
    store = BoxStore(tmp_path, 10**9)
    store.commit([some_violation()], {})
    store.close()
    kept = files(tmp_path)
    for leftover in tmp_path.glob(f"{DATABASE_FILE}-*"):
        leftover.unlink()
    (tmp_path / DATABASE_FILE).write_bytes(damage)
    store = BoxStore(tmp_path, 10**9, told.append)
    assert told.codes == ["store_set_aside"]
    assert {path.name for path in (tmp_path / "set-aside" / "evidence").iterdir()} == kept
    store.commit([some_violation("s2")], {})
    assert store.outbox.stats().waiting == 1


def test_two_boxes_cannot_share_a_data_folder(tmp_path: Path) -> None:
    store = BoxStore(tmp_path, 10**9)
    with pytest.raises(StoreError, match="Another kerbwatch-edge uses the data folder"):
        BoxStore(tmp_path, 10**9)
    store.close()
    BoxStore(tmp_path, 10**9).close()


def test_a_database_of_newer_software_is_not_touched(tmp_path: Path) -> None:
    BoxStore(tmp_path, 10**9).close()
    with sqlite3.connect(tmp_path / DATABASE_FILE) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(StoreError, match="update kerbwatch-edge"):
        BoxStore(tmp_path, 10**9)


def test_a_full_outbox_drops_clips_then_close_ups_oldest_first_and_never_a_wide_picture(
    tmp_path: Path, some_violation: Make, told: Told
) -> None:
    store = BoxStore(tmp_path, 10_000, told.append)  # each violation is four files of 1000 bytes
    for number in range(4):
        store.commit([some_violation(f"s{number}")], {})
    roles = [[file.role for file in waiting.files] for waiting in store.outbox.due(0, 10)]
    wide = [EvidenceRole.FIRST_SEEN, EvidenceRole.CONFIRMED]
    assert roles == [wide, wide, [*wide, EvidenceRole.CLOSE_UP], [*wide, EvidenceRole.CLOSE_UP]]
    assert told.codes == ["outbox_dropped_clip"] * 4 + ["outbox_dropped_close_up"] * 2
    assert store.outbox.stats().held_bytes == 10_000
    assert len(files(tmp_path)) == 10
    for number in range(4, 8):
        store.commit([some_violation(f"s{number}")], {})
    assert all([file.role for file in waiting.files] == wide for waiting in store.outbox.due(0, 10))
    assert store.outbox.stats().waiting == 8
    assert told.codes.count("outbox_over_budget") == 1


def test_a_message_lists_what_will_come_and_what_was_given_up(tmp_path: Path, some_violation: Make) -> None:
    one = some_violation()
    store = BoxStore(tmp_path, 3000)
    store.commit([one], {})
    (waiting,) = store.outbox.due(0, 1)
    whole: dict[str, Any] = one.violation.model_dump(mode="json")
    assert waiting.message["evidence"] + waiting.message["evidence_dropped"] == whole["evidence"]
    assert [ref["role"] for ref in waiting.message["evidence_dropped"]] == ["clip"]
    assert waiting.message["id"] == whole["id"]


def test_only_what_may_be_dropped_is_ever_dropped() -> None:
    assert DROP_ORDER == (EvidenceRole.CLIP, EvidenceRole.CLOSE_UP)
