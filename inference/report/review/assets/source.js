// The source: lighting up the characters that something was read from, and bringing them into view.
gongkai.source = {
  pane: document.getElementById("source"),
  scroller: document.querySelector(".source .scroller"),
  pieces: new Map(),

  start() {
    for (const piece of this.pane.querySelectorAll("[data-refs]")) {
      for (const ref of piece.dataset.refs.split(" ")) {
        if (!this.pieces.has(ref)) this.pieces.set(ref, []);
        this.pieces.get(ref).push(piece);
      }
    }
    document.getElementById("close-source").addEventListener("click", () => this.open(false));
    this.pane.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.open(false);
    });
  },

  /** On a narrow screen the source is a sheet over the tables. */
  open(wanted) {
    document.body.classList.toggle("source-open", wanted);
    if (wanted) this.centre(this.pane.querySelector(".on"));
  },

  light(ref) {
    for (const piece of this.pane.querySelectorAll(".on")) piece.classList.remove("on");
    const found = ref ? (this.pieces.get(ref) ?? []) : [];
    for (const piece of found) piece.classList.add("on");
    this.centre(found[0]);
  },

  centre(piece) {
    if (!piece) return;
    const [box, frame] = [piece.getBoundingClientRect(), this.scroller.getBoundingClientRect()];
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const top = this.scroller.scrollTop + box.top - frame.top - (frame.height - box.height) / 2;
    this.scroller.scrollTo({ top, behavior: calm ? "auto" : "smooth" });
  },
};
