// The live list of cases. The server sends all rows whenever one changed; rows are keyed by case, so nothing that
// stayed the same is drawn again. The selection belongs to the browser, so that moving through the list needs no
// round trip, and it stays with its case (and its place on the screen) when newer cases come in above.
const REMEMBERED = "kerbwatch.case";
const FRESH_MS = 6000;

export default {
  template: `
    <div class="case-list-frame">
      <button v-if="hidden > 0" class="fresh-pill" type="button" @click="toTop">{{ words.fresh.replace("{n}", hidden) }}</button>
      <div class="case-list" ref="scroll" role="listbox" :aria-label="words.label" @scroll.passive="onScroll">
        <a v-for="row in rows" :key="row.id" :href="row.href" :data-id="row.id" class="case-row" role="option" tabindex="-1"
           :class="{selected: row.id === selected, fresh: fresh.has(row.id), decided: !row.open}"
           :aria-selected="row.id === selected" draggable="false" @click.exact.prevent="onClick(row)" @dblclick.prevent="open">
          <span class="thumb">
            <img v-if="row.thumbnail" :src="row.thumbnail" alt="" loading="lazy" draggable="false" />
            <span class="score" :title="row.score_hint">{{ row.score }}</span>
          </span>
          <span class="what">
            <span class="kind"><i :class="'kind-mark ' + row.kind"></i>{{ row.kind_name }}</span>
            <span class="place" :title="row.place">{{ row.place }}</span>
            <span class="address" :title="row.address">{{ row.address }}</span>
          </span>
          <span class="when">
            <span :class="'state ' + row.state"><i></i>{{ row.state_name }}</span>
            <span v-if="row.overdue" class="overdue" :title="row.overdue_hint">{{ row.overdue }}</span>
            <time :title="row.seen_hint">{{ row.seen }}</time>
            <span class="stands" :class="{gone: row.gone}" :title="row.stands_hint">{{ row.stands }}</span>
          </span>
        </a>
        <div v-if="more" class="case-more">{{ words.more }}</div>
      </div>
    </div>
  `,
  props: { rows: Array, more: Boolean, words: Object, wide: Number },
  emits: ["select", "decide", "more"],
  data() {
    return { selected: "", fresh: new Set(), hidden: 0, index: 0 };
  },
  created() {
    this.listeners = {
      "kerbwatch:next": () => this.move(1),
      "kerbwatch:previous": () => this.move(-1),
      "kerbwatch:first": () => this.pick(this.rows[0]),
      "kerbwatch:last": () => this.pick(this.rows[this.rows.length - 1]),
      "kerbwatch:open": () => this.open(),
      "kerbwatch:confirm": () => this.decide("confirm"),
      "kerbwatch:reject": () => this.decide("reject"),
    };
  },
  mounted() {
    for (const [name, handler] of Object.entries(this.listeners)) window.addEventListener(name, handler);
    const remembered = this.rows.find((row) => row.id === sessionStorage.getItem(REMEMBERED));
    if (this.rows.length) this.pick(remembered || this.rows[0], "center");
  },
  unmounted() {
    for (const [name, handler] of Object.entries(this.listeners)) window.removeEventListener(name, handler);
  },
  watch: {
    rows(now, before) {
      const known = new Set(before.map((row) => row.id));
      const newest = before.length ? now.findIndex((row) => known.has(row.id)) : 0;
      const arrived = now.slice(0, Math.max(newest, 0)).map((row) => row.id);
      if (arrived.length) this.announce(arrived);
      const at = now.findIndex((row) => row.id === this.selected);
      if (at >= 0) this.index = at;
      else this.pick(now[Math.min(this.index, now.length - 1)]); // decided here or elsewhere: the next one moves up
    },
  },
  beforeUpdate() {
    const box = this.$refs.scroll;
    const anchor = box.scrollTop > 4 ? this.rowElement(this.selected, true) || this.firstVisible() : null;
    this.anchor = anchor && { id: anchor.dataset.id, top: anchor.getBoundingClientRect().top };
  },
  updated() {
    const element = this.anchor && this.rowElement(this.anchor.id, false);
    if (element) this.$refs.scroll.scrollTop += element.getBoundingClientRect().top - this.anchor.top;
    this.anchor = null;
  },
  methods: {
    rowElement(id, visible) {
      const element = id && this.$refs.scroll.querySelector(`[data-id="${id}"]`);
      return element && (!visible || this.isVisible(element)) ? element : null;
    },
    isVisible(element) {
      const box = this.$refs.scroll.getBoundingClientRect();
      const row = element.getBoundingClientRect();
      return row.bottom > box.top && row.top < box.bottom;
    },
    firstVisible() {
      return [...this.$refs.scroll.querySelectorAll(".case-row")].find((element) => this.isVisible(element)) || null;
    },
    announce(ids) {
      ids.forEach((id) => this.fresh.add(id));
      if (this.$refs.scroll.scrollTop > 4) this.hidden += ids.length;
      setTimeout(() => ids.forEach((id) => this.fresh.delete(id)), FRESH_MS);
    },
    pick(row, block = "nearest") {
      const id = row ? row.id : "";
      this.index = Math.max(0, this.rows.findIndex((r) => r.id === id));
      if (id === this.selected) return;
      this.selected = id;
      if (id) sessionStorage.setItem(REMEMBERED, id);
      this.$emit("select", { id });
      this.$nextTick(() => this.rowElement(id, false)?.scrollIntoView({ block }));
    },
    move(step) {
      this.pick(this.rows[Math.min(Math.max(this.index + step, 0), this.rows.length - 1)]);
      if (this.more && this.index >= this.rows.length - 5) this.$emit("more");
    },
    // Called by the server after a decision: on to the next case that waits, older ones first.
    advance() {
      const waiting = (row) => row.open && row.id !== this.selected;
      this.pick(this.rows.slice(this.index).find(waiting) || this.rows.find(waiting) || this.rows[this.index]);
    },
    onClick(row) {
      if (row.id === this.selected || window.innerWidth < this.wide) this.openRow(row);
      else this.pick(row);
    },
    open() {
      this.openRow(this.rows.find((row) => row.id === this.selected));
    },
    openRow(row) {
      if (!row) return;
      sessionStorage.setItem(REMEMBERED, row.id);
      window.location.assign(row.href);
    },
    decide(action) {
      const row = this.rows.find((r) => r.id === this.selected);
      if (row) this.$emit("decide", { action, id: row.id, revision: row.revision });
    },
    toTop() {
      this.hidden = 0;
      this.pick(this.rows[0]);
      this.$refs.scroll.scrollTo({ top: 0 });
    },
    onScroll() {
      const box = this.$refs.scroll;
      if (box.scrollTop <= 4) this.hidden = 0;
      if (this.more && box.scrollTop + box.clientHeight > box.scrollHeight - 600) this.$emit("more");
    },
  },
};
