// The index at work: sorting by any column, filtering by words, form, year and the bars of the distributions.
gongkai.index = {
  rows: [...document.querySelectorAll("#documents tbody tr")],
  bars: [...document.querySelectorAll(".bar")],

  start() {
    for (const button of document.querySelectorAll("[data-sort]")) button.addEventListener("click", () => this.sort(button));
    for (const bar of this.bars) bar.addEventListener("click", () => this.toggle(bar));
    for (const field of document.querySelectorAll(".filters input, .filters select")) field.addEventListener("input", () => this.filter());
    gongkai.start();
    this.filter();
  },

  sort(button) {
    const header = button.closest("th");
    const name = button.dataset.sort;
    const down = header.getAttribute("aria-sort") === "ascending";
    for (const other of document.querySelectorAll("#documents th[aria-sort]")) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => (button.dataset.as === "text" ? row.dataset[name] : Number(row.dataset[name] || Number.NaN));
    const order = (a, b) => (typeof a === "string" ? a.localeCompare(b, "zh") : Number.isNaN(a) - Number.isNaN(b) || a - b);
    this.rows.sort((a, b) => order(value(a), value(b)) * (down ? -1 : 1));
    document.querySelector("#documents tbody").append(...this.rows);
  },

  /** One bar of each distribution can be pressed; pressed again, it lets go. */
  toggle(bar) {
    const pressed = bar.getAttribute("aria-pressed") === "true";
    for (const other of this.bars) if (other.dataset.of === bar.dataset.of) other.setAttribute("aria-pressed", "false");
    bar.setAttribute("aria-pressed", String(!pressed));
    this.filter();
  },

  filter() {
    const at = (id) => document.getElementById(id);
    const words = at("search").value.trim().toLowerCase();
    const pressed = this.bars.filter((bar) => bar.getAttribute("aria-pressed") === "true");
    const keeps = (row) =>
      row.dataset.words.toLowerCase().includes(words) &&
      (!at("form").value || row.dataset.form === at("form").value) &&
      (!at("year").value || row.dataset.year === at("year").value) &&
      (!at("doubtful").checked || Number(row.dataset.doubtful) > 0) &&
      pressed.every((bar) => row.dataset[`bin${bar.dataset.of}`] === bar.dataset.value);
    let shown = 0;
    for (const row of this.rows) {
      row.hidden = !keeps(row);
      shown += row.hidden ? 0 : 1;
    }
    at("shown").textContent = String(shown);
    at("no-match").hidden = shown > 0;
  },
};

gongkai.index.start();
