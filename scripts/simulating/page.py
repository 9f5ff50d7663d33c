"""The report as one HTML page that needs nothing else."""

from __future__ import annotations

from html import escape
from typing import Any

from scripts.simulating.chart import bars, curve

_STYLE = """
:root{--ink:#1c2733;--soft:#667482;--line:#e3e8ed;--blue:#2f6fb3;--good:#1d7a46;--bad:#b3261e}
*{box-sizing:border-box}body{margin:0;background:#f6f8fa;color:var(--ink);
font:15px/1.5 "Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 24px 56px}h1{font-size:26px;margin:0}h2{font-size:17px;margin:0 0 12px}
small,.soft{color:var(--soft);font-weight:400}section{background:#fff;border:1px solid var(--line);border-radius:10px;
padding:20px 22px;margin-top:18px}.verdict{display:inline-block;margin:14px 0 0;padding:6px 14px;border-radius:8px;
font-weight:600}.good{color:var(--good)}.bad{color:var(--bad)}.verdict.good{background:#e7f4ec}.verdict.bad{background:#fbe9e7}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin-top:18px}.tile{background:#fff;
border:1px solid var(--line);border-radius:10px;padding:14px 18px}.tile b{display:block;font-size:28px;line-height:1.2;
font-variant-numeric:tabular-nums}.two{display:grid;grid-template-columns:1fr 1fr;gap:18px}
table{width:100%;border-collapse:collapse}td,th{padding:7px 8px;border-top:1px solid var(--line);text-align:left;
vertical-align:top}tr:first-child>*{border-top:0}th{font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums;
white-space:nowrap}.share{height:8px;margin-top:8px;border-radius:4px;background:var(--blue);min-width:2px}svg{width:100%;display:block}
.bar{fill:var(--blue)}.grid{stroke:var(--line)}.tick{font-size:11px;fill:var(--soft)}.line{fill:none;stroke:var(--blue);
stroke-width:2}.area{fill:var(--blue);opacity:.12}.down{fill:#f6d9a8;opacity:.6}.mark{font-size:12px;fill:#8a5a00}
ul{margin:0;padding-left:20px}
@media(max-width:760px){.tiles{grid-template-columns:1fr 1fr}.two{grid-template-columns:1fr}}
"""
_HEADLINES = {
    "violations": ("违规", "Violations sent"),
    "stays": ("停留", "Stays"),
    "cases": ("案件", "Cases"),
    "filed": ("立案", "Filed"),
    "self_corrected": ("自纠结案", "Self-corrected"),
    "closed_by_sight": ("智能核查结案", "Closed by sight"),
    "overdue": ("曾超期", "Were overdue"),
    "open": ("未结", "Still open"),
}
_DISTURBANCES = {
    "messages": ("收到的消息", "Messages handed to the centre"),
    "sent_twice": ("重复发送", "Violations sent twice"),
    "cleared_before_confirmed": ("先到“恢复”后到“确认”", "Cleared came before confirmed"),
    "came_again": ("同处再来", "Meant to come again at the same place"),
    "repeats_joined": ("并入已有案件的停留", "Stays that joined or reopened a case"),
    "platform_refused_while_down": ("平台停机期间的失败", "Tries while the platform was down"),
    "platform_answers_lost": ("平台应答丢失", "Platform answers lost"),
}


