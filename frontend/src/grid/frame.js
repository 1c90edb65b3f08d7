// The elements of the grid: tools, head, body, the input that lies over the active cell, messages.
import { say } from "./words.js";

export const NUMBERS = 52; // px, the column of line numbers
const WIDTHS = {
  amount: 140, function: 200, economic: 160, unit: 150, project: 160, text: 200, name: 220, year: 80, count: 90, number: 90,
  code: 110, income_flow: 100, expenditure_flow: 90, flow: 100, stage: 90, kind: 100, item: 140, category: 90, yes: 80,
};
const NARROW = matchMedia("(max-width: 40rem)"); // as in the style sheet
const NARROWEST = 48;

/** An element with a class, attributes and children. */
export function make(tag, className = "", attributes = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

export class Frame {
  constructor(host, sheet, name) {
    Object.assign(this, { host, sheet, widthsName: `shouzhi.widths.${name}` });
    this.widths = this.#readWidths();
    this.head = make("div", "grid-head", { role: "rowgroup" });
    this.body = make("div", "grid-body", { role: "rowgroup" });
    this.table = make("div", "grid-table", { role: "grid", id: "grid-table", "aria-label": sheet.name, "aria-multiselectable": "true" }, this.head, this.body);
    if (sheet.readonly) this.table.setAttribute("aria-readonly", "true");
    this.table.setAttribute("aria-colcount", sheet.columns.length + 1);
    this.input = make("textarea", "grid-input", {
      rows: 1, spellcheck: "false", autocomplete: "off", autocapitalize: "off", "aria-controls": "grid-table", "aria-label": sheet.name,
    });
    this.list = make("div", "grid-list", { role: "listbox", id: "grid-list", hidden: true, "aria-label": say("可选的内容") });
    this.scroll = make("div", "grid-scroll", {}, this.table, this.input, this.list);
    this.tools = make("div", "grid-tools", { role: "toolbar", "aria-label": say("表格工具") });
    this.message = make("div", "grid-message", { role: "status", "aria-live": "polite" });
    this.status = make("div", "grid-status");
    this.#makeHead();
    host.replaceChildren(this.tools, this.scroll, this.message, this.status);
    this.fit();
  }

  /** Where a column begins, in px from the left of the table. */
  left(c) {
    return NUMBERS + this.widths.slice(0, c).reduce((sum, width) => sum + width, 0);
  }

  /** How many columns stay in sight when one scrolls to the right: the first, where there is room. */
  get frozen() {
    return NARROW.matches ? 0 : 1;
  }

  /** Gives a column a width in px and keeps it for the next visit. */
  resize(c, width) {
    this.widths[c] = Math.max(NARROWEST, Math.round(width));
    this.fit();
    const byKey = Object.fromEntries(this.sheet.columns.map((column, at) => [column.key, this.widths[at]]));
    try {
      localStorage.setItem(this.widthsName, JSON.stringify(byKey));
    } catch { /* a width that is not kept is no loss */ }
  }

  fit() {
    const style = this.scroll.style;
    style.setProperty("--grid-columns", [NUMBERS, ...this.widths].map((width) => `${width}px`).join(" "));
    style.setProperty("--grid-width", `${this.left(this.widths.length)}px`);
    style.setProperty("--grid-numbers", `${NUMBERS}px`);
  }

  #readWidths() {
    let kept = {};
    try {
      kept = JSON.parse(localStorage.getItem(this.widthsName)) ?? {};
    } catch { /* as if there were none */ }
    return this.sheet.columns.map((column) => kept[column.key] ?? WIDTHS[column.kind] ?? 130);
  }

  #makeHead() {
    const titles = make("div", "grid-row grid-titles", { role: "row", "aria-rowindex": 1 });
    titles.append(make("div", "grid-number", { role: "columnheader", "aria-colindex": 1, "aria-label": say("行号") }));
    this.filterRow = make("div", "grid-row grid-filters", { role: "row", "aria-rowindex": 2 });
    this.filterRow.append(make("div", "grid-number", { role: "rowheader", "aria-colindex": 1, "aria-label": say("筛选") }, "⌕"));
    this.sheet.columns.forEach((column, c) => {
      const title = make("div", `grid-title${c ? "" : " grid-frozen"}${isNumber(column) ? " grid-right" : ""}`, {
        role: "columnheader", "aria-colindex": c + 2, title: column.about || null,
      }, make("span", "", {}, column.heading), make("span", "grid-grip", { "data-column": c, "aria-hidden": "true" }));
      if (column.required) title.classList.add("grid-required");
      title.dataset.column = c;
      titles.append(title);
      const filter = make("input", "", { type: "search", "aria-label": say("筛选{heading}", { heading: column.heading }), "data-filter": column.key });
      this.filterRow.append(make("div", `grid-filter${c ? "" : " grid-frozen"}`, { role: "gridcell", "aria-colindex": c + 2 }, filter));
    });
    this.head.append(titles, this.filterRow);
  }
}

/** Whether a column stands on the right: amounts and other numbers. */
export function isNumber(column) {
  return column.kind === "amount" || column.kind === "number" || column.kind === "count";
}
