"""What people are told about pictures that were asked for, in Chinese and English."""

from __future__ import annotations

from uuid import UUID

from edge_agent.words.notices import notice
from protocol.messages import HealthEvent


def request_unreadable(why: str) -> HealthEvent:
    """Something on the request topic is no request."""
    return notice(
        "warning",
        "request_unreadable",
        f"中心的画面请求无法解析，未答复：{why}",
        f"A request from the centre could not be read and is not answered: {why}",
    )


def too_many_requests(most: int) -> HealthEvent:
    """More pictures are asked for than the box gives at a time."""
    return notice(
        "warning",
        "too_many_requests",
        f"画面请求过多：同时最多处理 {most} 张，其余已谢绝。",
        f"Too many pictures are asked for: {most} are in hand at a time, more are refused.",
        most=most,
    )


def picture_unheard(camera: str, request: UUID) -> HealthEvent:
    """The centre never acknowledged the answer to a request."""
    return notice(
        "warning",
        "picture_unheard",
        f"对画面请求 {request} 的答复未获中心回执，已过期，不再发送。",
        f"The answer to the request {request} was not acknowledged by the centre in time and is not sent any more.",
        camera=camera,
        request=str(request),
    )


def picture_answer_refused(camera: str, request: UUID, reason: str) -> HealthEvent:
    """The centre will not take the answer to a request."""
    return notice(
        "warning",
        "picture_answer_refused",
        f"中心拒收对画面请求 {request} 的答复：{reason}",
        f"The centre refused the answer to the request {request}: {reason}",
        camera=camera,
        request=str(request),
        reason=reason,
    )
