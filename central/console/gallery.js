// The pictures of a case: one large, the others in a strip. Each exists as the box's rendered copy (zone, stand and
// caption drawn in) and as the untouched original, over which the zone and the stand can be drawn here.
const MODE = "kerbwatch.rendition";

export default {
  template: `
    <div class="gallery" :class="{compact}">
      <figure class="stage" :class="{full}">
        <div class="picture" @click="onStage">
          <template v-if="shown">
            <video v-if="current.video" :key="shown.url" :src="shown.url" controls preload="metadata" @click.stop></video>
            <template v-else>
              <img v-show="!failed[shown.url]" :key="shown.url" :src="shown.url" :alt="current.role_name + ' ' + current.taken"
                   draggable="false" @error="failed[shown.url] = true" @load="delete failed[shown.url]" />
              <svg v-if="drawn" class="overlay" :viewBox="'0 0 ' + shown.width + ' ' + shown.height" v-html="current.overlay"></svg>
            </template>
          </template>
          <div v-if="!shown || failed[shown.url]" class="no-picture">{{ shown ? words.failed : words.none }}</div>
          <template v-if="pictures.length > 1">
            <button type="button" class="turn left" :aria-label="words.before" @click.stop="turn(-1)">‹</button>
            <button type="button" class="turn right" :aria-label="words.after" @click.stop="turn(1)">›</button>
          </template>
        </div>
        <figcaption v-if="shown">
          <span class="caption"><b>{{ current.role_name }}</b><time>{{ current.taken }}</time></span>
          <span class="tools">
            <span v-if="current.rendered && current.original" class="switch" role="group">
              <button type="button" :class="{on: mode === 'rendered'}" :title="words.toggle" @click="setMode('rendered')">{{ words.rendered }}</button>
              <button type="button" :class="{on: mode === 'original'}" :title="words.toggle" @click="setMode('original')">{{ words.original }}</button>
            </span>
            <span v-else class="only">{{ current.rendered ? words.rendered : words.original }}</span>
            <button v-if="shown === current.original && current.overlay" type="button" class="tool" :class="{on: outline}"
                    @click="outline = !outline">{{ words.outline }}</button>
            <button type="button" class="tool" :title="words.full_hint" @click="full = !full">{{ full ? words.leave : words.full }}</button>
          </span>
        </figcaption>
      </figure>
      <div class="strip" role="tablist">
        <button v-for="(picture, at) in pictures" :key="picture.id" type="button" class="pic" role="tab"
                :class="{on: at === index}" :aria-selected="at === index" @click="index = at">
          <span class="mini">
            <img v-if="!picture.video" :src="(picture.rendered || picture.original).url" alt="" draggable="false" />
            <span v-else class="film">▶</span>
          </span>
          <span class="mini-text"><b>{{ picture.role_name }}</b><time>{{ picture.clock }}</time></span>
        </button>
      </div>
    </div>
  `,
  props: { pictures: Array, subject: String, start: Number, compact: Boolean, words: Object, prefetch: Array },
  data() {
    return {
      index: this.start || 0,
      mode: sessionStorage.getItem(MODE) || "rendered",
      full: false,
      outline: true,
      failed: {},
    };
  },
  computed: {
    current() {
      return this.pictures[this.index] || {};
    },
    shown() {
      const { rendered, original } = this.current;
      return (this.mode === "original" ? original : rendered) || rendered || original || null;
    },
    drawn() {
      return this.outline && this.shown === this.current.original && this.current.overlay && !this.failed[this.shown.url];
    },
  },
  watch: {
    subject() {
      this.index = this.start || 0;
      this.full = false;
    },
    pictures(now) {
      if (this.index >= now.length) this.index = Math.max(0, now.length - 1);
    },
    prefetch(urls) {
      this.waiting = (urls || []).map((url) => Object.assign(new Image(), { src: url }));
    },
  },
  created() {
    this.listeners = {
      "kerbwatch:picture-next": () => this.turn(1),
      "kerbwatch:picture-previous": () => this.turn(-1),
      "kerbwatch:rendition": () => this.setMode(this.mode === "rendered" ? "original" : "rendered"),
      "kerbwatch:full": () => (this.full = !this.full),
      "kerbwatch:escape": () => (this.full = false),
    };
  },
  mounted() {
    for (const [name, handler] of Object.entries(this.listeners)) window.addEventListener(name, handler);
  },
  unmounted() {
    for (const [name, handler] of Object.entries(this.listeners)) window.removeEventListener(name, handler);
  },
  methods: {
    turn(step) {
      const count = this.pictures.length;
      if (count) this.index = (this.index + step + count) % count;
    },
    setMode(mode) {
      this.mode = mode;
      sessionStorage.setItem(MODE, mode);
    },
    onStage() {
      if (this.shown && !this.current.video) this.full = !this.full;
    },
  },
};
