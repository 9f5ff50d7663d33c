"""Evidence by the hash of its content, in a folder and in S3."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from central.blobs import BlobStore, StoreUnavailable
from central.evidence_store import EvidenceNotFound, EvidenceStore, TooManyParts, WrongHashError
from central.open_files import IDLE_S, MOST_FILES, MOST_PARTS, OpenFiles
from protocol.evidence_parts import PART_BYTES, EvidencePart, split

BOX = "box-1"
PICTURE = b"a picture" * 100_000
SHA256 = hashlib.sha256(PICTURE).hexdigest()


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(BlobStore(str(tmp_path / "evidence") if request.param == "folder" else "memory:///"))


def test_a_file_is_given_back_by_its_hash(store: EvidenceStore) -> None:
    assert not store.exists(SHA256)
    with pytest.raises(EvidenceNotFound):
        store.get(SHA256)
    store.put(SHA256, PICTURE)
    store.put(SHA256, PICTURE)
    assert store.exists(SHA256)
    assert store.get(SHA256) == PICTURE


def test_a_file_that_is_not_what_its_name_says_is_not_taken(store: EvidenceStore) -> None:
    with pytest.raises(WrongHashError, match=SHA256):
        store.put(SHA256, PICTURE + b".")
    assert not store.exists(SHA256)


def test_a_file_is_whole_when_its_last_part_is_there_and_leaves_no_parts(store: EvidenceStore) -> None:
    parts = list(split(PICTURE))
    assert len(parts) == 4
    for part in (parts[2], parts[0], parts[2], parts[3]):
        assert not store.add_part(BOX, SHA256, part)
    assert not store.exists(SHA256)
    assert store.add_part(BOX, SHA256, parts[1])
    assert store.get(SHA256) == PICTURE
    assert store.add_part(BOX, SHA256, parts[0]), "a repeated part of a whole file changes nothing"
    assert store.blobs.keys("parts") == []


def test_parts_of_a_file_cut_differently_do_not_mix(store: EvidenceStore) -> None:
    first, *_ = split(PICTURE + b"something else")
    assert not store.add_part(BOX, SHA256, first)
    assert [store.add_part(BOX, SHA256, part) for part in split(PICTURE)] == [False, False, False, True]


def test_one_box_neither_completes_nor_poisons_the_parts_of_another(store: EvidenceStore) -> None:
    parts = list(split(PICTURE))
    junk = [replace(part, data=bytes(len(part.data))) for part in parts]
    assert not store.add_part(BOX, SHA256, parts[0])
    assert [store.add_part("box-2", SHA256, part) for part in junk[1:]] == [False, False, False]
    assert [store.add_part(BOX, SHA256, part) for part in parts[1:]] == [False, False, True]
    assert store.get(SHA256) == PICTURE


def test_workers_of_one_store_complete_a_file_together(store: EvidenceStore) -> None:
    other = EvidenceStore(store.blobs)
    parts = list(split(PICTURE))
    for number, part in enumerate(parts[:-1]):
        assert not (store, other)[number % 2].add_part(BOX, SHA256, part)
    assert other.add_part(BOX, SHA256, parts[-1])
    assert store.get(SHA256) == PICTURE
    assert store.blobs.keys("parts") == []


def test_what_a_box_may_have_under_way_is_bounded_and_the_others_are_not_held_up(store: EvidenceStore) -> None:
    part = EvidencePart(1, 2, PART_BYTES + 1, b"x")
    for number in range(MOST_FILES):
        assert not store.add_part("box-junk", f"{number:064x}", part)
    for number in range(1000, 1100):
        with pytest.raises(TooManyParts):
            store.add_part("box-junk", f"{number:064x}", part)
    assert len(store.blobs.keys("parts")) == MOST_FILES
    assert [store.add_part(BOX, SHA256, one) for one in split(PICTURE)] == [False, False, False, True]


def test_bytes_and_parts_of_a_box_are_bounded_and_what_is_idle_makes_room() -> None:
    files = OpenFiles(most_bytes=1000)
    assert files.open(BOX, "a", 900, 2, 0.0)[0] is not None
    assert files.open(BOX, "b", 200, 2, 1.0) == (None, [])
    assert files.open("box-2", "b", 200, MOST_PARTS + 1, 1.0) == (None, [])
    opened, gone = files.open(BOX, "b", 200, 2, IDLE_S + 1.0)
    assert opened is not None
    assert [one.sha256 for one in gone] == ["a"]


def test_parts_that_never_become_a_file_are_swept(store: EvidenceStore) -> None:
    first, *_ = split(PICTURE)
    assert not store.add_part(BOX, SHA256, first)
    assert store.sweep_parts(timedelta(hours=1)) == 0
    assert store.sweep_parts(timedelta(seconds=-5)) == 1
    assert store.blobs.keys("parts") == []


def test_an_empty_file(store: EvidenceStore) -> None:
    (part,) = split(b"")
    assert store.add_part(BOX, hashlib.sha256(b"").hexdigest(), part)


def test_a_store_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT": "http://127.0.0.1:1",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "cn-north-1",
    }.items():
        monkeypatch.setenv(name, value)
    store = EvidenceStore(BlobStore("s3://city/evidence"))
    with pytest.raises(StoreUnavailable, match="s3://city/evidence"):
        store.exists(SHA256)
