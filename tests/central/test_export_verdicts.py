"""Verdicts as a data set, read back the way a trainer reads it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from PIL import Image
from typer.testing import CliRunner

from central.cases.states import CaseAction, Origin, RejectReason
from central.cases.steps import Actor
from central.cli import app
from central.export.dataset import DatasetFormat, NotWritten
from central.export.split import validation_cameras
from central.services import Services
from protocol.messages import Ack, Phase

if TYPE_CHECKING:
    from tests.central.conftest import Box

    Send = Callable[..., Ack]

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
OFFICER = Actor("officer-1", Origin.CONSOLE)
BOX = (0.3, 0.2, 0.6, 0.5)
"""Of pictures of 320 x 180."""


@pytest.fixture
def decide(services: Services, box: Box, send: Send) -> Callable[..., str]:
    """Report a violation of its own camera and have an officer decide; give the SHA-256 of the picture."""

    def decide(stay: str, reason: RejectReason | None = None, *, camera: str = "") -> str:
        report = box.report(stay, camera=camera or f"cam-{stay}", zone=stay)
        send(*report.messages)
        case_id = services.cases.list().items[0].id
        action = CaseAction.REJECT if reason else CaseAction.CONFIRM
        services.cases.act(case_id, action, OFFICER, reason=reason)
        (picture,) = (
            ref.sha256 for ref in report.violation.evidence if (ref.role, ref.rendition) == ("confirmed", "original")
        )
        return picture

    return decide


def dataset(services: Services, form: DatasetFormat) -> zipfile.ZipFile:
    content = b"".join(services.datasets.stream(services.figures.select(), form))
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def coco(archive: zipfile.ZipFile) -> Iterator[tuple[str, dict[str, Any]]]:
    for side in ("train", "val"):
        yield side, json.loads(archive.read(f"annotations/{side}.json"))


def test_what_officers_said_becomes_coco_labels_and_hard_negatives(
    services: Services, decide: Callable[..., str]
) -> None:
    right = [decide("van"), decide("lorry"), decide("bus")]
    wrong = decide("flowerbed", RejectReason.WRONG_OBJECT)
    decide("permitted", RejectReason.PERMITTED)
    archive = dataset(services, DatasetFormat.COCO)
    labelled, pictures, cameras = {}, set(), {}
    for side, whole in coco(archive):
        assert [category["name"] for category in whole["categories"]] == ["car"]
        names = {image["id"]: image for image in whole["images"]}
        cameras[side] = {image["camera"] for image in whole["images"]}
        for image in whole["images"]:
            picture = Image.open(io.BytesIO(archive.read(f"images/{side}/{image['file_name']}")))
            assert picture.size == (image["width"], image["height"]) == (320, 180)
            pictures.add(Path(image["file_name"]).stem)
        for label in whole["annotations"]:
            labelled[Path(names[label["image_id"]]["file_name"]).stem] = label["bbox"]
    assert pictures == {*right, wrong}
    assert labelled == {picture: [96.0, 36.0, 96.0, 54.0] for picture in right}
    assert cameras["train"] & cameras["val"] == set()
    assert cameras["val"]
    (negative,) = rows(archive, "hard_negatives.csv")
    assert (Path(negative["picture"]).stem, negative["x_px"], negative["width_px"]) == (wrong, "96.0", "96.0")
    assert [row["why"] for row in rows(archive, "left_out.csv")] == ["rejected as permitted"]
    assert "| train |" in archive.read("README.md").decode()


def test_what_officers_said_becomes_yolo_folders(services: Services, decide: Callable[..., str]) -> None:
    right = [decide("van"), decide("lorry")]
    wrong = decide("flowerbed", RejectReason.WRONG_OBJECT)
    archive = dataset(services, DatasetFormat.YOLO)
    data = yaml.safe_load(archive.read("data.yaml"))
    assert (data["names"], data["train"], data["val"]) == ({0: "car"}, "images/train", "images/val")
    found = {}
    for name in archive.namelist():
        if name.startswith("images/"):
            label = name.replace("images/", "labels/", 1).rsplit(".", 1)[0] + ".txt"
            found[Path(name).stem] = archive.read(label).decode()
    x1, y1, x2, y2 = BOX
    line = f"0 {(x1 + x2) / 2:.6f} {(y1 + y2) / 2:.6f} {x2 - x1:.6f} {y2 - y1:.6f}\n"
    assert found == {**dict.fromkeys(right, line), wrong: ""}


def test_a_confirmed_and_a_rejected_object_in_one_picture_are_told_apart(
    services: Services, box: Box, send: Send
) -> None:
    """Two violations name the same picture: only the confirmed box becomes a label."""
    van = box.report("van", zone="left")
    bush = box.report("bush", zone="right", box=(0.7, 0.2, 0.8, 0.4))
    same = bush.violation.model_copy(update={"evidence": van.violation.evidence})
    send(*van.messages, (bush.message[0], box.sign(same.model_dump(mode="json"))))
    for case in services.cases.list().items:
        reason = RejectReason.WRONG_OBJECT if case.zone == "right" else None
        action = CaseAction.REJECT if reason else CaseAction.CONFIRM
        services.cases.act(case.id, action, OFFICER, reason=reason)
    archive = dataset(services, DatasetFormat.YOLO)
    (label,) = (name for name in archive.namelist() if name.startswith("labels/"))
    assert archive.read(label).decode().count("\n") == 1
    assert [row["x_px"] for row in rows(archive, "hard_negatives.csv")] == ["224.0"]
    assert yaml.safe_load(archive.read("data.yaml"))["val"] == "images/train"  # one camera only


def test_what_nobody_decided_or_a_case_that_was_withdrawn_teaches_nothing(
    services: Services, box: Box, send: Send, decide: Callable[..., str]
) -> None:
    decide("van")
    case_id = services.cases.list().items[0].id
    services.cases.act(case_id, CaseAction.WITHDRAW, OFFICER, note="说明")
    send(*box.report("undecided", zone="elsewhere").messages)
    archive = dataset(services, DatasetFormat.COCO)
    assert not [name for name in archive.namelist() if name.startswith("images/")]
    assert [row["why"] for row in rows(archive, "left_out.csv")] == ["withdrawn"]


def test_a_picture_that_came_after_the_verdict_was_not_judged(
    services: Services, box: Box, send: Send, decide: Callable[..., str]
) -> None:
    judged = decide("van", camera="cam-1")
    send(*box.report("van", Phase.CLEARED, camera="cam-1", zone="van").messages)
    again = box.report("later", camera="cam-1", zone="van", at=START + timedelta(minutes=10))
    send(*again.messages)  # joins the case that was decided
    assert services.cases.list().items[0].repeats == 1
    archive = dataset(services, DatasetFormat.COCO)
    assert [Path(n).stem for n in archive.namelist() if n.startswith("images/")] == [judged]


def test_a_picture_that_is_gone_from_the_store_is_said(services: Services, decide: Callable[..., str]) -> None:
    decide("lorry")
    sha256 = decide("van")
    services.evidence.blobs.delete([f"evidence/{sha256[:2]}/{sha256}"])
    archive = dataset(services, DatasetFormat.COCO)
    assert [row["why"] for row in rows(archive, "left_out.csv")] == ["the picture is not in the store"]
    assert sum(len(whole["images"]) for _, whole in coco(archive)) == 1


@pytest.mark.parametrize("form", DatasetFormat)
def test_no_verdict_makes_an_empty_data_set(services: Services, form: DatasetFormat) -> None:
    assert "README.md" in dataset(services, form).namelist()


def test_cameras_are_split_so_that_about_a_fifth_of_the_pictures_validates() -> None:
    pictures = [f"box/{n % 20}" for n in range(400)]
    chosen = validation_cameras(pictures)
    assert sum(camera in chosen for camera in pictures) == 80
    assert validation_cameras(pictures) == chosen
    assert validation_cameras(["box/1"] * 50) == frozenset()
    assert len(validation_cameras(["box/1"] * 50 + ["box/2"])) == 1
    assert validation_cameras([]) == frozenset()


def test_an_administrator_writes_the_data_set_to_a_file(
    services: Services, decide: Callable[..., str], tmp_path: Path
) -> None:
    sha256 = decide("van")
    out, data = tmp_path / "out.zip", str(services.settings.data_dir)
    result = CliRunner().invoke(app, ["export-verdicts", str(out), "--format", "yolo", "--data", data])
    assert result.exit_code == 0, result.output
    assert f"images/train/{sha256}.jpg" in zipfile.ZipFile(out).namelist()
    assert [path.name for path in tmp_path.glob("out*")] == ["out.zip"]
    early = ["export-verdicts", str(out), "--from", "2001-01-01", "--to", "2001-01-31", "--data", data]
    assert CliRunner().invoke(app, early).exit_code == 0
    assert "annotations/train.json" in zipfile.ZipFile(out).namelist()
    back = CliRunner().invoke(
        app, ["export-verdicts", str(out), "--from", "2001-02-01", "--to", "2001-01-01", "--data", data]
    )
    assert back.exit_code == 1
    assert "2001-02-01" in back.output


def test_a_place_that_cannot_be_written_is_named(services: Services, tmp_path: Path) -> None:
    with pytest.raises(NotWritten, match="nowhere"):
        services.datasets.save(tmp_path / "nowhere" / "out.zip", services.figures.select(), DatasetFormat.COCO)
