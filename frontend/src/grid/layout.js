// Which lines the grid shows, in order: rows that pass the filter, under their groups where they are grouped.

export class Layout {
  filters = new Map();
  grouping = null;
  closed = new Set();
  #hidden = new Set();

  constructor(sheet) {
    this.sheet = sheet;
    this.arrange();
  }

  get filtered() {
    return [...this.filters.values()].some(Boolean);
  }

  arrange() {
    const rows = this.sheet.rows.filter((row) => !this.#hidden.has(row));
    this.lines = this.grouping && this.sheet.groups ? this.#grouped(rows) : rows.map((row) => ({ row }));
    if (!this.sheet.readonly) this.lines.push({ blank: true });
    this.places = new Map(this.lines.map((line, at) => [line.row, at]));
    this.places.delete(undefined);
  }

  /** Applies the filter anew.  What is edited afterwards stays in sight until the next time. */
  filter(key, wanted) {
    this.filters.set(key, wanted.trim());
    this.#hidden = new Set(this.sheet.rows.filter((row) => !this.#passes(row)));
    this.arrange();
  }

  toggle(key) {
    if (!this.closed.delete(key)) this.closed.add(key);
    this.arrange();
  }

  #passes(row) {
    for (const [key, wanted] of this.filters) {
      if (!wanted) continue;
      const column = this.sheet.columns.find((one) => one.key === key);
      const text = `${row.cells[key] ?? ""} ${this.sheet.nameOf(column, row.cells[key] ?? "")}`;
      if (!text.toLowerCase().includes(wanted.toLowerCase())) return false;
    }
    return true;
  }

  // The groups come from the server in order, each with its level and total; rows hang below the lowest.
  #grouped(rows) {
    const below = new Map(rows.map((row) => [row.group, []]));
    for (const row of rows) below.get(row.group).push(row);
    const lines = [];
    let hidden = Infinity;
    for (const group of this.sheet.groups) {
      if (group.level > hidden) continue;
      hidden = this.closed.has(group.key) ? group.level : Infinity;
      lines.push({ group });
      if (hidden === Infinity) for (const row of below.get(group.key) ?? []) lines.push({ row });
    }
    const known = new Set(this.sheet.groups.map((group) => group.key));
    for (const [key, strays] of below) if (!known.has(key)) for (const row of strays) lines.push({ row });
    return lines;
  }
}
