"use strict";
// Draws timelines (edge_agent/timeline/data.py) on canvases. No library, no request.
const KW = { all: [], lang: navigator.language.startsWith("zh") ? 1 : 0 };
const COLOUR = Object.fromEntries(["ink", "soft", "line", "seen", "same", "missed", "unknown", "pending", "confirmed",
  "clear"].map(name => [name, getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim()]));
const SAY = {
  seen: ["seen", "看到"], same: ["seen, looks the same", "外观相同"], missed: ["missed", "未见"],
  unknown: ["unknown", "无法判断"], pending: ["pending", "待确认"], confirmed: ["confirmed", "已确认"],
  cleared: ["cleared", "已清除"], dropped: ["dropped", "未成立"], opened: ["opened", "开始计时"],
  score: ["score", "置信度"], none: ["not detected", "未检出"], sure: ["sure looks", "可靠检出"],
  view: ["picture", "画面"], ok: ["usable", "可用"], unusable: ["unusable", "不可用"], moved: ["camera moved", "视角已变"],
  still: ["still there at the end", "结束时仍在"], steps: ["look by look", "逐次说明"], counts: ["dwell counts from", "计时起点"],
  weak: ["never surely detected", "始终未被可靠检出"],
  passing: ["moving through, never standing", "经过未停留"], zoom: ["wheel: zoom · drag: move · double click: all",
    "滚轮缩放 · 拖动平移 · 双击复位"], proved: ["proved", "证据充分"], unproved: ["not yet proved", "证据不足"],
  nothing: ["Nothing stood in the zones' reach.", "没有停留物。"],
};
const say = key => SAY[key][KW.lang];
const tip = document.createElement("div");
tip.className = "kw-tip";
document.body.append(tip);

