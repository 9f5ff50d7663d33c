"""The timeline's words in Chinese. The rules say why in short English sentences; here is what each means."""

from __future__ import annotations

import re

_LABELS = {
    "car": "小汽车",
    "truck": "货车",
    "bus": "公交车",
    "van": "面包车",
    "bicycle": "自行车",
    "motorcycle": "摩托车",
    "e_bike": "电动自行车",
    "tricycle": "三轮车",
    "person": "行人",
    "umbrella": "伞",
    "parasol": "遮阳伞",
    "stall": "摊位",
    "cart": "推车",
    "dining table": "桌子",
    "bench": "长凳",
    "chair": "椅子",
    "suitcase": "箱子",
    "handbag": "手提包",
    "backpack": "背包",
    "potted plant": "盆栽",
    "bottle": "瓶子",
    "bowl": "碗",
    "cup": "杯子",
}

_SENTENCES = (
    (r"first seen", "首次看到"),
    (r"detected as (?P<label>.+) \((?P<score>[\d.]+)\)", "检出为{label}（{score}）"),
    (r"looks the same \((?P<score>[\d.]+)\), not detected", "未检出，但外观相同（{score}）"),
    (r"hidden by an? (?P<label>.+)", "被{label}遮挡"),
    (r"another (?P<label>.+) stands in its place", "原位置停着另一{label}"),
    (r"its place is empty", "原位置已空"),
    (r"its place is clear", "原位置已清空"),
    (r"the detector was not given its place", "本次未检测该位置"),
    (r"picture unusable", "画面不可用"),
    (r"picture moved", "摄像机视角已变"),
    (r"left before the dwell was over", "未满时限即离开"),
    (r"missed for (?P<score>\d+) s", "连续 {score} 秒未见"),
    (r"never surely detected", "始终未被可靠检出"),
    (r"was moving through: not seen twice in one place", "经过：未在同一位置停留"),
    (r"turned out to be part of another stay", "实为另一停留物的一部分"),
    (r"taken for another stay that was there before", "并入此前同一位置的停留物"),
    (r"hidden for too long", "遮挡过久"),
)
_COMPILED = tuple((re.compile(pattern + r"\Z"), chinese) for pattern, chinese in _SENTENCES)

KINDS = {
    "illegal_parking": ("illegal parking", "违规停放"),
    "umbrella_stall": ("umbrella stall", "违规撑伞"),
    "street_vending": ("street vending", "占道经营"),
}


def label_zh(label: str) -> str:
    """Give a class name in Chinese; one without a translation stays as it is."""
    return _LABELS.get(label, label)


def why_zh(why: str) -> str:
    """Give a reason of the rules in Chinese; a sentence that is not known here stays English."""
    for pattern, chinese in _COMPILED:
        if found := pattern.match(why):
            parts = found.groupdict()
            if "label" in parts:
                parts["label"] = label_zh(parts["label"])
            return chinese.format(**parts)
    return why
