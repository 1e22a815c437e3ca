// The sums again, with the reader's corrections in them.
gongkai.sums = {
  side(keys) {
    const values = keys.map((key) => gongkai.store.value(key));
    return values.includes(null) ? null : values.reduce((sum, value) => sum + value, 0);
  },

  verdict(sum) {
    const left = this.side(sum.left);
    const right = sum.stated === null ? this.side(sum.right) : sum.stated;
    if (left === null || right === null) return "unknown";
    return Math.abs(left - right) < 1e-6 ? "holds" : "broken";
  },

  /** Where a broken sum stands now, and the cells of sums that corrections broke. */
  show() {
    gongkai.data.sums.forEach((sum, place) => {
      const row = document.querySelector(`[data-sum="${place}"]`);
      if (!row) return;
      const holds = this.verdict(sum) === "holds";
      row.classList.toggle("settled", holds);
      row.querySelector(".state").textContent = holds ? `✓ ${gongkai.text("now_holds")}` : "";
    });
  },

  /** The sums of a cell in which it could matter, the broken ones first. */
  about(key) {
    const order = { broken: 0, holds: 1, unknown: 2 };
    return gongkai.data.sums
      .filter((sum) => sum.left.includes(key) || sum.right.includes(key))
      .map((sum) => ({ rule: sum.rule, verdict: this.verdict(sum) }))
      .sort((a, b) => order[a.verdict] - order[b.verdict]);
  },
};
