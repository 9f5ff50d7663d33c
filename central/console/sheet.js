// A modal sheet on the browser's own <dialog>: focus stays inside and Escape closes it without any code of ours.
export default {
  template: `
    <dialog ref="dialog" class="sheet" :data-scope="scope" @close="$emit('closed')" @mousedown="outside">
      <div class="sheet-body" tabindex="-1" autofocus><slot /></div>
    </dialog>
  `,
  props: { scope: String },
  emits: ["closed"],
  methods: {
    show() {
      if (!this.$refs.dialog.open) this.$refs.dialog.showModal();
    },
    hide() {
      if (this.$refs.dialog.open) this.$refs.dialog.close();
    },
    outside(event) {
      if (event.target === this.$refs.dialog) this.hide();
    },
  },
};
