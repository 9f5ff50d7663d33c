"""Why there is no picture, in Chinese and English: what the officer who asked reads."""

from __future__ import annotations

from collections.abc import Iterable

from protocol.messages import CameraState, NoPicture, WhyNoPicture

HAS_NO_PICTURE = {
    CameraState.UNREACHABLE: ("摄像机连不上，设备正在重试", "The camera cannot be reached; the box keeps trying"),
    CameraState.STALLED: ("摄像机已连接，但没有画面传来", "The camera is connected but sends no video"),
    CameraState.FROZEN: ("摄像机画面卡死，看不到现在的情况", "The camera's picture is frozen, so it does not show now"),
    CameraState.ENDED: ("录像文件已播放完", "The video file has ended"),
}
"""Camera states in which the newest picture does not show the place as it is now."""


def unknown_camera(camera: str, known: Iterable[str]) -> NoPicture:
    """The box has no such camera (any more)."""
    names = ", ".join(known)
    return NoPicture(
        reason=WhyNoPicture.UNKNOWN_CAMERA,
        text_zh=f"设备上没有摄像机 {camera}，现有：{names}",
        text_en=f"The box has no camera {camera}; it has: {names}",
    )


def expired() -> NoPicture:
    """The request came, or would have been answered, too late."""
    return NoPicture(
        reason=WhyNoPicture.EXPIRED,
        text_zh="设备收到请求时已过期（设备曾离线，或时钟不准），请重新查看",
        text_en="The request had expired when the box had it (it was offline, or its clock is wrong): ask again",
    )


def too_many(most: int) -> NoPicture:
    """More requests than a box may have in hand."""
    return NoPicture(
        reason=WhyNoPicture.TOO_MANY,
        text_zh=f"设备正在处理 {most} 张画面，请稍后再试",
        text_en=f"The box has {most} pictures in hand already: try again in a moment",
    )


def camera_away(state: CameraState) -> NoPicture:
    """The camera gives no picture of now."""
    text_zh, text_en = HAS_NO_PICTURE[state]
    return NoPicture(reason=WhyNoPicture.NO_PICTURE, text_zh=text_zh, text_en=text_en)


def nothing_yet() -> NoPicture:
    """The camera seems to be there but nothing can be decoded, or the box is starting."""
    return NoPicture(
        reason=WhyNoPicture.NO_PICTURE,
        text_zh="还没有可解码的画面（设备或摄像机正在启动，或关键帧间隔过长），请稍后再试",
        text_en="No picture can be decoded yet (box or camera is starting, or keyframes are rare): try again soon",
    )


def dark(reason_zh: str, reason_en: str) -> NoPicture:
    """The picture shows nothing."""
    return NoPicture(reason=WhyNoPicture.CAMERA_DARK, text_zh=reason_zh, text_en=reason_en[:1].upper() + reason_en[1:])


def people_unknown() -> NoPicture:
    """The model cannot find people, and the box is told to make them unrecognisable."""
    return NoPicture(
        reason=WhyNoPicture.NO_PICTURE,
        text_zh="检测模型不识别人员，无法按要求模糊处理，因此不提供即时画面。"
        "请更换模型，或在设备配置中关闭 blur_people。",
        text_en="The model cannot find people to make them unrecognisable, so no picture is given. "
        "Use another model, or turn blur_people off in the box's configuration.",
    )


def failed(error: str) -> NoPicture:
    """The picture could not be made."""
    return NoPicture(
        reason=WhyNoPicture.NO_PICTURE,
        text_zh=f"画面处理失败，详见设备日志：{error}",
        text_en=f"The picture could not be made, see the box's log: {error}",
    )
