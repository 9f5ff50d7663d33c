"""Verdicts as a data set in a ZIP: pictures, labels, hard negatives, what was left out, and a page that explains it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from central.database import Sessions
from central.evidence_store import EvidenceNotFound, EvidenceStore
from central.export import coco, yolo
from central.export.csv_file import write_csv
from central.export.sheets import Column, Look, Sheet
from central.export.split import validation_cameras
from central.export.verdicts import Picture, Skipped, Verdict, collect
from central.export.zip_stream import zip_stream
from central.figures.selection import Selection
from central.problems import Problem


class DatasetFormat(StrEnum):
    """Who is to read it."""

    COCO = "coco"
    YOLO = "yolo"


class NotWritten(Problem):
    """The file cannot be written there."""

    code = "not_written"

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            f"无法写入 {path}，请检查文件夹和磁盘空间：{error}",
            f"{path} cannot be written; look at its folder and at the room on the disk: {error}",
        )


class Datasets:
    """Writes data sets from the verdicts in the database."""

    def __init__(self, sessions: Sessions, evidence: EvidenceStore) -> None:
        self._sessions, self._evidence = sessions, evidence

    def stream(self, selection: Selection, form: DatasetFormat) -> Iterator[bytes]:
        """Give the ZIP chunk by chunk; the verdicts are read before the first. Raises StoreUnavailable on the way."""
        with self._sessions.read() as session:
            pictures, skipped = collect(session, selection)
        return zip_stream(self._files(pictures, skipped, selection, form))

    def save(self, path: Path, selection: Selection, form: DatasetFormat) -> int:
        """Write the ZIP to `path`, whole or not at all; give its size in bytes. Raises NotWritten, StoreUnavailable."""
        staged = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with staged.open("wb") as out:
                for chunk in self.stream(selection, form):
                    out.write(chunk)
            staged.replace(path)
            return path.stat().st_size
        except OSError as error:
            raise NotWritten(path, error) from error
        finally:
            with suppress(OSError):
                staged.unlink(missing_ok=True)

    def _files(
        self, pictures: list[Picture], skipped: list[Skipped], selection: Selection, form: DatasetFormat
    ) -> Iterator[tuple[str, bytes]]:
        classes = sorted({one.label for picture in pictures for one in picture.of(Verdict.POSITIVE)})
        validation = validation_cameras(picture.camera for picture in pictures)
        written: dict[str, list[tuple[str, Picture]]] = {"train": [], "val": []}
        for picture in pictures:
            side = "val" if picture.camera in validation else "train"
            name = f"{picture.sha256}.{picture.extension}"
            try:
                content = self._evidence.get(picture.sha256)
            except EvidenceNotFound:
                skipped += [Skipped(one.case_number, "the picture is not in the store") for one in picture.objects]
                continue
            yield f"images/{side}/{name}", content
            if form is DatasetFormat.YOLO:
                yield f"labels/{side}/{picture.sha256}.txt", yolo.label_lines(picture, classes)
            written[side].append((name, picture))
        if form is DatasetFormat.YOLO:
            yield "data.yaml", yolo.data_yaml(classes, has_validation=bool(written["val"]))
        else:
            for side, named in written.items():
                yield f"annotations/{side}.json", coco.coco_json(named, classes)
        yield "hard_negatives.csv", write_csv(_hard_negatives(written))
        yield "left_out.csv", write_csv(_left_out(skipped))
        yield "README.md", _readme(written, classes, skipped, selection, form).encode()


def _hard_negatives(written: dict[str, list[tuple[str, Picture]]]) -> Sheet:
    texts = ("picture", "camera", "label", "detector", "case")
    columns = [Column(name, Look.TEXT) for name in texts]
    columns += [Column(name) for name in ("score", "x_px", "y_px", "width_px", "height_px")]
    return Sheet(
        "hard_negatives",
        columns,
        [
            [f"images/{side}/{name}", picture.camera, one.label, one.model, one.case_number, one.score, *at]
            for side, named in written.items()
            for name, picture in named
            for one in picture.of(Verdict.HARD_NEGATIVE)
            for at in [coco.pixels(one.box, picture)]
        ],
    )


def _left_out(skipped: list[Skipped]) -> Sheet:
    columns = [Column("case", Look.TEXT), Column("why", Look.TEXT)]
    return Sheet("left_out", columns, [[one.case_number, one.why] for one in skipped])


def _readme(
    written: dict[str, list[tuple[str, Picture]]],
    classes: list[str],
    skipped: list[Skipped],
    selection: Selection,
    form: DatasetFormat,
) -> str:
    def objects(side: str, verdict: Verdict) -> int:
        return sum(len(picture.of(verdict)) for _, picture in written[side])

    table = "\n".join(
        f"| {side} | {len({picture.camera for _, picture in written[side]})} | {len(written[side])} "
        f"| {objects(side, Verdict.POSITIVE)} | {objects(side, Verdict.HARD_NEGATIVE)} |"
        for side in written
    )
    period = selection.period
    return _README.format(
        form=form.value.upper(),
        first=period.first,
        last=period.last,
        zone=period.zone,
        table=table,
        classes=", ".join(classes) or "none",
        skipped=len(skipped),
    )


_README = """# KerbWatch 核查结论数据集 / verdicts as a data set ({form})

{first} - {last} ({zone}); classes: {classes}

| | cameras | pictures | labels | hard negatives |
|---|---|---|---|---|
{table}

- Labels are objects that an officer confirmed. 标注为人工确认属实的目标。
- `hard_negatives.csv`: boxes that an officer rejected as "wrong object"; their pictures are here, without that label.
  被判为“识别错误”的目标：图片保留，不作标注。
- `left_out.csv`: {skipped} verdicts that are not here, each with the reason. 未收入的结论及原因。
- Train and val share no camera. 训练集与验证集不共用摄像机。
- **Only what was reported is labelled.** Other vehicles or stalls in the same picture have no label: complete the
  labels before a detector is trained on whole pictures, or cut out the boxes.
  只标注了被上报的目标，同一画面中的其他目标没有标注：整图训练前请补全标注，或裁剪使用。
- The pictures are the untouched originals: people in them are not blurred. Treat them as personal data.
  图片为原图，行人未作模糊，请按个人信息保管。
"""
