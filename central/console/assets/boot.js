// Runs before the page is drawn: language and colours at once, so that nothing flashes; then clock and copying.
(() => {
  const about = document.currentScript.dataset;
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => (document.cookie.match(/(?:^|; )kerbwatch_theme=(dark|light)/) || [])[1];
  const colour = () => (root.dataset.theme = chosen() || (dark.matches ? "dark" : "light"));
  root.lang = about.language;
  colour();
  dark.addEventListener("change", colour);

  // The clock shows the server's time in the site's zone: a workstation's own clock may be wrong.
  const ahead_ms = Number(about.now) - Date.now();
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: about.zone, timeStyle: "medium" });
  const day = new Intl.DateTimeFormat(about.language, { timeZone: about.zone, month: "short", day: "numeric", weekday: "short" });
  const tick = () => {
    const now = new Date(Date.now() + ahead_ms);
    for (const element of document.querySelectorAll("[data-clock]")) {
      element.textContent = (element.dataset.clock === "day" ? day : clock).format(now);
    }
    setTimeout(tick, 1000 - (now.getTime() % 1000));
  };

  // NiceGUI shows #popup while the server cannot be reached; the words are ours.
  document.addEventListener("DOMContentLoaded", () => {
    const lines = document.querySelectorAll("#popup span");
    if (lines.length === 2) [lines[0].textContent, lines[1].textContent] = [about.lost, about.retrying];
    tick();
  });

  window.kerbwatch = {
    toggleTheme() {
      const theme = root.dataset.theme === "dark" ? "light" : "dark";
      document.cookie = `kerbwatch_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
      colour();
    },
    async copy(text, button) {
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        // Without HTTPS a browser has no clipboard for pages; the old way still works.
        const area = Object.assign(document.createElement("textarea"), { value: text });
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
      }
      const before = button.dataset.said || button.title;
      button.dataset.said = before;
      button.title = about.copied;
      button.classList.add("done");
      setTimeout(() => {
        button.classList.remove("done");
        button.title = before;
      }, 1500);
    },
  };
})();
