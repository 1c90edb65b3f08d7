// Editing one cell.  The input always has the focus, so that typing, also by an input method, begins at once.
import { isNumber } from "./frame.js";
import { LOOKED_UP, Suggestions } from "./suggest.js";
import { LINE } from "./paint.js";

export class Editor {
  editing = false;
  entering = false; // begun by typing: arrows finish; begun by F2: arrows move in the text

  constructor(grid) {
    Object.assign(this, { grid, frame: grid.frame, input: grid.frame.input });
    this.suggestions = new Suggestions(grid.frame, grid.codesUrl, {
      tell: (text) => grid.bar.say(text),
      used: (column) => new Set(grid.sheet.rows.map((row) => row.cells[column.key])),
    });
    this.suggestions.onpick = (text) => { this.commit({ text }); grid.cursor.enter(false); };
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("compositionstart", () => { if (!this.editing) this.begin("", true); });
    this.input.addEventListener("blur", () => { if (this.editing) this.commit(); this.frame.host.classList.remove("grid-focused"); });
    this.input.addEventListener("focus", () => this.frame.host.classList.add("grid-focused"));
    this.frame.scroll.addEventListener("scroll", () => this.place(), { passive: true });
  }

  focus() {
    this.input.focus({ preventScroll: true });
    // A dialog that closes gives the focus back without the caret, and keys would go nowhere.
    if (!this.editing) this.input.setSelectionRange(0, 0);
  }

  /** Begins to edit the active cell: with its text (null), or with what was typed. */
  begin(text = null, entering = false) {
    const { r, c } = this.grid.cursor.active;
    const line = this.grid.layout.lines[r];
    if (this.grid.sheet.readonly || line.group || this.editing) return;
    this.column = this.grid.sheet.columns[c];
    Object.assign(this, { at: { r, c }, row: line.row, editing: true, entering });
    this.grid.saving.editing = line.row ?? null;
    this.input.inputMode = isNumber(this.column) ? "decimal" : "text";
    this.input.classList.add("grid-editing");
    this.input.classList.toggle("grid-right", isNumber(this.column));
    this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-label", this.column.heading);
    if (text === null) this.input.value = line.row?.cells[this.column.key] ?? "";
    this.grid.reveal();
    this.place();
    this.focus();
    if (text === null) this.input.setSelectionRange(this.input.value.length, this.input.value.length);
    if (this.column.choices || LOOKED_UP.has(this.column.kind)) this.suggestions.ask(this.column, this.input.value, text === null);
  }

  /** Ends editing and writes what was typed, or a `text` that was picked; returns whether there was anything to end. */
  commit({ fill = false, text = null } = {}) {
    if (!this.editing) return false;
    const typed = text ?? this.suggestions.chosen ?? this.input.value.trim();
    const { r, c } = this.at;
    this.#end();
    if (fill) this.grid.fillWith(typed);
    else this.grid.write([{ r: this.row ? (this.grid.layout.places.get(this.row) ?? r) : r, c, text: typed }]);
    return true;
  }

  cancel() {
    if (this.suggestions.open && !this.entering) { this.suggestions.close(); return; }
    this.#end();
  }

  /** Lays the input over the active cell; while nothing is edited it cannot be seen there. */
  place() {
    const { active } = this.grid.cursor;
    const at = this.editing ? this.at : active;
    const { style } = this.input;
    const pinned = at.c < this.frame.frozen ? this.frame.scroll.scrollLeft : 0;
    style.top = `${this.frame.head.offsetHeight + at.r * LINE}px`;
    style.left = `${this.frame.left(at.c) + pinned}px`;
    style.width = `${this.frame.widths[at.c]}px`;
    style.height = `${LINE}px`;
    if (this.editing) this.#grow();
  }

  #grow() {
    const { input } = this;
    if (isNumber(this.column)) return;
    const room = this.frame.scroll.clientWidth + this.frame.scroll.scrollLeft - input.offsetLeft - 8;
    if (input.scrollWidth > input.clientWidth) input.style.width = `${Math.min(Math.max(this.frame.widths[this.at.c], 360), Math.max(120, room))}px`;
    if (input.scrollHeight > input.clientHeight) input.style.height = `${Math.min(input.scrollHeight + 4, 180)}px`;
  }

  #typed() {
    if (!this.editing) this.begin(this.input.value, true);
    if (!this.editing) { this.input.value = ""; return; }
    this.#grow();
    if (this.column.choices || LOOKED_UP.has(this.column.kind)) this.suggestions.ask(this.column, this.input.value.trim());
  }

  #end() {
    Object.assign(this, { editing: false, entering: false });
    this.grid.saving.editing = null;
    this.suggestions.close();
    this.input.value = "";
    this.input.inputMode = this.grid.touched ? "none" : "text";
    this.input.classList.remove("grid-editing", "grid-right");
    this.place();
    this.grid.tellActive();
    queueMicrotask(() => this.grid.bar.ask());
  }
}
