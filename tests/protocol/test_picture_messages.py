"""A picture that an officer asked for: an answer has one, or says why not, and never both or neither."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from protocol.messages import PictureRequest, PictureResponse, Violation, WhyNoPicture

REQUEST = {
    "id": "019690a5-0000-7000-8000-000000000009",
    "device": "box-17",
    "camera": "gate-east",
    "asked_at": "2026-05-01T22:30:00+08:00",
    "expires_at": "2026-05-01T22:32:00+08:00",
}
REFUSED = {"reason": "camera_dark", "text_zh": "画面全黑", "text_en": "the picture is black"}


def response(**changes: Any) -> dict[str, Any]:
    envelope = {"id": REQUEST["id"], "device": "box-17", "camera": "gate-east", "answered_at": REQUEST["asked_at"]}
    return envelope | changes


def test_a_request_says_until_when_it_stands_and_may_leave_out_who_asks() -> None:
    request = PictureRequest.model_validate(REQUEST)
    assert (request.expires_at - request.asked_at).total_seconds() == 120
    assert request.asked_by == ""


@pytest.mark.parametrize("change", [{"kind": "film"}, {"expires_at": "soon"}, {"id": "17"}, {"asked_by": "x" * 201}])
def test_a_request_for_what_no_box_gives_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PictureRequest.model_validate(REQUEST | change)


def test_an_answer_has_a_picture_or_a_reason(parked_van: Violation) -> None:
    evidence = [ref.model_dump(mode="json") | {"role": "asked"} for ref in parked_van.evidence]
    picture = PictureResponse.model_validate(response(taken_at=REQUEST["asked_at"], evidence=evidence))
    assert picture.refused is None
    refusal = PictureResponse.model_validate(response(refused=REFUSED))
    assert refusal.refused is not None
    assert refusal.refused.reason is WhyNoPicture.CAMERA_DARK
    for odd in (
        response(),
        response(taken_at=REQUEST["asked_at"]),
        response(evidence=evidence),
        response(taken_at=REQUEST["asked_at"], evidence=evidence, refused=REFUSED),
        response(taken_at=REQUEST["asked_at"], refused=REFUSED),
    ):
        with pytest.raises(ValidationError, match="an answer has a picture"):
            PictureResponse.model_validate(odd)
