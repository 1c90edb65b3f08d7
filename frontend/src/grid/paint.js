// Painting: only the lines in sight have elements; scrolling gives them to other lines.
import { isNumber, make } from "./frame.js";
import { shown } from "./money.js";
import { say } from "./words.js";

export const LINE = 30; // px, as --grid-line in the style sheet
const SPARE = 8; // lines above and below those in sight
const HEADS = 2; // rows of the head that come before the first line

export class Painter {
  #elements = new Map();
  #spare = [];
  #asked = false;

  constructor(grid) {
    Object.assign(this, { grid, frame: grid.frame });
    this.frame.scroll.addEventListener("scroll", () => this.ask(), { passive: true });
    new ResizeObserver(() => this.ask()).observe(this.frame.scroll);
  }

  ask() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => { this.#asked = false; this.paint(); });
  }

  paint() {
    const { scroll, body, table } = this.frame;
    const { lines, grouping } = this.grid.layout;
    body.style.height = `${lines.length * LINE}px`;
    table.setAttribute("aria-rowcount", lines.length + HEADS);
    table.setAttribute("role", grouping ? "treegrid" : "grid");
    const first = Math.max(0, Math.floor(scroll.scrollTop / LINE) - SPARE);
    const last = Math.min(lines.length - 1, Math.ceil((scroll.scrollTop + scroll.clientHeight) / LINE) + SPARE);
    const wanted = new Set([this.grid.cursor.active.r]);
    for (let r = first; r <= last; r += 1) wanted.add(r);
    for (const [r, element] of this.#elements) {
      if (!wanted.has(r)) { this.#elements.delete(r); this.#spare.push(element); }
    }
    const range = this.grid.cursor.range;
    for (const r of wanted) if (lines[r]) this.#line(r, lines[r], range);
    for (const element of this.#spare.splice(0)) element.remove();
    this.#titles(range);
  }

  #line(r, line, range) {
    let element = this.#elements.get(r);
    if (!element) {
      element = this.#spare.pop() ?? this.#element();
      this.#elements.set(r, element);
      element.style.top = `${r * LINE}px`;
      if (!element.parentNode) this.frame.body.append(element);
    }
    set(element, "aria-rowindex", r + HEADS + 1);
    element.className = `grid-row grid-line${line.group ? " grid-group" : ""}${line.row?.conflict ? " grid-clash" : ""}${line.blank ? " grid-blank" : ""}`;
    element.dataset.r = r;
    if (line.group) this.#groupLine(element, line.group, r, range);
    else this.#rowLine(element, line, r, range);
  }

  #rowLine(element, line, r, range) {
    const number = element.firstChild;
    for (const name of ["aria-expanded", "aria-level"]) element.removeAttribute(name);
    if (this.grid.layout.grouping) set(element, "aria-level", 4);
    const worst = line.row?.findings.find((finding) => finding.severity === "error") ?? line.row?.findings[0];
    write(number, line.blank ? "＊" : String(this.grid.numberOf(line.row)));
    number.className = `grid-number${worst ? ` grid-${worst.severity}` : ""}${r >= range.top && r <= range.bottom ? " grid-within" : ""}`;
    number.title = line.row?.findings.map((finding) => finding.message).join("\n") ?? (line.blank ? say("在这里填，就是新的一行") : "");
    this.grid.sheet.columns.forEach((column, c) => this.#cell(element.children[c + 1], line.row, column, { r, c, range }));
  }

  #cell(cell, row, column, { r, c, range }) {
    const text = row?.cells[column.key] ?? "";
    const fault = row?.faults[column.key] ?? "";
    cell.hidden = false;
    cell.style.gridColumn = "";
    const remark = row?.findings.some((finding) => finding.column === column.key);
    cell.className = this.#classes(c, column, fault, { r, range }) + (remark ? " grid-remarked" : "");
    set(cell, "id", `grid-${r}-${c}`);
    set(cell, "aria-selected", String(within(range, r, c)));
    if (fault) { set(cell, "aria-invalid", "true"); cell.title = fault; }
    else { cell.removeAttribute("aria-invalid"); cell.removeAttribute("title"); }
    const name = this.grid.sheet.nameOf(column, text);
    if (!name) return write(cell, column.kind === "amount" ? shown(text) : text);
    if (cell.dataset.named !== text + name || cell.childElementCount !== 1) {
      cell.replaceChildren(text, make("span", "grid-name", {}, name));
      cell.dataset.named = text + name;
    }
    return undefined;
  }

  #classes(c, column, fault, { r, range }) {
    const { active } = this.grid.cursor;
    let found = "grid-cell";
    if (c === 0) found += " grid-frozen";
    if (isNumber(column)) found += " grid-right";
    if (fault) found += " grid-fault";
    if (within(range, r, c)) found += " grid-selected";
    if (active.r === r && active.c === c) found += " grid-active";
    return found;
  }

  #groupLine(element, group, r, range) {
    const open = !this.grid.layout.closed.has(group.key);
    set(element, "aria-expanded", String(open));
    set(element, "aria-level", group.level);
    write(element.firstChild, open ? "▾" : "▸");
    element.firstChild.className = "grid-number";
    element.firstChild.title = "";
    const { columns } = this.grid.sheet;
    const span = Math.max(1, columns.findIndex((column) => column.key in group.amounts));
    columns.forEach((column, c) => {
      const cell = element.children[c + 1];
      cell.hidden = c > 0 && c < span;
      cell.className = this.#classes(c, column, "", { r, range }).replace("grid-frozen", "grid-frozen grid-label");
      cell.style.gridColumn = c === 0 ? `2 / span ${span}` : "";
      set(cell, "id", `grid-${r}-${c}`);
      set(cell, "aria-selected", String(within(range, r, c)));
      cell.removeAttribute("aria-invalid");
      cell.title = "";
      write(cell, c === 0 ? `${"　".repeat(group.level - 1)}${group.label}` : (group.amounts[column.key] ?? ""));
    });
  }

  #titles(range) {
    for (const title of this.frame.head.firstChild.children) {
      const c = Number(title.dataset.column ?? -1);
      title.classList.toggle("grid-within", c >= range.left && c <= range.right);
    }
  }

  #element() {
    const row = make("div", "grid-row", { role: "row" }, make("div", "grid-number", { role: "rowheader", "aria-colindex": 1 }));
    this.grid.sheet.columns.forEach((column, c) => {
      const cell = make("div", "grid-cell", { role: "gridcell", "aria-colindex": c + 2 });
      cell.dataset.c = c;
      row.append(cell);
    });
    return row;
  }
}

function within(range, r, c) {
  return r >= range.top && r <= range.bottom && c >= range.left && c <= range.right;
}

function set(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

function write(element, text) {
  if (element.childElementCount || element.textContent !== text) element.textContent = text;
  delete element.dataset.named;
}
