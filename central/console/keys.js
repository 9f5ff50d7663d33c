// Listens to the keyboard for a page. A key does something only in the scope it is bound for: the page, or the
// one sheet (modal dialog) that is open. Bound keys become window events named "kerbwatch:ACTION" for the other
// components, or, when the binding says `remote`, a message to the server that carries what is on the screen.
const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);
const PRESSABLE = new Set(["BUTTON", "A", "SUMMARY"]);

// A Chinese input method may swallow the letter ("Process") or give its full-width form.
function keyOf(event) {
  if (event.key === "Process" || event.key === "Unidentified") {
    return event.code.replace(/^(Key|Digit|Numpad)/, "").toLowerCase();
  }
  if (event.key === "？") return "?";
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

// What was clicked with the mouse keeps no focus, or Enter would press it again instead of opening the case.
function letGo(event) {
  if (event.detail > 0) event.target.closest("button, a, summary")?.blur();
}

// While the server cannot be reached, nothing is decided: it would only happen later, unseen.
function connectionLost() {
  return document.getElementById("popup")?.ariaHidden === "false";
}

export default {
  template: `<span hidden></span>`,
  props: { bindings: Array, subject: String },
  emits: ["key"],
  mounted() {
    document.addEventListener("keydown", this.handle);
    document.addEventListener("click", letGo);
  },
  unmounted() {
    document.removeEventListener("keydown", this.handle);
    document.removeEventListener("click", letGo);
  },
  methods: {
    handle(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const focus = document.activeElement;
      const key = keyOf(event);
      if (focus && TYPING.has(focus.tagName)) {
        if (key === "Escape" && !focus.closest("dialog")) focus.blur();
        return;
      }
      if (focus && PRESSABLE.has(focus.tagName) && (key === "Enter" || key === " ")) return;
      const sheet = document.querySelector("dialog[open]");
      const scope = sheet ? sheet.dataset.scope : "page";
      const binding = this.bindings.find((b) => b.scope === scope && b.keys.includes(key));
      // A key held down may run through the list, but it must never decide one case after another.
      if (!binding || (event.repeat && !binding.repeats)) return;
      event.preventDefault();
      if ((binding.remote || binding.decides) && connectionLost()) return;
      if (binding.remote) this.$emit("key", { action: binding.action, subject: this.subject || "" });
      else window.dispatchEvent(new CustomEvent("kerbwatch:" + binding.action));
    },
  },
};
