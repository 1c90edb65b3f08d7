// The grid: brings together the sheet, what is shown of it, the cursor, the editor and saving.
import { Bar } from "./bar.js";
import { copyWithHeadings, listen as listenClip } from "./clip.js";
import { Cursor } from "./cursor.js";
import { Editor } from "./editor.js";
import { Frame } from "./frame.js";
import { listen as listenKeys } from "./keys.js";
import { Layout } from "./layout.js";
import { LINE, Painter } from "./paint.js";
import { listen as listenPointer } from "./pointer.js";
import { faultAt } from "./sheet.js";
import { say } from "./words.js";

export class Grid {
  touched = false; // the last pointer was a finger: no keyboard on screen before editing
  headings = false; // the next copy takes the headings too

  constructor(host, sheet, { saving, codesUrl, name, page, again }) {
    Object.assign(this, { sheet, saving, codesUrl, page, again });
    this.layout = new Layout(sheet);
    this.cursor = new Cursor(this.layout, sheet.columns);
    this.frame = new Frame(host, sheet, name);
    this.bar = new Bar(this);
    this.painter = new Painter(this);
    this.editor = new Editor(this);
    for (const listen of [listenKeys, listenPointer, listenClip]) listen(this);
    this.cursor.addEventListener("moved", () => this.#moved());
    sheet.addEventListener("changed", () => this.arrange());
    saving.addEventListener("answer", () => { this.arrange(); if (!this.editor.editing) this.tellActive(); });
    saving.addEventListener("conflict", () => this.refresh());
    this.arrange();
  }

  /** How many lines a page is. */
  get sight() {
    return Math.max(1, Math.floor((this.frame.scroll.clientHeight - this.frame.head.offsetHeight) / LINE) - 1);
  }

  numberOf(row) {
    return this.sheet.rows.indexOf(row) + 1;
  }

  filled({ r, c }) {
    return Boolean(this.layout.lines[r]?.row?.cells[this.sheet.columns[c].key]);
  }

  /** The line `y` rows below another, groups not counted; beyond the end there are new ones. */
  lineBelow(r, y) {
    if (!this.layout.grouping) return r + y;
    let at = r;
    for (let left = y; left > 0; at += 1) if (!this.layout.lines[at + 1]?.group) left -= 1;
    return at;
  }

  arrange() {
    const before = this.layout.lines;
    this.layout.arrange();
    this.cursor.follow(before);
    this.refresh();
  }

  refresh() {
    this.editor.place();
    this.painter.ask();
    this.bar.refresh();
  }

  /** Writes texts, [{r, c, text}], as one step; lines that are not yet there become new rows. */
  write(entries) {
    const wanted = [], fresh = new Map();
    for (const { r, c, text } of entries) {
      const line = this.layout.lines[r];
      const column = this.sheet.columns[c];
      if (!column || line?.group) continue;
      if (line?.row) wanted.push([line.row, column.key, text]);
      else if (text) fresh.set(r, { ...fresh.get(r), [column.key]: text });
    }
    const made = [...fresh.keys()].sort((a, b) => a - b).map((r) => fresh.get(r));
    this.sheet.change([...this.sheet.setting(wanted), ...this.sheet.inserting(this.sheet.rows.length, made.length, (i) => made[i])]);
  }

  clear() {
    this.write(this.#selected(() => ""));
  }

  fillWith(text) {
    this.write(this.#selected(() => text));
  }

  /** The first line of the selection into those below it; of a single cell the one above into it. */
  fillDown() {
    const { top, bottom } = this.cursor.range;
    const from = top === bottom ? top - 1 : top;
    if (from < 0) return;
    this.write(this.#selected((r, c) => (r === from ? null : this.#text(from, c))));
  }

  fillRight() {
    const { left, right } = this.cursor.range;
    const from = left === right ? left - 1 : left;
    if (from < 0) return;
    this.write(this.#selected((r, c) => (c === from ? null : this.#text(r, from))));
  }

  insertRows() {
    const { top, bottom } = this.cursor.range;
    const row = this.layout.lines[top]?.row;
    const at = row ? this.sheet.rows.indexOf(row) : this.sheet.rows.length;
    const steps = this.sheet.inserting(at, Math.min(bottom - top + 1, 500));
    this.sheet.change(steps);
    const place = this.layout.places.get(steps[0]?.row);
    if (place !== undefined) this.cursor.select(place, this.cursor.active.c, place + steps.length - 1, this.cursor.active.c);
    this.bar.say(say("已插入 {n} 行", { n: steps.length }));
  }

  removeRows() {
    const { top, bottom, left } = this.cursor.range;
    const rows = this.layout.lines.slice(top, bottom + 1).map((line) => line.row).filter(Boolean);
    if (!rows.length) return;
    this.sheet.change(this.sheet.removing(rows));
    this.cursor.go(top, left);
    this.bar.say(say("已删除 {n} 行，可撤销", { n: rows.length }));
  }

  undo() {
    this.#turned(this.sheet.undo(), say("没有可以撤销的"));
  }

  redo() {
    this.#turned(this.sheet.redo(), say("没有可以重做的"));
  }

  copyWithHeadings() {
    copyWithHeadings(this);
  }

  filter(key, wanted) {
    const before = this.layout.lines;
    this.layout.filter(key, wanted);
    this.cursor.follow(before);
    this.frame.scroll.scrollTop = 0;
    this.refresh();
    this.bar.say(say("筛选后 {n} 行", { n: this.layout.places.size }));
  }

  focusFilter() {
    this.frame.filterRow.querySelectorAll("input")[this.cursor.active.c].focus();
  }

  toggle(key) {
    const before = this.layout.lines;
    this.layout.toggle(key);
    this.cursor.follow(before);
    this.refresh();
  }

  /** Goes to a cell of a row: where a finding leads. */
  show(row, key) {
    const line = this.layout.places.get(row);
    if (line === undefined) return false;
    this.cursor.go(line, Math.max(0, this.sheet.columns.findIndex((column) => column.key === key)));
    this.editor.focus();
    return true;
  }

  /** Scrolls so that the active cell can be seen. */
  reveal() {
    const { scroll, head, widths } = this.frame;
    const { r, c } = this.cursor.active;
    const top = r * LINE, room = scroll.clientHeight - head.offsetHeight;
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    else if (top + LINE > scroll.scrollTop + room) scroll.scrollTop = top + LINE - room;
    if (c < this.frame.frozen) return;
    const left = this.frame.left(c), pinned = this.frame.left(this.frame.frozen);
    if (left - pinned < scroll.scrollLeft) scroll.scrollLeft = left - pinned;
    else if (left + widths[c] > scroll.scrollLeft + scroll.clientWidth) {
      scroll.scrollLeft = Math.min(left - pinned, left + widths[c] - scroll.clientWidth);
    }
  }

  /** Tells what is wrong, or what is wanted, at the active cell. */
  tellActive() {
    const { r, c } = this.cursor.active;
    const line = this.layout.lines[r];
    const column = this.sheet.columns[c];
    if (line) this.frame.input.setAttribute("aria-activedescendant", `grid-${r}-${c}`);
    else this.frame.input.removeAttribute("aria-activedescendant"); // an empty sheet that may only be read
    this.frame.input.setAttribute("aria-label", `${column.heading} ${line?.row ? this.numberOf(line.row) : ""}`);
    const fault = line?.row ? faultAt(line.row, column) : "";
    const found = (line?.row?.findings ?? []).map((finding) => finding.message).join("；");
    const hint = [line?.blank ? say("在这里填，就是新的一行") : "", column.about].filter(Boolean).join("　");
    this.bar.tell(fault || found || hint, fault ? "error" : found ? "warning" : "");
  }

  #moved() {
    this.editor.commit();
    this.reveal();
    this.tellActive();
    this.refresh();
  }

  #text(r, c) {
    return this.layout.lines[r]?.row?.cells[this.sheet.columns[c].key] ?? "";
  }

  // The cells of the selection with what `made` gives for them; null leaves a cell alone.
  #selected(made) {
    const { top, bottom, left, right } = this.cursor.range;
    const found = [];
    for (let r = top; r <= bottom; r += 1) {
      if (this.layout.lines[r]?.blank && bottom > top) continue;
      for (let c = left; c <= right; c += 1) found.push({ r, c, text: made(r, c) });
    }
    return found.filter((one) => one.text !== null);
  }

  #turned(steps, nothing) {
    if (!steps) { this.bar.say(nothing); return; }
    const step = steps.find(({ row }) => this.layout.places.has(row));
    if (!step) return;
    const c = step.key ? this.sheet.columns.findIndex((column) => column.key === step.key) : this.cursor.active.c;
    this.cursor.go(this.layout.places.get(step.row), c);
  }
}
