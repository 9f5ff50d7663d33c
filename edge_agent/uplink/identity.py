"""Who the box is: an Ed25519 key, made at its first start and kept for its life."""

from __future__ import annotations

import logging
from pathlib import Path

from joserfc.jwk import OKPKey

from edge_agent.durable import write_durably
from protocol.signing import load_private_key, new_private_key

KEY_FILE = "device.key"

_log = logging.getLogger(__name__)


class IdentityError(RuntimeError):
    """The box's key cannot be used. The text says what to do, in Chinese and English."""


def device_key(data_dir: Path) -> OKPKey:
    """Read the box's private key from `data_dir`, or make it when there is none yet (PEM, mode 0600).

    A key that cannot be read is never replaced: the centre trusts this box by it, and a new one would look like
    somebody else. Raises IdentityError.
    """
    path = data_dir / KEY_FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        try:
            write_durably(path, new_private_key().as_pem(private=True), mode=0o600, replace=False)
        except FileExistsError:
            _log.info("another process made %s first; using that key", path)
        except OSError as error:
            raise IdentityError(_cannot(path, "written", "写入", error)) from error
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise IdentityError(_cannot(path, "read", "读取", error)) from error
    try:
        key = load_private_key(pem)
        if not key.is_private or key.as_dict(private=False).get("crv") != "Ed25519":
            raise ValueError("it holds no private Ed25519 key")
    except ValueError as error:
        raise IdentityError(_corrupt(path, error)) from error
    _make_private(path)
    return key


def _make_private(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
        _log.warning("%s could be read by others on this machine; its mode is 0600 now", path)


def _cannot(path: Path, verb: str, verb_zh: str, error: OSError) -> str:
    return (
        f"设备密钥 {path} 无法{verb_zh}（{error.strerror}）：请检查数据目录的权限和剩余空间。\n"
        f"The device key {path} cannot be {verb} ({error.strerror}): check the data folder's owner, mode and space."
    )


def _corrupt(path: Path, error: ValueError) -> str:
    return (
        f"设备密钥 {path} 已损坏（{error}）。请从备份恢复；若没有备份，请删除该文件，"
        "设备会生成新密钥，并须在中心重新信任该设备。\n"
        f"The device key {path} is damaged ({error}). Restore it from a backup. Without one, delete the file: the box "
        "makes a new key, and the centre has to trust the box anew."
    )