class Timeline {
  constructor(host, data) {
    this.host = host; this.data = data;
    const last = data.looks.length ? data.looks[data.looks.length - 1][0] : 1;
    this.full = [data.looks.length ? data.looks[0][0] : 0, last];
    this.span = [...this.full];
    const steps = data.looks.slice(1).map((look, i) => look[0] - data.looks[i][0]).sort((a, b) => a - b);
    this.step = steps.length ? steps[steps.length >> 1] : 1;
    KW.all.push(this);
    this.build();
  }
  time(t) {
    if (!this.data.tz) return t.toFixed(1) + " s";
    return new Intl.DateTimeFormat("sv-SE", { timeZone: this.data.tz, timeStyle: "medium" }).format(new Date(1000 * t));
  }
  build() {
    this.host.textContent = "";
    this.lanes = [];
    this.lane([this.div("kw-name", say("view")), this.div("kw-soft", say("zoom"))], 34, g => this.drawView(g),
      t => this.tellView(t));
    for (const stay of this.data.stays) this.stayLane(stay);
    if (!this.data.stays.length) this.host.append(this.div("kw-lane", say("nothing")));
    if (this.data.passing.length) {
      this.lane([this.div("kw-soft", this.data.passing.length + " × " + say("passing"))], 18, g => {
        g.fillStyle = COLOUR.soft;
        for (const [t] of this.data.passing) g.fillRect(this.x(t), 3, 1.5, 12);
      }, t => this.data.passing.filter(p => Math.abs(p[0] - t) < this.pixels(3))
        .map(p => this.time(p[0]) + "  " + p[1 + KW.lang]).join("\n"));
    }
    this.draw();
  }
  div(kind, text) {
    const made = document.createElement("div");
    made.className = kind; made.textContent = text;
    return made;
  }
  lane(label, height, draw, tell) {
    const row = document.createElement("div"), left = document.createElement("div");
    const canvas = document.createElement("canvas");
    row.className = "kw-lane";
    left.append(...label);
    row.append(left, canvas);
    this.host.append(row);
    this.lanes.push({ canvas, height, draw });
    const at = event => this.t(event.offsetX, canvas.clientWidth);
    canvas.addEventListener("mousemove", event => {
      if (event.buttons) { this.move(-event.movementX * (this.span[1] - this.span[0]) / canvas.clientWidth); return; }
      const text = tell(at(event));
      tip.style.display = text ? "block" : "none";
      tip.textContent = text;
      tip.style.left = Math.min(event.clientX + 14, innerWidth - 370) + "px";
      tip.style.top = event.clientY + 16 + "px";
    });
    canvas.addEventListener("mouseleave", () => { tip.style.display = "none"; });
    canvas.addEventListener("wheel", event => {
      event.preventDefault();
      const t = at(event), by = event.deltaY > 0 ? 1.25 : 0.8;
      this.show(t + (this.span[0] - t) * by, t + (this.span[1] - t) * by);
    }, { passive: false });
    canvas.addEventListener("dblclick", () => this.show(...this.full));
    return row;
  }
  show(from, to) {
    this.span = [Math.max(this.full[0], from), Math.min(this.full[1], to)];
    if (this.span[1] - this.span[0] < 4 * this.step) this.span[1] = this.span[0] + 4 * this.step;
    this.draw();
  }
  move(by) {
    const least = this.full[0] - this.span[0], most = this.full[1] - this.span[1];
    const step = Math.min(Math.max(by, least), most);
    this.show(this.span[0] + step, this.span[1] + step);
  }
  x(t) { return 4 + (this.width - 8) * (t - this.span[0]) / Math.max(1e-6, this.span[1] - this.span[0]); }
  t(x, width) { return this.span[0] + (x - 4) / (width - 8) * (this.span[1] - this.span[0]); }
  pixels(count) { return count * (this.span[1] - this.span[0]) / this.width; }
  draw() {
    for (const { canvas, height, draw } of this.lanes) {
      const ratio = devicePixelRatio || 1;
      this.width = canvas.clientWidth || 600;
      canvas.style.height = height + "px";
      canvas.width = this.width * ratio; canvas.height = height * ratio;
      const g = canvas.getContext("2d");
      g.scale(ratio, ratio);
      g.font = "11px system-ui, sans-serif";
      this.flags(g, height);
      draw(g);
    }
  }
  flags(g, height) {
    g.strokeStyle = COLOUR.confirmed; g.setLineDash([2, 3]);
    for (const [t] of this.data.flags) {
      g.beginPath(); g.moveTo(this.x(t), 0); g.lineTo(this.x(t), height); g.stroke();
    }
    g.setLineDash([]);
  }
  drawView(g) {
    const colours = [COLOUR.line, COLOUR.unknown, COLOUR.missed], looks = this.data.looks;
    looks.forEach(([t, view], i) => {
      const until = i + 1 < looks.length ? Math.min(looks[i + 1][0], t + 3 * this.step) : t + this.step;
      g.fillStyle = colours[view];
      g.fillRect(this.x(t), 20, Math.max(1, this.x(until) - this.x(t)), 8);
    });
    g.fillStyle = COLOUR.soft;
    const least = this.pixels(90), steps = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600];
    const step = steps.find(one => one >= least) || 86400;
    g.textAlign = "center";
    for (let t = Math.ceil(this.span[0] / step) * step; t <= this.span[1]; t += step) {
      const x = this.x(t);
      if (x > 28 && x < this.width - 28) g.fillText(this.time(t), x, 12);
      g.fillRect(x, 15, 1, 4);
    }
  }
  tellView(t) {
    const near = this.near(this.data.looks, t);
    const flags = this.data.flags.filter(flag => Math.abs(flag[0] - t) < this.pixels(6))
      .map(flag => this.time(flag[0]) + "  " + flag[1 + KW.lang]);
    if (near) flags.unshift(this.time(near[0]) + "  " + say("view") + ": " + say(["ok", "unusable", "moved"][near[1]]));
    return flags.join("\n");
  }
  near(rows, t) {
    let best = null;
    for (const row of rows) if (!best || Math.abs(row[0] - t) < Math.abs(best[0] - t)) best = row;
    return best;
  }
  stayLane(stay) {
    if (stay.weak) {
      const name = this.div("kw-soft", stay.label[KW.lang] + " · " + say("weak"));
      this.lane([name], 18, g => this.band(g, stay, 4, 10), t => this.tellStay(stay, t));
      return;
    }
    const ended = stay.ended === null ? say("still") : stay.end[KW.lang];
    const label = [this.div("kw-name", stay.label[KW.lang]), this.div("kw-soft", this.time(stay.first) + " – " +
      (stay.ended === null ? "" : this.time(stay.ended)) + " · " + ended)];
    for (const claim of stay.claims) {
      const way = [say("opened") + " " + this.time(claim.opened), say("counts") + " " + this.time(claim.since)];
      if (claim.confirmed !== null) way.push(say("confirmed") + " " + this.time(claim.confirmed));
      if (claim.ended !== null) {
        way.push(say(claim.confirmed === null ? "dropped" : "cleared") + " " + this.time(claim.ended) +
          " (" + claim.end[KW.lang] + ")");
      }
      label.push(this.div("kw-claim" + (claim.confirmed === null ? "" : " confirmed"),
        claim.zone + " · " + claim.kind[KW.lang] + ": " + way.join(" · ")));
    }
    const height = 58 + 11 * stay.claims.length;
    const row = this.lane(label, height, g => this.drawStay(g, stay), t => this.tellStay(stay, t));
    const more = document.createElement("details"), head = document.createElement("summary");
    head.textContent = say("steps");
    more.append(head);
    more.addEventListener("toggle", () => { if (more.open && more.children.length < 2) more.append(this.table(stay)); });
    row.append(more);
  }
  kind(mark) { return mark[1] === 0 && mark[2] === null ? "same" : ["seen", "missed", "unknown"][mark[1]]; }
  drawStay(g, stay) {
    const top = 4, low = 34, y = score => low - (low - top) * score;
    g.strokeStyle = COLOUR.line;
    for (const level of [0, ...stay.scores, 1]) {
      g.setLineDash(level > 0 && level < 1 ? [3, 3] : []);
      g.beginPath(); g.moveTo(4, y(level)); g.lineTo(this.width - 4, y(level)); g.stroke();
    }
    g.setLineDash([]);
    this.band(g, stay, 38, 13);
    g.fillStyle = COLOUR.seen;
    for (const mark of stay.marks) if (mark[2] !== null) g.fillRect(this.x(mark[0]) - 1.2, y(mark[2]) - 1.2, 2.4, 2.4);
    stay.claims.forEach((claim, i) => {
      const row = 55 + 11 * i, end = claim.ended ?? this.full[1] + this.step;
      const bar = (from, to, colour) => {
        g.fillStyle = colour;
        g.fillRect(this.x(from), row, Math.max(1.5, this.x(to) - this.x(from)), 7);
      };
      bar(claim.opened, claim.confirmed ?? end, COLOUR.pending);
      if (claim.confirmed !== null) bar(claim.confirmed, end, COLOUR.confirmed);
      if (claim.confirmed !== null && claim.ended !== null) bar(claim.ended, claim.ended + this.pixels(3), COLOUR.clear);
    });
  }
  band(g, stay, top, height) {
    stay.marks.forEach((mark, i) => {
      const from = mark[0], next = stay.marks[i + 1];
      const until = Math.min(next ? next[0] : from + this.step, from + 3 * this.step);
      g.fillStyle = COLOUR[this.kind(mark)];
      g.fillRect(this.x(from), top, Math.max(1, this.x(until) - this.x(from)) + 0.3, height);
    });
  }
  tellStay(stay, t) {
    const mark = this.near(stay.marks, t);
    if (!mark || Math.abs(mark[0] - t) > Math.max(3 * this.step, this.pixels(8))) return "";
    const lines = [this.time(mark[0]) + "  " + say(this.kind(mark)) + ": " + this.data.words[mark[7]][KW.lang]];
    lines.push(say("score") + " " + (mark[2] === null ? say("none") : mark[2].toFixed(2)) + " · " + say("sure") + " " +
      mark[3] + "/" + mark[4] + " · " + say(mark[6] & 2 ? "proved" : "unproved"));
    if (mark[5] > 0) lines.push(say("missed") + " " + mark[5] + " s");
    for (const claim of stay.claims) {
      if (mark[0] < claim.opened || (claim.ended !== null && mark[0] > claim.ended)) continue;
      const state = claim.confirmed !== null && mark[0] >= claim.confirmed ? "confirmed" : "pending";
      lines.push(claim.zone + ": " + say(state) + " · " + Math.max(0, mark[0] - claim.since).toFixed(0) + " / " +
        claim.dwell + " s");
    }
    return lines.join("\n");
  }
  table(stay) {
    const table = document.createElement("table");
    let run = null;
    const add = () => {
      const row = table.insertRow(), mark = run.mark;
      const times = this.time(run.from) + (run.to > run.from ? " – " + this.time(run.to) : "");
      for (const text of [times, say(this.kind(mark)), run.count + " ×", run.why]) row.insertCell().textContent = text;
    };
    for (const mark of stay.marks) {
      const why = this.data.words[mark[7]][KW.lang], core = why.replace(/[（(].*/, "") + this.kind(mark);
      if (run && run.core === core) { run.to = mark[0]; run.count++; run.why = why; continue; }
      if (run) add();
      run = { core, mark, from: mark[0], to: mark[0], count: 1, why };
    }
    if (run) add();
    return table;
  }
}
function kwLanguage(lang) {
  KW.lang = lang;
  document.documentElement.lang = lang ? "zh-CN" : "en";
  for (const one of document.querySelectorAll("[data-en]")) one.textContent = one.dataset[lang ? "zh" : "en"];
  for (const timeline of KW.all) timeline.build();
}
addEventListener("resize", () => KW.all.forEach(timeline => timeline.draw()));
for (const host of document.querySelectorAll(".kw-timeline")) {
  new Timeline(host, JSON.parse(document.getElementById(host.dataset.from).textContent));
}
document.getElementById("kw-lang").addEventListener("click", () => kwLanguage(1 - KW.lang));
kwLanguage(KW.lang);
