"""When a picture was taken: by the camera's clock where it can be believed, else by arrival."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.source.clock import NTP_EPOCH_S, LiveClock, SenderReport
from protocol.messages import TimeSource

NOW_S = 1_800_000_000.0
DELAY_S = 0.08


def reported(clock: LiveClock, at_s: float, *, camera_ahead_s: float = 0.0, rtp_start: int = 0) -> None:
    """The camera, which began its stream at NOW_S, says the time at stream time `at_s`."""
    rtp_time = (rtp_start + round(at_s * 90_000)) % 2**32
    report = SenderReport(NOW_S + camera_ahead_s + at_s, rtp_time)
    clock.report(report, NOW_S + camera_ahead_s, NOW_S + at_s + DELAY_S)


def test_a_camera_that_says_nothing_is_dated_by_arrival() -> None:
    assert LiveClock().date(5.0, NOW_S, waited=False) == (NOW_S, TimeSource.ARRIVAL)
    assert LiveClock().date(None, NOW_S, waited=True) == (NOW_S, TimeSource.ARRIVAL)


def test_packets_read_in_a_batch_are_dated_as_if_each_had_been_read_when_it_came() -> None:
    clock = LiveClock()
    clock.date(10.0, NOW_S, waited=False)
    for frame in range(1, 6):
        taken_at_s, _ = clock.date(10.0 + 0.04 * frame, NOW_S + 0.2, waited=True)
        assert taken_at_s == pytest.approx(NOW_S + 0.04 * frame)


def test_stream_times_that_jump_are_dated_by_arrival_at_once() -> None:
    clock = LiveClock()
    clock.date(10.0, NOW_S, waited=False)
    assert clock.date(90_000.0, NOW_S + 1, waited=True)[0] == NOW_S + 1
    assert clock.date(0.0, NOW_S + 2, waited=True)[0] == NOW_S + 2


def test_a_camera_with_a_good_clock_is_believed_without_the_network_delay() -> None:
    clock = LiveClock()
    clock.date(0.0, NOW_S + DELAY_S, waited=False)
    reported(clock, 0.0)
    taken_at_s, source = clock.date(2.0, NOW_S + 2 + DELAY_S, waited=False)
    assert source is TimeSource.RTCP
    assert taken_at_s == pytest.approx(NOW_S + 2, abs=1e-3)
    assert clock.off_s == pytest.approx(-DELAY_S, abs=1e-3)


@pytest.mark.parametrize("ahead_s", [-NOW_S, -3600.0, 60.0, 8 * 3600.0])
def test_a_camera_with_a_wrong_clock_is_not_believed_and_says_how_far_off_it_is(ahead_s: float) -> None:
    clock = LiveClock()
    clock.date(0.0, NOW_S + DELAY_S, waited=False)
    reported(clock, 0.0, camera_ahead_s=ahead_s)
    assert clock.date(2.0, NOW_S + 2 + DELAY_S, waited=False) == (NOW_S + 2 + DELAY_S, TimeSource.ARRIVAL)
    assert clock.is_off
    assert clock.off_s == pytest.approx(ahead_s - DELAY_S, abs=1e-3)


def test_a_camera_whose_clock_is_set_right_is_believed_from_then_on() -> None:
    clock = LiveClock()
    clock.date(0.0, NOW_S + DELAY_S, waited=False)
    reported(clock, 0.0, camera_ahead_s=3600.0)
    reported(clock, 5.0)
    assert not clock.is_off
    assert clock.date(6.0, NOW_S + 6 + DELAY_S, waited=False)[1] is TimeSource.RTCP


@given(rtp_start=st.integers(0, 2**32 - 1), every_s=st.floats(1.0, 30.0))
def test_a_camera_that_streams_for_days_is_still_dated_right(rtp_start: int, every_s: float) -> None:
    """RTP time, 32 bits at 90 kHz, wraps every 13 hours."""
    clock = LiveClock()
    clock.date(0.0, NOW_S + DELAY_S, waited=False)
    hours = 3600.0
    for at_s in (0.0, every_s, 5 * hours, 10 * hours, 15 * hours, 20 * hours, 20 * hours + every_s):
        reported(clock, at_s, rtp_start=rtp_start)
        assert clock.date(at_s, NOW_S + at_s + DELAY_S, waited=False)[0] == pytest.approx(NOW_S + at_s, abs=1e-2)


def test_a_camera_whose_stream_runs_slow_is_corrected_by_each_report() -> None:
    """A crystal that is 100 ppm off would put the evidence 9 s wrong after a day."""
    clock = LiveClock()
    clock.date(0.0, NOW_S + DELAY_S, waited=False)
    reported(clock, 0.0)
    day_s, drift_s = 4 * 3600.0, 4 * 3600.0 * 1e-4
    clock.date(day_s - drift_s, NOW_S + day_s + DELAY_S, waited=False)
    clock.report(SenderReport(NOW_S + day_s, round((day_s - drift_s) * 90_000) % 2**32), NOW_S, NOW_S + day_s)
    assert clock.date(day_s - drift_s, NOW_S + day_s + DELAY_S, waited=False)[0] == pytest.approx(
        NOW_S + day_s, abs=0.01
    )


def test_a_sender_report_is_read_as_ffmpeg_hands_it_over() -> None:
    ntp = int((NOW_S + 0.5 + NTP_EPOCH_S) * 2**32)
    data = struct.pack("=I4xQIII4x", 0xCAFE, ntp, 123456, 10, 2000)
    report = SenderReport.from_side_data(data)
    assert report.ntp_s == pytest.approx(NOW_S + 0.5)
    assert report.rtp_time == 123456


def test_something_else_is_no_sender_report() -> None:
    with pytest.raises(ValueError, match="3 bytes"):
        SenderReport.from_side_data(b"abc")
