"""The officer decides from these pictures: they show the place, hide passers-by, and name their originals."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import cv2
import numpy as np
import pytest

from edge_agent.config.box import BoxConfig
from edge_agent.evidence.blur import blur_people
from edge_agent.evidence.builder import outgoing_from_event, violation_from_event
from edge_agent.evidence.caption import caption_of
from edge_agent.evidence.fonts import Fonts, system_fonts
from edge_agent.evidence.scene import Scene
from edge_agent.evidence.snapshot import Frame, Snapshot, decode_jpeg, encode_jpeg
from edge_agent.evidence.stills import cleared_stills, close_up_of, confirmed_stills
from protocol.messages import EvidenceRole, Phase, Rendition, TimeSource
from rules.event import Event, EventPhase

MakeEvent = Callable[..., Event]
MakeConfig = Callable[..., BoxConfig]
ENGLISH_ONLY = Fonts(None, None)


def street(width: int = 1280, height: int = 720, seed: int = 1) -> Frame:
    """A picture with texture everywhere, so that blurring and drawing show."""
    noise = np.random.default_rng(seed).integers(0, 255, (height // 4, width // 4, 3), np.uint8)
    return np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def snapshot(event: Event, frame: Frame | None = None, after_s: float = 0, **more: Any) -> Snapshot:
    frame = street() if frame is None else frame
    return Snapshot(frame, datetime.fromtimestamp(event.first_seen_s + after_s, UTC), **more)


@pytest.fixture
def event(parked_car: MakeEvent) -> Event:
    return parked_car()


@pytest.fixture
def scene(box_config: MakeConfig, event: Event) -> Scene:
    return Scene.of(box_config(), event)


def test_a_confirmed_violation_has_two_wide_pictures_and_a_close_up_each_beside_its_original(
    scene: Scene, event: Event
) -> None:
    stills = confirmed_stills(scene, snapshot(event), snapshot(event, street(seed=2), after_s=62))
    assert [(one.ref.role, one.ref.rendition) for one in stills] == [
        (role, rendition)
        for role in (EvidenceRole.FIRST_SEEN, EvidenceRole.CONFIRMED, EvidenceRole.CLOSE_UP)
        for rendition in (Rendition.ORIGINAL, Rendition.RENDERED)
    ]
    assert (stills[2].ref.taken_at - stills[0].ref.taken_at).total_seconds() == 62
    for one in stills:
        assert hashlib.sha256(one.content).hexdigest() == one.ref.sha256
        assert len(one.content) == one.ref.bytes
        assert decode_jpeg(one.content).shape[:2] == (one.ref.height_px, one.ref.width_px)


def test_wide_pictures_keep_the_cameras_resolution_and_the_caption_hides_nothing(scene: Scene, event: Event) -> None:
    original, rendered = confirmed_stills(scene, None, snapshot(event))[:2]
    assert (original.ref.width_px, original.ref.height_px) == (1280, 720)
    assert rendered.ref.width_px == 1280
    assert rendered.ref.height_px > 720
    far_from_the_zone = np.s_[20:300, 900:1260]
    difference = cv2.absdiff(
        decode_jpeg(rendered.content)[far_from_the_zone], decode_jpeg(original.content)[far_from_the_zone]
    )
    assert difference.mean() < 8  # nothing is drawn there, only JPEG's noise differs


def test_a_first_picture_kept_on_disk_stays_the_same_file(scene: Scene, event: Event) -> None:
    jpeg = encode_jpeg(street(), 90)
    kept = snapshot(event, decode_jpeg(jpeg), jpeg=jpeg)
    assert confirmed_stills(scene, kept, snapshot(event, after_s=62))[0].content == jpeg


def test_people_are_unrecognisable_in_what_is_shown_and_untouched_in_the_original(
    box_config: MakeConfig, event: Event
) -> None:
    person, there = (0.80, 0.05, 0.85, 0.30), np.s_[50:200, 1030:1080]
    taken = snapshot(event, people=[person])

    def sharpness(config: BoxConfig, rendition: Rendition) -> float:
        stills = confirmed_stills(Scene.of(config, event), None, taken)
        content = next(one.content for one in stills if one.ref.rendition is rendition)
        return float(cv2.Laplacian(decode_jpeg(content)[there], cv2.CV_64F).var())

    sharp = sharpness(box_config(), Rendition.ORIGINAL)
    assert sharpness(box_config(), Rendition.RENDERED) < sharp / 50
    assert sharpness(box_config(evidence={"blur_people": False}), Rendition.RENDERED) > sharp / 2


def test_where_nobody_can_tell_where_people_are_only_what_is_reported_can_be_made_out(
    box_config: MakeConfig, event: Event
) -> None:
    taken = snapshot(event, people=None)

    def shown(config: BoxConfig) -> Frame:
        (_, rendered, *_) = confirmed_stills(Scene.of(config, event), None, taken)
        return decode_jpeg(rendered.content)

    def sharpness(picture: Frame, part: tuple[slice, slice]) -> float:
        return float(cv2.Laplacian(picture[part], cv2.CV_64F).var())

    elsewhere, car = np.s_[20:180, 900:1260], np.s_[440:560, 420:600]
    hidden, plain = shown(box_config()), shown(box_config(evidence={"blur_people": False}))
    assert sharpness(hidden, elsewhere) < sharpness(plain, elsewhere) / 50
    assert sharpness(hidden, car) > sharpness(plain, car) / 2


def test_where_originals_are_not_wanted_none_leaves_the_box(box_config: MakeConfig, event: Event) -> None:
    scene = Scene.of(box_config(evidence={"keep_original": False}), event)
    stills = confirmed_stills(scene, snapshot(event), snapshot(event, street(seed=2), after_s=62))
    assert {one.ref.rendition for one in stills} == {Rendition.RENDERED}
    assert len(stills) == 3


@pytest.mark.parametrize("person", [(-0.2, -0.2, 0.1, 0.1), (0.9, 0.9, 1.4, 1.2), (0.5, 0.5, 0.5, 0.5), (2, 2, 3, 3)])
def test_people_at_the_edge_of_the_picture_are_blurred_too(person: tuple[float, float, float, float]) -> None:
    frame = street(64, 48)
    before = frame.copy()
    assert blur_people(frame, [person]).shape == frame.shape
    assert (frame == before).all()


@pytest.mark.parametrize("size", [(176, 144), (352, 288), (1920, 1080), (720, 1280)])
@pytest.mark.parametrize("fonts", [system_fonts(), ENGLISH_ONLY], ids=["system fonts", "no Chinese font"])
def test_every_camera_size_gets_a_legible_caption(
    scene: Scene, event: Event, size: tuple[int, int], fonts: Fonts
) -> None:
    for one in confirmed_stills(scene, None, snapshot(event, street(*size)), fonts):
        assert one.ref.width_px > 0
    for one in cleared_stills(scene, snapshot(event, street(*size)), fonts):
        assert one.ref.width_px == size[0]


@pytest.mark.parametrize("box", [(-0.3, -0.1, 0.2, 0.3), (0.9, 0.9, 1.2, 1.3), (0.5, 0.5, 0.501, 0.501), (0, 0, 1, 1)])
def test_a_box_that_reaches_past_the_picture_is_drawn_and_cut_out(
    box_config: MakeConfig, parked_car: MakeEvent, box: tuple[float, float, float, float]
) -> None:
    event = parked_car(box=box)
    scene = Scene.of(box_config(), event)
    stills = confirmed_stills(scene, None, snapshot(event, street(640, 360)))
    assert {one.ref.role for one in stills} == {EvidenceRole.CONFIRMED, EvidenceRole.CLOSE_UP}
    x1, y1, x2, y2 = close_up_of(box)
    assert 0 <= x1 < x2 <= 1
    assert 0 <= y1 < y2 <= 1
    assert all(0 <= value <= 1 for value in violation_from_event(scene, stills, time_source=TimeSource.FILE).box)


def test_a_far_small_thing_is_enlarged_to_be_legible_and_the_caption_says_so(
    box_config: MakeConfig, parked_car: MakeEvent
) -> None:
    event = parked_car(box=(0.5, 0.6, 0.53, 0.64))
    stills = confirmed_stills(Scene.of(box_config(), event), None, snapshot(event))
    native, legible = (one.ref for one in stills if one.ref.role is EvidenceRole.CLOSE_UP)
    assert native.width_px < 150
    assert legible.width_px >= 600


def test_the_caption_says_what_an_inspector_needs(scene: Scene, event: Event) -> None:
    taken_at = datetime.fromtimestamp(event.first_seen_s + 62, UTC)
    chinese = Fonts(None, None)
    chinese.cjk = True
    caption = caption_of(scene, EvidenceRole.CONFIRMED, taken_at, "ab" * 32, chinese)
    assert caption.time == "2026-11-23 14:01:02 UTC+08:00"
    assert caption.title == "机动车乱停放  Illegally parked motor vehicle"
    assert caption.chip == "违规确认 Confirmed"
    fields = dict(caption.fields)
    assert fields["地点 Place"] == "人民路 3 号"
    assert fields["相机 Camera"] == "东门 (gate-east)"
    assert fields["设备 Device"] == "人民路箱 (box-17)"
    assert fields["停留 Stood for"] == "01:02（限 01:00）"
    assert fields["原图校验 Original SHA-256"] == "abababababababab"


def test_without_a_chinese_font_the_caption_is_english_and_has_no_empty_squares(scene: Scene, event: Event) -> None:
    taken_at = datetime.fromtimestamp(event.first_seen_s + 62, UTC)
    caption = caption_of(scene, EvidenceRole.AFTER, taken_at, "", ENGLISH_ONLY)
    words = [caption.chip, caption.title, caption.tag, *(word for field in caption.fields for word in field)]
    assert all(ENGLISH_ONLY.can_write(word) for word in words)
    assert ("Camera", "gate-east") in caption.fields


def test_a_violation_has_the_same_id_however_often_and_late_it_is_reported(
    box_config: MakeConfig, parked_car: MakeEvent
) -> None:
    def report(event: Event) -> Any:
        return violation_from_event(Scene.of(box_config(), event), (), time_source=TimeSource.RTCP)

    first = report(parked_car())
    assert report(parked_car(at_s=parked_car().at_s + 4, confirmed_s=parked_car().at_s + 4)).id == first.id
    cleared = report(parked_car(phase=EventPhase.CLEARED))
    assert cleared.stay_id == first.stay_id
    assert len({first.id, first.stay_id, cleared.id, report(parked_car("s2")).id}) == 4
    assert (cleared.phase, cleared.cleared_at > cleared.confirmed_at) == (Phase.CLEARED, True)
    assert first.first_seen_at.isoformat() == "2026-11-23T14:00:00+08:00"


def test_only_confirmed_and_cleared_stays_are_reported(box_config: MakeConfig, parked_car: MakeEvent) -> None:
    opened = parked_car(phase=EventPhase.OPENED, confirmed_s=None)
    with pytest.raises(ValueError, match="opened is nothing to report"):
        outgoing_from_event(Scene.of(box_config(), opened), (), time_source=TimeSource.RTCP)


def test_an_event_of_an_unknown_zone_is_an_error(box_config: MakeConfig, parked_car: MakeEvent) -> None:
    with pytest.raises(KeyError, match="no zone 'other' of camera 'gate-east'"):
        Scene.of(box_config(), parked_car(zone="other"))
