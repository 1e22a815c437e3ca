// The bar at the foot of the page: what is chosen, why it is in doubt, and what to do about it.
gongkai.dock = {
  at(id) {
    return document.getElementById(id);
  },

  /** The page leaves as much room at its foot as the bar takes. */
  measure() {
    const bar = this.at("dock");
    new ResizeObserver(() => gongkai.root.style.setProperty("--dock", `${bar.offsetHeight}px`)).observe(bar);
  },

  say(text) {
    this.at("live").textContent = text;
  },

  show(key) {
    this.at("chosen").replaceChildren(...(key ? this.about(key) : [gongkai.make("p", "hint", gongkai.text("nothing_chosen"))]));
    this.at("dock").classList.toggle("idle", !key);
    for (const id of ["accept", "correct", "show-source"]) this.at(id).disabled = !key;
    this.count();
  },

  about(key) {
    const cell = gongkai.data.cells[key];
    const head = gongkai.make("div", "what");
    head.append(gongkai.make("p", "cell-title", gongkai.pick(cell.title)), this.value(key, cell));
    const why = gongkai.make("ul", "reasons");
    why.append(...this.reasons(key, cell).map(([kind, text]) => gongkai.make("li", kind, text)));
    const quotes = gongkai.make("ul", "quotes");
    quotes.lang = "zh-Hans";
    quotes.append(...this.quotes(cell));
    return [head, why, quotes];
  },

  value(key, cell) {
    const line = gongkai.make("p", `reading ${cell.status}`);
    const decided = gongkai.store.latest().get(key);
    const shown = decided ? decided.value : cell.value;
    line.append(gongkai.make("b", "n", shown === null ? "—" : String(shown)));
    if (decided?.action === "correct") line.append(gongkai.make("s", "n", cell.value === null ? "—" : String(cell.value)));
    line.append(gongkai.make("span", "status", gongkai.text(decided ? `${decided.action}ed` : cell.status)));
    if (cell.confidence !== null) line.append(this.meter(cell.confidence));
    return line;
  },

  meter(confidence) {
    const meter = gongkai.make("span", "sure");
    const bar = gongkai.make("meter");
    Object.assign(bar, { min: 0, max: 1, low: 0.9, optimum: 1, value: confidence });
    bar.setAttribute("aria-label", gongkai.text("confidence"));
    meter.append(bar, gongkai.make("span", "n", confidence.toFixed(3)));
    return meter;
  },

  reasons(key, cell) {
    const found = cell.doubts.map((doubt) => ["bad", `? ${gongkai.text(`doubt_${doubt}`)}`]);
    const sums = gongkai.sums.about(key).filter((sum) => sum.verdict !== "unknown");
    for (const sum of sums) {
      const mark = sum.verdict === "holds" ? "✓" : "✗";
      found.push([sum.verdict === "holds" ? "good" : "bad", `${mark} ${gongkai.pick(sum.rule)}`]);
    }
    for (const figure of gongkai.data.figures.filter((one) => one.keys.length === 1 && one.keys[0] === key && one.value !== null)) {
      const standing = gongkai.text(figure.standing === "source" ? "by_source" : figure.standing);
      const kind = figure.standing === "conflicts" ? "bad" : "good";
      found.push([kind, `${gongkai.text("narrative")} ${gongkai.pick(figure.label)} ${figure.value}: ${standing}`]);
    }
    return found.length ? found : [["", gongkai.text(cell.status === "gap" ? "gap_note" : "no_doubt")]];
  },

  quotes(cell) {
    if (!cell.quotes.length) return [gongkai.make("li", "none", gongkai.text("no_quote"))];
    return cell.quotes.map(([before, inside, after]) => {
      const line = gongkai.make("li");
      line.append(`…${before}`, gongkai.make("mark", "", inside || "␣"), `${after}…`);
      return line;
    });
  },

  /** How many doubtful cells were decided, and how many decisions can be exported. */
  count() {
    const decided = gongkai.store.latest();
    const seen = gongkai.data.order.filter((key) => decided.has(key)).length;
    this.at("progress").textContent = `${gongkai.text("doubtful")} ${seen}/${gongkai.data.order.length} ${gongkai.text("seen")}`;
    this.at("ready").textContent = String(decided.size);
    this.at("undo").disabled = gongkai.store.history.length === 0;
    this.at("export").disabled = decided.size === 0;
  },

  ask(key) {
    const field = this.at("value");
    const value = gongkai.store.value(key);
    field.value = value === null ? "" : String(value);
    this.at("entry-error").textContent = "";
    this.at("dock").classList.add("asking");
    this.at("entry").hidden = false;
    field.focus();
    field.select();
  },

  close() {
    this.at("entry").hidden = true;
    this.at("dock").classList.remove("asking");
  },

  /** The number that was entered, null for none, or undefined if it is no number. */
  entered() {
    const text = this.at("value").value.normalize("NFKC").replace(/[\s,]/g, "").replace(/^[−–]/, "-");
    if (text === "") return null;
    return /^[+-]?\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined;
  },
};
