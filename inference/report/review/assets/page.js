// The page at work: choosing cells, deciding on them, and the keys for both.
gongkai.page = {
  chosen: null,
  buttons: new Map(),

  start() {
    for (const button of document.querySelectorAll(".grid [data-key]")) this.buttons.set(button.dataset.key, button);
    for (const table of document.querySelectorAll(".grid")) table.querySelector("[data-key]")?.setAttribute("tabindex", "0");
    gongkai.store.load();
    gongkai.source.start();
    document.getElementById("dock").hidden = false;
    gongkai.dock.measure();
    document.getElementById("by").value = gongkai.kept("gongkai-by") ?? "";
    this.listen();
    gongkai.heard.push(() => this.refresh());
    gongkai.start();
  },

  listen() {
    const click = (id, action) => document.getElementById(id).addEventListener("click", action);
    document.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("keydown", (event) => this.pressed(event));
    click("next", () => this.step(1));
    click("previous", () => this.step(-1));
    click("accept", () => this.decide("accept"));
    click("correct", () => this.chosen && gongkai.dock.ask(this.chosen));
    click("undo", () => this.undo());
    click("export", () => this.take());
    click("show-source", () => gongkai.source.open(true));
    click("keys", () => document.getElementById("help").showModal());
    click("close-help", () => document.getElementById("help").close());
    click("cancel", () => this.leaveEntry());
    document.getElementById("entry").addEventListener("submit", (event) => this.submit(event));
    document.getElementById("by").addEventListener("change", (event) => gongkai.keep("gongkai-by", event.target.value.trim()));
  },

  clicked(event) {
    const target = event.target.closest("[data-key], [data-go], [data-show], [data-refs]");
    if (!target) return;
    const { key, go, show, refs } = target.dataset;
    if (key || go) this.choose(key ?? go, Boolean(go));
    else if (show) this.reveal(show);
    else this.fromSource(refs.split(" "));
  },

  /** Choose a cell: it lights up, and so does its place in the source. */
  choose(key, focus = true) {
    const button = this.buttons.get(key);
    if (!button) return;
    for (const old of document.querySelectorAll(".chosen-cell, .lit")) old.classList.remove("chosen-cell", "lit");
    button.parentElement.classList.add("chosen-cell");
    for (const other of button.closest(".grid").querySelectorAll("[data-key]")) other.tabIndex = other === button ? 0 : -1;
    this.chosen = key;
    gongkai.dock.close();
    gongkai.dock.show(key);
    if (focus) {
      button.focus({ preventScroll: true });
      button.scrollIntoView({ block: "center", inline: "nearest" });
    }
    gongkai.source.light(button.dataset.ref);
  },

  /** A piece of the source: choose the cell that it is the text of; light every other that rests on it. */
  fromSource(refs) {
    const cells = refs.map((ref) => document.querySelector(`.grid [data-ref="${ref}"]`)).filter(Boolean);
    const own = cells.find((button) => ["printed", "placed", "blank"].includes(gongkai.data.cells[button.dataset.key].status));
    const first = own ?? cells[0];
    if (first) {
      gongkai.source.open(false);
      this.choose(first.dataset.key);
      for (const button of cells) if (button !== first) button.parentElement.classList.add("lit");
    }
    const figure = refs.find((ref) => /^[fl]/.test(ref));
    if (figure) this.lightFigure(figure, !first);
    if (!first) gongkai.source.light(refs[0]);
  },

  /** The row of a figure of the narrative, or of an indicator of an old statistics table. */
  lightFigure(ref, scroll) {
    for (const old of document.querySelectorAll(".figures .lit")) old.classList.remove("lit");
    const row = document.querySelector(`.figures [data-show="${ref}"]`)?.closest("tr");
    row?.classList.add("lit");
    if (scroll) row?.scrollIntoView({ block: "center" });
  },

  reveal(ref) {
    gongkai.source.light(ref);
    if (/^[fl]/.test(ref)) this.lightFigure(ref, false);
    gongkai.source.open(true);
    gongkai.source.pane.scrollIntoView({ block: "nearest" });
  },

  /** The next doubtful cell that nobody has decided on, round the page. */
  step(by) {
    const decided = gongkai.store.latest();
    const all = [...this.buttons.keys()];
    const open = gongkai.data.order.filter((key) => !decided.has(key));
    if (!open.length) {
      gongkai.dock.say(gongkai.text("no_more_doubt"));
      return;
    }
    const here = this.chosen ? all.indexOf(this.chosen) : by > 0 ? -1 : all.length;
    const ahead = open.filter((key) => (all.indexOf(key) - here) * by > 0);
    const wanted = by > 0 ? (ahead[0] ?? open[0]) : (ahead.at(-1) ?? open.at(-1));
    this.choose(wanted);
    gongkai.dock.say(`${gongkai.pick(gongkai.data.cells[wanted].title)}: ${gongkai.store.value(wanted) ?? gongkai.text("blank")}`);
  },

  decide(action, value) {
    if (!this.chosen) return;
    const kept = action === "accept" ? gongkai.data.cells[this.chosen].value : value;
    const stored = gongkai.store.add(this.chosen, kept, action, document.getElementById("by").value.trim());
    this.refresh();
    gongkai.dock.say(stored ? `${gongkai.text(`${action}ed`)}: ${kept ?? gongkai.text("blank")}` : gongkai.text("storage_failed"));
  },

  submit(event) {
    event.preventDefault();
    const value = gongkai.dock.entered();
    if (value === undefined) {
      document.getElementById("entry-error").textContent = gongkai.text("not_a_number");
      return;
    }
    this.decide(value === gongkai.data.cells[this.chosen].value ? "accept" : "correct", value);
    this.leaveEntry();
  },

  leaveEntry() {
    gongkai.dock.close();
    this.buttons.get(this.chosen)?.focus({ preventScroll: true });
  },

  undo() {
    const last = gongkai.store.undo();
    if (last) this.choose(last.key);
    this.refresh();
    gongkai.dock.say(last ? `${gongkai.text("undone")}: ${gongkai.pick(gongkai.data.cells[last.key].title)}` : gongkai.text("nothing_to_undo"));
  },

  take() {
    if (gongkai.store.latest().size) gongkai.store.download();
    else gongkai.dock.say(gongkai.text("export_none"));
  },

  /** Draw what depends on decisions and on the language. */
  refresh() {
    const decided = gongkai.store.latest();
    for (const [key, button] of this.buttons) {
      const entry = decided.get(key);
      button.parentElement.classList.toggle("accepted", entry?.action === "accept");
      button.parentElement.classList.toggle("corrected", entry?.action === "correct");
      this.overlay(button, entry?.action === "correct" ? entry.value : undefined);
    }
    gongkai.sums.show();
    gongkai.dock.show(this.chosen);
  },

  /** The corrected value over the one that was read, which stays in the page. */
  overlay(button, value) {
    button.querySelector(".new")?.remove();
    if (value !== undefined) button.prepend(gongkai.make("ins", "new n", value === null ? "—" : String(value)));
  },

  pressed(event) {
    const typing = event.target.matches("input, textarea, select") || document.getElementById("help").open;
    if (event.key === "Escape" && event.target.id === "value") this.leaveEntry();
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow") && event.target.matches(".grid [data-key]")) this.move(event);
    else if (event.key === "Escape") this.release();
    else if (event.key === "Enter" && event.target.matches(".grid [data-key]") && event.target.dataset.key === this.chosen) {
      event.preventDefault();
      gongkai.dock.ask(this.chosen);
    } else this.shortcut(event);
  },

  shortcut(event) {
    const actions = {
      n: () => this.step(1),
      p: () => this.step(-1),
      a: () => this.decide("accept"),
      c: () => this.chosen && gongkai.dock.ask(this.chosen),
      u: () => this.undo(),
      e: () => this.take(),
      "?": () => document.getElementById("help").showModal(),
    };
    const action = actions[event.key.toLowerCase()];
    if (!action || !document.getElementById("single-keys").checked) return;
    event.preventDefault();
    action();
  },

  release() {
    for (const old of document.querySelectorAll(".chosen-cell, .lit")) old.classList.remove("chosen-cell", "lit");
    this.chosen = null;
    gongkai.source.open(false);
    gongkai.source.light(null);
    gongkai.dock.show(null);
  },

  /** Arrows walk over the places of a table, along lines and columns. */
  move(event) {
    const [right, down] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    const cell = event.target.closest("td");
    const lines = [...document.querySelectorAll(".grid tbody tr")].map((line) => [...line.querySelectorAll("td")]);
    const line = lines.findIndex((cells) => cells.includes(cell));
    const place = lines[line].indexOf(cell);
    const wanted = right ? lines[line][place + right] : lines[line + down]?.[Math.min(place, lines[line + down].length - 1)];
    if (!wanted) return;
    event.preventDefault();
    this.choose(wanted.querySelector("[data-key]").dataset.key);
  },
};

gongkai.page.start();
