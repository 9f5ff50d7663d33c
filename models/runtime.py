"""One ONNX Runtime session: a model file opened, its one input and output known, its errors made plain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.errors import RuntimeMismatchError
from models.providers import options_of, pick_providers

_DTYPES: dict[str, np.dtype[Any]] = {"tensor(float)": np.dtype(np.float32), "tensor(float16)": np.dtype(np.float16)}


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """Name, element type (ONNX Runtime's word) and shape of a tensor; None where a size is left open."""

    name: str
    type: str
    shape: tuple[int | None, ...]

    def __str__(self) -> str:
        sizes = " x ".join("?" if size is None else str(size) for size in self.shape)
        return f"{self.name}: {sizes} of {self.type.removeprefix('tensor(').removesuffix(')')}"


@dataclass(frozen=True, slots=True)
class Tuning:
    """How a model is run. A box runs it as the defaults say, which `kerbwatch-models bench` found best.

    `graph` is how far ONNX Runtime rewrites the model: "disable", "basic", "extended" or "all". `arena` keeps memory
    between runs. `provider_options` are the provider's own.
    """

    threads: int = 1
    graph: Literal["disable", "basic", "extended", "all"] = "all"
    arena: bool = True
    provider_options: Mapping[str, str] = field(default_factory=dict)

    def options(self) -> onnxruntime.SessionOptions:
        """Say it in ONNX Runtime's words."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only: ONNX Runtime warns about ordinary models
        options.enable_cpu_mem_arena = self.arena
        level = "ORT_DISABLE_ALL" if self.graph == "disable" else f"ORT_ENABLE_{self.graph.upper()}"
        options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
        # A waiting thread must not burn the core that decodes the next camera.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return options


AS_SHIPPED = Tuning()


class Session:
    """A loaded model. `run` may be called from several threads at once."""

    def __init__(self, session: onnxruntime.InferenceSession, path: Path) -> None:
        self._session = session
        self._path = path
        self.input = _info(session.get_inputs()[0])
        self.outputs = tuple(_info(output) for output in session.get_outputs())
        self.provider: str = session.get_providers()[0]
        self.metadata: dict[str, str] = dict(session.get_modelmeta().custom_metadata_map)

    @classmethod
    def open(
        cls,
        path: Path,
        providers: Sequence[str],
        tuning: Tuning = AS_SHIPPED,
        *,
        changed: bytes | None = None,
    ) -> Session:
        """Load a model; `changed` is what to run in place of what is in the file.

        Raises RuntimeMismatchError for a model that cannot be run.
        """
        wanted = pick_providers(providers)
        own = [dict(tuning.provider_options) or options_of(name, tuning.threads) for name in wanted]
        try:
            session = onnxruntime.InferenceSession(
                changed or str(path), tuning.options(), providers=wanted, provider_options=own
            )
        except Exception as error:  # ONNX Runtime's exceptions have no base class of their own
            raise _cannot_load(path, error) from error
        if session.get_providers()[0] not in wanted:
            started = session.get_providers()[0]
            raise RuntimeMismatchError(
                f"{path}: {wanted[0]} was asked for but did not start (its driver or libraries are missing); "
                f"{started} would run instead. Repair the installation, or name cpu as a second choice.",
                f"{path}：指定的 {wanted[0]} 未能启动（缺少驱动或库），只能使用 {started}。"
                f"请修复安装，或将 cpu 列为备选。",
            )
        if len(session.get_inputs()) != 1:
            names = ", ".join(value.name for value in session.get_inputs())
            raise RuntimeMismatchError(
                f"{path}: has {len(session.get_inputs())} inputs ({names}); a detector here has one, the picture.",
                f"{path}：模型有 {len(session.get_inputs())} 个输入（{names}），此处只支持单个图像输入。",
            )
        return cls(session, path)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The element type that `run` wants. Raises RuntimeMismatchError for one that is no floating-point type."""
        if self.input.type not in _DTYPES:
            raise RuntimeMismatchError(
                f"{self._path}: its input is {self.input.type}; float and float16 are read. "
                f"Export the model with a floating-point input.",
                f"{self._path}：输入类型为 {self.input.type}，仅支持 float 与 float16，请重新导出模型。",
            )
        return _DTYPES[self.input.type]

    @property
    def open_sizes(self) -> bool:
        """Whether the model leaves height and width of its input open."""
        return len(self.input.shape) == 4 and self.input.shape[2:] == (None, None)

    @property
    def batch(self) -> int | None:
        """How many pictures one run takes; None where the model leaves it open."""
        return self.input.shape[0]

    def run(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Run on a batch and return the first output. Raises RuntimeMismatchError when the model fails on it."""
        try:
            (output,) = self._session.run([self.outputs[0].name], {self.input.name: values})
        except Exception as error:
            raise RuntimeMismatchError(
                f"{self._path}: the model failed on an input of {values.shape}: {_first_line(error)}",
                f"{self._path}：模型在输入 {values.shape} 上运行失败：{_first_line(error)}",
            ) from error
        result: NDArray[np.float32] = np.asarray(output).astype(np.float32, copy=False)
        return result


def _info(value: Any) -> TensorInfo:
    sizes = tuple(size if isinstance(size, int) and size > 0 else None for size in value.shape)
    return TensorInfo(value.name, value.type, sizes)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _cannot_load(path: Path, error: Exception) -> RuntimeMismatchError:
    if not path.is_file():
        return RuntimeMismatchError(
            f"{path}: there is no such file. Fetch it with `kerbwatch-models pull`.",
            f"{path}：文件不存在，请用 kerbwatch-models pull 获取。",
        )
    return RuntimeMismatchError(
        f"{path}: ONNX Runtime {onnxruntime.__version__} cannot load it: {_first_line(error)} "
        f"The file is damaged, no ONNX model, or made for a newer version: fetch or export it again.",
        f"{path}：ONNX Runtime {onnxruntime.__version__} 无法加载：{_first_line(error)} "
        f"文件已损坏、不是 ONNX 模型或版本过新，请重新获取或导出。",
    )
