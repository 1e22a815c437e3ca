// What the reader decided: a history that can be undone, kept in the browser, exported as JSON Lines.
gongkai.store = {
  history: [],
  name: `gongkai:${gongkai.data.sha256}:${gongkai.data.document}`,
  exported: 0,

  load() {
    try {
      const found = JSON.parse(gongkai.kept(this.name) ?? "[]");
      if (Array.isArray(found)) this.history = found.filter((entry) => entry?.key in gongkai.data.cells);
    } catch {
      this.history = [];
    }
    this.exported = this.history.length;
  },

  save() {
    return gongkai.keep(this.name, JSON.stringify(this.history));
  },

  add(key, value, action, by) {
    const was = gongkai.data.cells[key].value;
    this.history.push({ key, value, was, action, by: by || null, at: new Date().toISOString() });
    return this.save();
  },

  undo() {
    const last = this.history.pop();
    if (last) this.save();
    return last;
  },

  /** The last decision on every cell, by key, in the order of the decisions. */
  latest() {
    const found = new Map();
    for (const entry of this.history) {
      found.delete(entry.key);
      found.set(entry.key, entry);
    }
    return found;
  },

  value(key) {
    const entry = this.latest().get(key);
    return entry ? entry.value : (gongkai.data.cells[key]?.value ?? null);
  },

  lines() {
    const { document: name, sha256 } = gongkai.data;
    return [...this.latest().values()].map((entry) => `${JSON.stringify({ document: name, sha256, ...entry })}\n`).join("");
  },

  download() {
    const stem = (gongkai.data.document.split(/[\\/]/).pop() || "document").replace(/\.[^.]*$/, "");
    const link = gongkai.make("a");
    link.href = URL.createObjectURL(new Blob([this.lines()], { type: "application/jsonl" }));
    link.download = `${stem}.corrections.jsonl`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    this.exported = this.history.length;
  },
};

addEventListener("beforeunload", (event) => {
  // Kept in the browser, but a correction that was never exported reaches nobody.
  if (gongkai.store.history.length > gongkai.store.exported) event.preventDefault();
});
