"""What the durable half of the box tells people, in Chinese and English: one function for each thing worth saying."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from protocol.messages import EvidenceRole, HealthEvent

Severity = Literal["info", "warning", "error"]


def notice(
    severity: Severity, code: str, text_zh: str, text_en: str, *, camera: str | None = None, **detail: JsonValue
) -> HealthEvent:
    """Make a health event of this moment."""
    return HealthEvent(
        at=datetime.now(UTC),
        severity=severity,
        code=code,
        text_zh=text_zh,
        text_en=text_en,
        camera=camera,
        detail=detail,
    )


def config_refused(path: str, faults: Sequence[str], faults_zh: Sequence[str]) -> HealthEvent:
    """The new configuration is bad and the last good one runs."""
    return notice(
        "error",
        "config_refused",
        f"新配置 {path} 有 {len(faults)} 处错误，未启用；仍按上一份有效配置运行。首个错误：{faults_zh[0]}",
        f"The new configuration {path} has {len(faults)} fault(s) and was not taken; the last good one runs. "
        f"The first: {faults[0]}",
        faults=list(faults),
    )


def config_taken() -> HealthEvent:
    """A changed configuration was read again while the box ran."""
    return notice(
        "info", "config_taken", "已重新读取配置并启用。", "The configuration was read again and is in use now."
    )


def config_waits(unsaved: int) -> HealthEvent:
    """A new configuration cannot be taken while the disk refuses what the old one's cameras have found."""
    return notice(
        "warning",
        "config_waits",
        f"新配置暂缓启用：{unsaved} 条违规尚未写入磁盘。",
        f"The new configuration waits: {unsaved} violation(s) cannot be written to the disk yet.",
        unsaved=unsaved,
    )


def outbox_dropped(role: EvidenceRole, violation: UUID, freed_bytes: int) -> HealthEvent:
    """The outbox was full and a clip or close-up was given up."""
    what_zh, what_en = {
        EvidenceRole.CLIP: ("视频片段", "clip"),
        EvidenceRole.CLOSE_UP: ("特写", "close-up"),
    }[role]
    return notice(
        "warning",
        f"outbox_dropped_{role.value}",
        f"待发箱已满，已舍弃违规 {violation} 的{what_zh}（{_mb(freed_bytes)}）；违规及全景照片保留。",
        f"The outbox is full: the {what_en} of violation {violation} was dropped ({_mb(freed_bytes)}); the violation "
        "and its wide pictures are kept.",
        violation=str(violation),
        bytes=freed_bytes,
    )


def outbox_over_budget(held_bytes: int, budget_bytes: int) -> HealthEvent:
    """Only what is never dropped is left, and it is more than the budget."""
    return notice(
        "error",
        "outbox_over_budget",
        f"待发箱超出预算：{_mb(held_bytes)} / {_mb(budget_bytes)}，剩余内容均不可舍弃。"
        "请恢复与中心的连接，或调大 outbox.budget_mb。",
        f"The outbox holds {_mb(held_bytes)} of {_mb(budget_bytes)}, and nothing in it may be dropped. Restore the "
        "connection to the centre, or raise outbox.budget_mb.",
        held_bytes=held_bytes,
        budget_bytes=budget_bytes,
    )


def evidence_lost(sha256: str, violations: Sequence[UUID], why: str) -> HealthEvent:
    """An evidence file is not on the disk as it was written."""
    return notice(
        "error",
        "evidence_lost",
        f"证据文件 {sha256[:12]}… 丢失或损坏（{why}），相关违规将不带该文件上报。请检查存储介质。",
        f"Evidence file {sha256[:12]}… is lost or damaged ({why}); its violations are sent without it. Check the disk.",
        sha256=sha256,
        violations=[str(one) for one in violations],
    )


def store_set_aside(folder: str, why: str) -> HealthEvent:
    """The database could not be read and the box began a new one."""
    return notice(
        "error",
        "store_set_aside",
        f"设备数据库损坏（{why}），已移至 {folder}，并新建数据库。其中未发送的违规需人工取回。",
        f"The box's database is damaged ({why}); it was moved to {folder} and a new one begun. Violations in it that "
        "had not been sent need a person to recover them.",
        folder=folder,
    )


def violation_refused(violation: UUID, reason: str) -> HealthEvent:
    """The centre will not take a violation."""
    return notice(
        "error",
        "violation_refused",
        f"中心拒收违规 {violation}：{reason}。已留存于设备，不再重发；请在中心的隔离区查看。",
        f"The centre refused violation {violation}: {reason}. It is kept on the box and not sent again; see the "
        "centre's quarantine.",
        violation=str(violation),
        reason=reason,
    )


