"""`demo.py`: the clip plays in real time, an officer decides in the console, until Ctrl-C."""

from __future__ import annotations

import sys
import time
from typing import Any

from scripts._terminal import StatusLine, bar
from scripts.demonstration.centre_api import NoAnswerError
from scripts.demonstration.news import BoxNews, CaseNews
from scripts.demonstration.site import ADMIN, Site

_POLL_S = 0.5


def play(site: Site, length_s: float | None) -> None:
    """Tell what happens until a KeyboardInterrupt. Raises DemoError when a service ends by itself."""
    line = StatusLine(sys.stdout)
    line.say(
        f"\n  工作台 console   {site.api.address}\n"
        f"  用户 user        {ADMIN}\n"
        f"  密码 password    {site.password}\n"
        f"  代理 broker      {site.api.health()['broker']}\n\n"
        "视频实时播放，约一分钟后出现案件；按 Ctrl-C 结束。\n"
        "The clip plays in real time; the case comes after about a minute. Ctrl-C ends the demo.\n"
    )
    box, cases, notices, clip = site.start_box(), CaseNews(site.api), BoxNews(), _Clip(length_s)
    while True:
        site.centre.check()
        box.check()
        try:
            for text in cases.next():
                line.say(text)
            for device in site.api.boxes():
                for text in notices.next(device):
                    line.say(text)
                line.show(clip.describe(device))
        except NoAnswerError as error:
            line.show(f"中心暂无应答 the centre does not answer: {error}")
        time.sleep(_POLL_S)


class _Clip:
    """Where the clip is: it plays in real time from the moment when the camera is first said to be well."""

    def __init__(self, length_s: float | None) -> None:
        self._length_s = length_s
        self._began_s: float | None = None

    def describe(self, box: dict[str, Any]) -> str:
        """Say in one line where the clip is."""
        cameras = (box["health"] or {}).get("cameras") or []
        if not cameras:
            return "等待设备 waiting for the box ..."
        camera = cameras[0]
        if camera["state"] == "ended":
            return "视频已播完，工作台仍可使用 the clip has ended; the console stays until Ctrl-C"
        if self._began_s is None:
            if not camera["looks"]:
                return f"设备启动中 the box is starting ({camera['state']}) ..."
            self._began_s = time.monotonic()
        at_s = time.monotonic() - self._began_s
        if self._length_s is None:
            played = f"{at_s:.0f} s"
        else:
            at_s = min(at_s, self._length_s)
            played = f"{bar(at_s / self._length_s)} {at_s:.0f} / {self._length_s:.0f} s"
        return f"{played}  已看 looks {camera['looks']}"
