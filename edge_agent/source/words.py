"""What a source tells people, in Chinese and English: one function for each thing worth saying."""

from __future__ import annotations

import time

from edge_agent.source.address import Failure
from edge_agent.source.report import SourceReport
from protocol.messages import CameraState


def _report(state: CameraState, code: str, text_zh: str, text_en: str) -> SourceReport:
    return SourceReport(time.time(), state, code, text_zh, text_en)


def starting(address: str) -> SourceReport:
    """The first try to connect."""
    return _report(CameraState.STARTING, "camera_starting", f"正在连接 {address}", f"connecting to {address}")


def ok(address: str, codec: str, width_px: int, height_px: int) -> SourceReport:
    """Video comes."""
    what = f"{codec} {width_px}x{height_px}"
    return _report(CameraState.OK, "camera_ok", f"{address} 视频正常（{what}）", f"video from {address} ({what})")


def unreachable(address: str, failure: Failure, retry_s: float) -> SourceReport:
    """No connection, or it broke off."""
    return _report(
        CameraState.UNREACHABLE,
        "camera_unreachable",
        f"无法读取 {address}（{failure.cause}）；{failure.hint_zh}。{retry_s:.0f} 秒后重试",
        f"cannot read {address} ({failure.cause}); {failure.hint_en}. Next try in {retry_s:.0f} s",
    )


def stalled(address: str, silent_s: float, retry_s: float) -> SourceReport:
    """Connected, but no video comes."""
    return _report(
        CameraState.STALLED,
        "camera_stalled",
        f"{address} 已连接，但 {silent_s:.0f} 秒无视频；{retry_s:.0f} 秒后重连。若反复出现，请检查网络带宽或重启摄像机",
        f"{address} is connected but sent no video for {silent_s:.0f} s; reconnecting in {retry_s:.0f} s. If this "
        "repeats, check the network's bandwidth or restart the camera",
    )


def ended(address: str) -> SourceReport:
    """The file is over."""
    return _report(CameraState.ENDED, "camera_ended", f"{address} 已播放完毕", f"{address} is over")


def clock_off(address: str, off_s: float) -> SourceReport:
    """The camera says times that cannot be; its pictures are dated by their arrival."""
    return _report(
        CameraState.OK,
        "camera_clock_off",
        f"{address} 的时钟与本机相差 {off_s:+.1f} 秒，改用到达时间；请为摄像机和本机配置 NTP 校时",
        f"the clock of {address} is {off_s:+.1f} s off this box's, so arrival times are used; set up NTP on both",
    )


def damaged(address: str, at_s: float, cause: str, count: int) -> SourceReport:
    """Part of the video cannot be decoded; `at_s` is stream time."""
    return _report(
        CameraState.OK,
        "video_damaged",
        f"{address} 在 {at_s:.1f} 秒处有损坏的视频（{cause}，累计 {count} 处），已跳过。若频繁，请检查网络或存储介质",
        f"{address}: damaged video at {at_s:.1f} s ({cause}; {count} so far) was passed over. If this is frequent, "
        "check the network or the disk",
    )


def cut_short(address: str, at_s: float, promised_s: float) -> SourceReport:
    """A file has less in it than it says."""
    return _report(
        CameraState.ENDED,
        "video_damaged",
        f"{address} 只有 {at_s:.1f} 秒，文件头标明 {promised_s:.1f} 秒；请重新导出该文件",
        f"{address} has {at_s:.1f} s of video though it says {promised_s:.1f} s; export the file again",
    )


def long_gop(address: str, gop_s: float, look_every_s: float) -> SourceReport:
    """Keyframes come too seldom for the wanted looks; costly decoding fills in."""
    return _report(
        CameraState.OK,
        "video_not_sampled_by_keyframes",
        f"{address} 的关键帧间隔约 {gop_s:.1f} 秒，长于查看间隔 {look_every_s:g} 秒，解码开销大增；"
        f"请在摄像机上把 I 帧间隔设为 {look_every_s:g} 秒，并关闭智能编码（H.264+/H.265+）",
        f"{address} sends a keyframe every {gop_s:.1f} s, less often than a look every {look_every_s:g} s, so decoding "
        f"costs far more; set the camera's I-frame interval to {look_every_s:g} s and turn H.264+/H.265+ off",
    )