def page(figures: dict[str, Any]) -> str:
    """Write the report."""
    good = figures["accounted_for"]
    verdict = ("✓ 全部有着落 / everything is accounted for", "good")
    if not good:
        verdict = ("✗ 有未查明之处 / not everything is accounted for", "bad")
    tiles = "".join(
        f'<div class="tile"><span class="soft">{zh} / {en}</span><b>{figures["headline"][key]:,}</b></div>'
        for key, (zh, en) in _HEADLINES.items()
    )
    points = [(one["hour"], one["filing_backlog"]) for one in figures["samples"]]
    open_points = [(one["hour"], one["open_cases"]) for one in figures["samples"]]
    hours = points[-1][0]
    down_from, down_until = figures["outage_hours"]
    return f"""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>KerbWatch · 模拟的一天</title><style>{_STYLE}</style></head><body><main>
<h1>模拟的一天 <small>A simulated day</small></h1>
<div class="soft">{figures["boxes"]} 台设备 boxes · 种子 seed {figures["seed"]} · {escape(figures["database"])} ·
{figures["wall_s"]} s</div><div class="verdict {verdict[1]}">{verdict[0]}</div>
<div class="tiles">{tiles}</div>
{_section("核账", "Accounting", _accounting(figures))}
{_section("每小时新案件", "New cases per hour", bars(figures["cases_per_hour"]))}
{
        _section(
            "待平台处理的指令",
            "Orders that wait for the platform",
            curve(points, hours, (down_from, down_until), "平台停机 / platform down"),
        )
    }
{_section("未结案件", "Open cases", curve(open_points, hours, None, ""))}
<div class="two">{_section("案件状态", "Cases by state", _states(figures))}
{_section("扰动", "What went wrong on purpose", _disturbances(figures))}</div>
{_section("日终未结", "Still open at the end, and why", _still_open(figures))}
{_section("死信", "Dead letters", _dead(figures))}
</main></body></html>
"""


def _section(zh: str, en: str, inside: str) -> str:
    return f"<section><h2>{zh} <small>{en}</small></h2>{inside}</section>"


def _accounting(figures: dict[str, Any]) -> str:
    rows = ""
    for one in figures["accounting"]:
        word = '<td class="good">✓ 通过 / passed</td>' if one["passed"] else '<td class="bad">✗ 不符 / failed</td>'
        faults = "<br>".join(escape(fault) for fault in one["faults"][:5])
        rows += f'<tr>{word}<td>{one["zh"]} <span class="soft">{one["en"]}</span>'
        rows += f'{f"<div class=bad>{faults}</div>" if faults else ""}</td><td class="n">{one["asked"]:,}</td></tr>'
    return f"<table>{rows}</table>"


def _states(figures: dict[str, Any]) -> str:
    most = max(figures["states"].values(), default=1)
    return _table(
        f"<td>{_name(figures, state)}</td><td style='width:40%'><div class=share style='width:{100 * n / most:.0f}%'>"
        f"</div></td><td class=n>{n:,}</td>"
        for state, n in figures["states"].items()
    )


def _disturbances(figures: dict[str, Any]) -> str:
    found = figures["disturbances"]
    rows = [
        f"<td>{zh} <span class=soft>{en}</span></td><td class=n>{found[key]:,}</td>"
        for key, (zh, en) in _DISTURBANCES.items()
    ]
    answers = " · ".join(f"{status}: {n}" for status, n in found["gateway_answers"].items())
    rows.append(f"<td>短信网关应答 <span class=soft>Gateway's answers</span></td><td class=n>{answers}</td>")
    return _table(rows)


def _still_open(figures: dict[str, Any]) -> str:
    return _table(
        [
            "<th>状态 <small>State</small></th><th>原因 <small>Why</small></th>"
            "<th class=n>案件 <small>Cases</small></th><th class=n>现场仍在 <small>Still there</small></th>",
            *(
                f"<td>{_name(figures, one['state'])}</td>"
                f"<td>{one['why'][0]} <span class=soft>{one['why'][1]}</span></td>"
                f"<td class=n>{one['cases']:,}</td><td class=n>{one['still_there']:,}</td>"
                for one in figures["open"]
            ),
        ]
    )


def _dead(figures: dict[str, Any]) -> str:
    if not figures["dead_letters"]:
        return '<span class="soft">无 / none</span>'
    return "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in figures["dead_letters"]) + "</ul>"


def _name(figures: dict[str, Any], state: str) -> str:
    zh, en = figures["state_names"][state]
    return f"{zh} <span class=soft>{en}</span>"


def _table(rows: Any) -> str:
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