def ack_unreadable(why: str) -> HealthEvent:
    """Something on the ack topic is no acknowledgement."""
    return notice(
        "warning",
        "ack_unreadable",
        f"中心的回执无法解析，已忽略：{why}",
        f"An acknowledgement from the centre could not be read and was ignored: {why}",
    )


def broker_unreachable(broker: str, why: str) -> HealthEvent:
    """The broker cannot be reached; said once an outage."""
    return notice(
        "warning",
        "broker_unreachable",
        f"无法连接消息服务器 {broker}（{why}），将持续重试；违规保存在设备中。请检查网络与 uplink.broker。",
        f"The broker {broker} cannot be reached ({why}). Trying again for ever; violations wait on the box. Check the "
        "network and uplink.broker.",
        broker=broker,
    )


def broker_back(broker: str, outage_s: float) -> HealthEvent:
    """The outage is over."""
    return notice(
        "info",
        "broker_back",
        f"已重新连接消息服务器 {broker}，中断 {outage_s:.0f} 秒。",
        f"The broker {broker} is reached again after {outage_s:.0f} s.",
        broker=broker,
        outage_s=round(outage_s, 1),
    )


def ack_topic_denied(broker: str, topic: str) -> HealthEvent:
    """The broker's access rules keep the box from hearing the centre."""
    return notice(
        "error",
        "ack_topic_denied",
        f"消息服务器 {broker} 不允许订阅 {topic}，设备收不到回执。请在服务器的访问控制中放行。",
        f"The broker {broker} denies a subscription to {topic}, so the box hears no acknowledgement. Allow it in the "
        "broker's access control.",
        topic=topic,
    )


def request_topic_denied(broker: str, topic: str) -> HealthEvent:
    """The broker's access rules keep officers from asking the box for pictures."""
    return notice(
        "warning",
        "request_topic_denied",
        f"消息服务器 {broker} 不允许订阅 {topic}，值班员不能即时查看，违规照常上报。请在服务器的访问控制中放行。",
        f"The broker {broker} denies a subscription to {topic}, so officers cannot ask for pictures; violations are "
        "reported all the same. Allow it in the broker's access control.",
        topic=topic,
    )


def centre_silent(waiting: int, device: str, *, heard: bool) -> HealthEvent:
    """The broker takes what is sent and nobody answers. `heard`: the centre did speak since the box came."""
    topics_zh = f"kerbwatch/v1/{device}/violation、kerbwatch/v1/{device}/evidence/+"
    topics_en = f"kerbwatch/v1/{device}/violation and kerbwatch/v1/{device}/evidence/+"
    if heard:
        text_zh = f"中心在线，但不回执违规；很可能消息服务器的访问控制丢弃了设备发布到 {topics_zh} 的消息，请放行。"
        text_en = (
            "The centre is there but does not answer violations: most likely the broker's access rules drop what the "
            f"box publishes to {topics_en}. Allow it. "
        )
    else:
        text_zh = (
            "消息服务器正常，但中心未回执。请检查 kerbwatch-central 是否运行，"
            f"以及消息服务器的访问控制是否允许设备发布到 {topics_zh}。"
        )
        text_en = (
            "The broker is reached but the centre does not answer. Check that kerbwatch-central runs, and that the "
            f"broker's access rules let the box publish to {topics_en}. "
        )
    return notice(
        "warning",
        "centre_silent",
        f"{text_zh}{waiting} 条违规在设备中等待。",
        f"{text_en}{waiting} violation(s) wait on the box.",
        waiting=waiting,
    )


def centre_back() -> HealthEvent:
    """The centre answers again."""
    return notice("info", "centre_back", "中心已恢复回执。", "The centre answers again.")


def events_dropped(count: int) -> HealthEvent:
    """More happened while offline than is kept."""
    return notice(
        "warning",
        "events_dropped",
        f"离线期间另有 {count} 条较早的事件未保留（设备日志中可查）。",
        f"{count} older event(s) from the time offline were not kept (see the box's log).",
        count=count,
    )


def no_cjk_font() -> HealthEvent:
    """Captions are English-only."""
    return notice(
        "warning",
        "no_cjk_font",
        "设备上没有中文字体，证据图片的说明仅为英文。请安装 fonts-noto-cjk。",
        "There is no Chinese font on this box, so the captions on evidence pictures are English only. Install "
        "fonts-noto-cjk.",
    )


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
