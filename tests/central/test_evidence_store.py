"""Evidence by the hash of its content, in a folder and in S3."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from central.blobs import BlobStore, StoreUnavailable
from central.evidence_store import EvidenceNotFound, EvidenceStore, WrongHashError
from protocol.evidence_parts import split

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
        assert not store.add_part(SHA256, part)
    assert not store.exists(SHA256)
    assert store.add_part(SHA256, parts[1])
    assert store.get(SHA256) == PICTURE
    assert store.add_part(SHA256, parts[0]), "a repeated part of a whole file changes nothing"
    assert store.blobs.keys("parts") == []


def test_parts_of_a_file_cut_differently_do_not_mix(store: EvidenceStore) -> None:
    first, *_ = split(PICTURE + b"something else")
    assert not store.add_part(SHA256, first)
    assert [store.add_part(SHA256, part) for part in split(PICTURE)] == [False, False, False, True]


def test_an_empty_file(store: EvidenceStore) -> None:
    (part,) = split(b"")
    assert store.add_part(hashlib.sha256(b"").hexdigest(), part)


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
