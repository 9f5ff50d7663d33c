"""What the figures are called, in Chinese and English: on the page and in what is downloaded."""

from __future__ import annotations

from central.cases.states import Names
from central.figures.rating import Colour

FIGURE_NAMES: dict[str, Names] = {
    "key": ("标识", "Id"),
    "cases": ("案件数", "Cases"),
    "open": ("在办", "Open"),
    "ended": ("已结案", "Closed"),
    "rejected": ("不予立案", "Rejected"),
    "self_corrected": ("自纠结案", "Self-corrected"),
    "repeats": ("重复发生", "Repeats"),
    "overdue": ("超期", "Overdue"),
    "reopened": ("重新办理", "Reopened"),
    "response": ("首次响应", "First response"),
    "closing": ("结案用时", "Closing"),
    "response_median": ("首次响应中位数（分钟）", "First response, median (min)"),
    "response_p90": ("首次响应 90%（分钟）", "First response, 90 % (min)"),
    "closing_median": ("结案用时中位数（分钟）", "Closing, median (min)"),
    "closing_p90": ("结案用时 90%（分钟）", "Closing, 90 % (min)"),
    "ratings": ("责任单位评级", "Owner ratings"),
    "rating": ("评级", "Rating"),
    "score": ("得分", "Score"),
    "counted": ("计入案件", "Counted"),
    "in_time": ("按时办结", "In time"),
    "late": ("处置超期", "Late"),
    "told_first": ("先行告知", "Told first"),
    "precision": ("准确率", "Precision"),
    "right": ("属实", "Right"),
    "wrong": ("误报", "Wrong"),
    "apart": ("另计", "Apart"),
    "low": ("95% 下限", "95 % at least"),
    "high": ("95% 上限", "95 % at most"),
}

SHARE_NAMES: dict[str, Names] = {
    "in_time": ("按时率（权重 40）", "In time (40)"),
    "by_itself": ("自纠率（权重 30）", "Self-corrected (30)"),
    "no_repeat": ("不重复率（权重 20）", "Not repeated (20)"),
    "stays_well": ("未反弹率（权重 10）", "Not reopened (10)"),
}
"""The shares of a rating, with their weights (central.figures.rating)."""

COLOUR_NAMES: dict[Colour, Names] = {
    Colour.GREEN: ("绿 · 良好", "Green · good"),
    Colour.YELLOW: ("黄 · 注意", "Yellow · watch"),
    Colour.RED: ("红 · 较差", "Red · poor"),
    Colour.NONE: ("样本不足", "Too few"),
}

NOTES: dict[str, Names] = {
    "figures": (
        "按案件上报日期统计；时间为自然分钟，不按工作时间折算；重复发生指并入已有案件的违规次数。",
        "Cases by the day they were opened; minutes by the clock, not working minutes; "
        "repeats are violations that joined an existing case.",
    ),
    "rating": (
        "得分 = 各项比率的加权平均 × 100；80 分起为绿，60 分起为黄，以下为红；计入案件不足 5 件不评级。",
        "Score = weighted mean of the shares x 100; green from 80, yellow from 60, red below; "
        "no rating with fewer than 5 counted cases.",
    ),
    "precision": (
        "准确率 = 属实 ÷（属实 + 误报），只计人工核查结论；重复上报、经批准、已离开不算误报，另计。"
        "件数少时请看 95% 区间。",
        "Precision = right / (right + wrong), from people's verdicts only; duplicate, permitted and already gone are "
        "not the detector's fault and counted apart. With few verdicts look at the 95 % interval.",
    ),
}
