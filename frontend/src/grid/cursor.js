// Where the user stands: the active cell and the block that is selected from it.

export class Cursor extends EventTarget {
  active = { r: 0, c: 0 };
  anchor = { r: 0, c: 0 };
  #tabbedFrom = null;

  constructor(layout, columns) {
    super();
    Object.assign(this, { layout, columns });
  }

  get range() {
    const { active: a, anchor: b } = this;
    return { top: Math.min(a.r, b.r), bottom: Math.max(a.r, b.r), left: Math.min(a.c, b.c), right: Math.max(a.c, b.c) };
  }

  get single() {
    return this.active.r === this.anchor.r && this.active.c === this.anchor.c;
  }

  get last() {
    return { r: this.layout.lines.length - 1, c: this.columns.length - 1 };
  }

  /** Goes to a cell; with `extend` the selection reaches from where it began. */
  go(r, c, { extend = false, tab = false } = {}) {
    const { last } = this;
    this.active = { r: clamp(r, last.r), c: clamp(c, last.c) };
    if (!extend) this.anchor = { ...this.active };
    if (!tab) this.#tabbedFrom = null;
    this.dispatchEvent(new Event("moved"));
  }

  select(top, left, bottom, right) {
    this.anchor = { r: top, c: left };
    this.go(bottom, right, { extend: true });
  }

  step(dr, dc, extend) {
    this.go(this.active.r + dr, this.active.c + dc, { extend });
  }

  /** Tab: along the line, then on to the next; Enter afterwards goes back below where the tabbing began. */
  tab(back) {
    const { r, c } = this.active;
    const from = this.#tabbedFrom ?? c;
    const next = c + (back ? -1 : 1);
    if (next < 0) this.go(r - 1, r > 0 ? this.last.c : 0, { tab: true });
    else if (next > this.last.c) this.go(r + 1, r < this.last.r ? 0 : c, { tab: true });
    else this.go(r, next, { tab: true });
    this.#tabbedFrom = from;
  }

  enter(back) {
    this.go(this.active.r + (back ? -1 : 1), this.#tabbedFrom ?? this.active.c);
  }

  /** Ctrl and an arrow: to the end of what is filled, or to the next that is. */
  leap(dr, dc, extend, filled) {
    const { last } = this;
    const inside = (at) => at.r >= 0 && at.c >= 0 && at.r <= last.r && at.c <= last.c;
    const next = (at) => ({ r: at.r + dr, c: at.c + dc });
    let at = this.active;
    if (!inside(next(at))) return;
    const through = filled(at) && filled(next(at));
    at = next(at);
    while (inside(next(at)) && (through ? filled(next(at)) : !filled(at))) at = next(at);
    this.go(at.r, at.c, { extend });
  }

  /** Keeps to the same rows after the lines were arranged anew. */
  follow(before) {
    const place = (at) => ({ ...at, r: this.layout.places.get(before[at.r]?.row) ?? clamp(at.r, this.last.r) });
    this.active = place(this.active);
    this.anchor = place(this.anchor);
    this.dispatchEvent(new Event("moved"));
  }
}

function clamp(value, last) {
  return Math.max(0, Math.min(value, last));
}
