"""What the seeing half of the box tells people, in Chinese and English."""

from __future__ import annotations

from calibration.view_guard import ViewState, ViewVerdict
from edge_agent.looking.model_fit import Misfit
from edge_agent.sampler import SamplerStats
from edge_agent.source import PictureState, SourceReport
from edge_agent.source.picture_state import Judgement
from edge_agent.words.notices import Severity, notice
from protocol.messages import CameraState, HealthEvent

_GOOD_STATES = (CameraState.OK, CameraState.STARTING, CameraState.ENDED)


def source(camera: str, report: SourceReport) -> HealthEvent:
    """A source changed its state, or found something odd."""
    severity: Severity = "info" if report.state in _GOOD_STATES else "warning"
    return notice(severity, report.code, report.text_zh, report.text_en, camera=camera)


def picture(camera: str, judgement: Judgement) -> HealthEvent:
    """The picture became unusable, or good again."""
    if judgement.state is PictureState.OK:
        return notice("info", "picture_ok", "画面恢复正常。", "The picture is good again.", camera=camera)
    code = f"picture_{judgement.state.value}"
    return notice("warning", code, judgement.reason_zh, judgement.reason_en, camera=camera)


def view(camera: str, verdict: ViewVerdict) -> HealthEvent:
    """The camera was turned, or looks again where its zones were drawn."""
    if verdict.state is ViewState.MOVED:
        return notice(
            "error",
            "view_changed",
            f"画面与划定区域时不符（吻合度 {verdict.agreement:.0%}），区域已暂停；请检查摄像机朝向，"
            "或划定新区域后运行 kerbwatch-edge accept-view 确认新视角。",
            f"The view does not fit its zones any more ({verdict.agreement:.0%} agrees); they are suspended. Check "
            "where the camera points, or draw the zones anew and run `kerbwatch-edge accept-view`.",
            camera=camera,
        )
    return notice("info", "view_ok", "视角恢复，区域重新生效。", "The view fits again; its zones apply.", camera=camera)


def state_lost(camera: str, reason: str) -> HealthEvent:
    """What the box remembered of a camera cannot be read."""
    return notice(
        "warning",
        "state_lost",
        f"上次运行的记忆无法读取，该摄像机从头开始计时：{reason}",
        f"What was remembered of this camera cannot be read; it starts afresh: {reason}",
        camera=camera,
    )


def report_failed(camera: str, reason: str) -> HealthEvent:
    """The pictures of what is certain cannot be made; it is tried again at every look."""
    return notice(
        "error",
        "report_failed",
        f"违规已确认，但证据图片制作失败，每次查看画面时都会重试：{reason}",
        f"A violation is certain, but its pictures cannot be made; trying again at every look: {reason}",
        camera=camera,
    )


def recording_failed(camera: str, reason: str) -> HealthEvent:
    """Observations cannot be written to disk; watching goes on."""
    return notice(
        "warning",
        "recording_failed",
        f"观测记录无法写入磁盘，暂停记录并将重试，巡查不受影响：{reason}",
        f"Observations cannot be recorded, trying again later; the camera is watched all the same: {reason}",
        camera=camera,
    )


def not_saved(waiting: int, reason: str) -> HealthEvent:
    """Violations and state cannot be written to disk; they are kept in memory."""
    return notice(
        "error",
        "not_saved",
        f"数据无法写入磁盘，{waiting} 条违规暂存于内存，断电即失，将继续重试：{reason}",
        f"The disk refuses what must be kept; {waiting} violation(s) are in memory only, trying again: {reason}",
        waiting=waiting,
    )


def look_failed(camera: str, reason: str) -> HealthEvent:
    """A look ended in an error; the other cameras go on."""
    return notice(
        "error",
        "look_failed",
        f"处理画面时出错，其他摄像机不受影响：{reason}",
        f"A look failed; the other cameras go on: {reason}",
        camera=camera,
    )


def looks_stopped(camera: str | None, reason: str, hangs_for_s: float | None) -> HealthEvent:
    """A thread that takes looks died or hangs; the process ends so that it can be started anew."""
    if hangs_for_s is None:
        what_zh, what_en = f"巡查线程意外终止（{reason}）", f"a thread that takes looks has died ({reason})"
    else:
        what_zh, what_en = f"一次查看已持续 {hangs_for_s:.0f} 秒未结束", f"a look hangs for {hangs_for_s:.0f} s"
    return notice(
        "error",
        "looks_stopped",
        f"{what_zh}，程序退出，由服务管理器重新启动；未发送的违规保存在磁盘上。若反复出现，请查看设备日志。",
        f"Looks have stopped: {what_en}; the process ends for its service manager to start it anew. What is not sent "
        "yet is on the disk. If this repeats, see the box's log.",
        camera=camera,
    )


def detector_slow(waited_s: float) -> HealthEvent:
    """The detector is still being fetched or opened."""
    return notice(
        "warning",
        "detector_slow",
        f"检测模型已等待 {waited_s / 60:.0f} 分钟仍未就绪（下载或加载中），尚未开始巡查。",
        f"The detector is still being fetched or opened after {waited_s / 60:.0f} min; nothing is watched yet.",
    )


def misfit(found: Misfit) -> HealthEvent:
    """The model cannot see what the configuration asks for."""
    severity: Severity = "error" if found.is_blind or found.camera is None else "warning"
    return notice(
        severity, found.code, f"{found.place}：{found.zh}。", f"{found.place}: {found.en}.", camera=found.camera
    )


def no_detector(reason: str) -> HealthEvent:
    """The detector cannot be opened; nothing is watched until it can."""
    return notice(
        "error",
        "no_detector",
        f"检测模型不可用，暂不能巡查，将继续重试：{reason}",
        f"The detector cannot be used; nothing is watched until it can, trying again: {reason}",
    )


def overloaded(stats: SamplerStats, wanted_s: float, apart_s: float, bearable_s: float) -> HealthEvent:
    """The box cannot look at its cameras as often as they ask, every `wanted_s`; it could every `bearable_s`."""
    skipped, owed, late_s = stats.looks_skipped, stats.looks_owed, stats.lateness_p95_s
    return notice(
        "warning",
        "overloaded",
        f"设备忙不过来：最近一分钟应看 {owed} 次，少看 {skipped} 次；现在每台摄像机约 {apart_s:.1f} 秒看一次，"
        f"而不是 {wanted_s:g} 秒（延迟最多约 {late_s:.1f} 秒），停留会发现得更晚。"
        f"请把部分摄像机移到其他设备，或设置 look_every_s: {bearable_s:g}。",
        f"The box cannot keep up: {skipped} of {owed} looks were left out in the last minute; looks at a camera are "
        f"now {apart_s:.1f} s apart instead of {wanted_s:g} s (up to {late_s:.1f} s late), so stays are found later. "
        f"Move cameras to another box, or set look_every_s: {bearable_s:g}.",
        looks_skipped=skipped,
        looks_owed=owed,
        apart_s=round(apart_s, 1),
        late_p95_s=round(late_s, 1),
    )


def overload_over(lasted_s: float, wanted_s: float) -> HealthEvent:
    """The looks keep to their times again."""
    return notice(
        "info",
        "overload_over",
        f"设备已恢复正常：每台摄像机每 {wanted_s:g} 秒看一次；此前约 {lasted_s / 60:.0f} 分钟忙不过来。",
        f"The box keeps up again: a look every {wanted_s:g} s, after about {lasted_s / 60:.0f} min of overload.",
        lasted_s=round(lasted_s),
    )
