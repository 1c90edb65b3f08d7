// The list below a cell that is edited: words to choose from, or codes found by number or name.
import { make } from "./frame.js";
import { say } from "./words.js";

const CALM = 120; // ms after the last key
const FOUND = new Map(); // answers of the server by kind and query
const BY_NAME = new Set(["unit", "project"]); // kinds that are written by their name

export const LOOKED_UP = new Set(["function", "economic", "unit", "project"]);

/** What the server finds for a query: [{code, name, path}]; `more` are further questions, such as the year. */
export async function lookUp(url, kind, query, more = {}) {
  const asked = new URLSearchParams({ kind, q: query, ...more });
  const key = String(asked);
  if (!FOUND.has(key)) {
    const answer = await fetch(`${url}?${asked}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    FOUND.set(key, await answer.json());
    if (FOUND.size > 500) FOUND.delete(FOUND.keys().next().value);
  }
  return FOUND.get(key);
}

export class Suggestions {
  options = [];
  at = -1;
  #timer = 0;
  #asked = 0;

  /** `used` gives the texts that stand in a column already: such codes come first. */
  constructor(frame, codesUrl, { tell, used }) {
    Object.assign(this, { frame, codesUrl, tell, used });
    frame.list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the input keeps the focus
      const option = event.target.closest("[role=option]");
      if (option) this.onpick?.(this.options[Number(option.dataset.at)].text);
    });
  }

  get open() {
    return !this.frame.list.hidden;
  }

  get chosen() {
    return this.open && this.at >= 0 ? this.options[this.at].text : null;
  }

  /** Shows what fits a query; `all` shows every word of a choice whatever was typed. */
  ask(column, query, all = false) {
    clearTimeout(this.#timer);
    const turn = (this.#asked += 1);
    if (column.choices) return this.#show(this.#words(column, all ? "" : query), all ? query : query !== "");
    if (!LOOKED_UP.has(column.kind)) return this.close();
    this.#timer = setTimeout(async () => {
      const found = await lookUp(this.codesUrl, column.kind, query).catch(() => []);
      if (turn !== this.#asked) return;
      const known = this.used(column);
      const used = (text) => known.has(text);
      const options = found.map((one) => optionOf(column.kind, one)).sort((a, b) => used(b.text) - used(a.text));
      this.#show(options, query !== "" && sure(options, query, used));
    }, this.open ? CALM : 0);
    return undefined;
  }

  move(by) {
    if (!this.open || !this.options.length) return;
    this.#mark((this.at + by + this.options.length) % this.options.length);
  }

  close() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#open(false);
    this.options = [];
    this.at = -1;
  }

  #words(column, query) {
    const folded = query.toLowerCase();
    const options = column.choices.map((word) => ({ text: word, label: word, path: column.names?.[word] ?? "" }));
    return options.filter(({ label, path }) => `${label}\n${path}`.toLowerCase().includes(folded));
  }

  // `mark` says whether the first is taken by Enter, or names the one that stands in the cell.
  #show(options, mark) {
    this.options = options;
    const { list } = this.frame;
    list.replaceChildren(...options.map((option, at) => make(
      "div", "grid-option", { role: "option", id: `grid-option-${at}`, "data-at": at, "aria-selected": "false" },
      make("span", "", {}, option.label), make("small", "", {}, option.path ?? ""),
    )));
    if (!options.length) {
      this.#open(false);
      return this.tell(say("没有找到；可以照填，保存时再核对"));
    }
    this.#open(true);
    this.#place();
    this.tell(say("{n} 个可选，用上下键选择", { n: options.length }));
    return this.#mark(typeof mark === "string" ? options.findIndex((option) => option.text === mark) : mark ? 0 : -1);
  }

  #mark(at) {
    this.at = at;
    [...this.frame.list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    if (at < 0) return this.frame.input.removeAttribute("aria-activedescendant");
    this.frame.list.children[at].scrollIntoView({ block: "nearest" });
    return this.frame.input.setAttribute("aria-activedescendant", `grid-option-${at}`);
  }

  // To those who listen, the input is a combobox while its list is open, and a text field otherwise.
  #open(open) {
    const { list, input } = this.frame;
    list.hidden = !open;
    input.setAttribute("aria-controls", open ? "grid-list" : "grid-table");
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "true"], ["aria-autocomplete", "list"]]) {
      if (open) input.setAttribute(name, value);
      else input.removeAttribute(name);
    }
  }

  // Below the cell, or above it where there is no room.
  #place() {
    const { list, input, scroll } = this.frame;
    const below = input.offsetTop + input.offsetHeight;
    const room = scroll.scrollTop + scroll.clientHeight - below;
    const up = room < list.offsetHeight && input.offsetTop - scroll.scrollTop > list.offsetHeight;
    const right = scroll.scrollLeft + scroll.clientWidth - list.offsetWidth - 4;
    list.style.top = `${up ? input.offsetTop - list.offsetHeight : below}px`;
    list.style.left = `${Math.max(0, Math.min(input.offsetLeft, right))}px`;
  }
}

/** The text that a found code puts into the cell. */
export function textOf(kind, one) {
  return BY_NAME.has(kind) ? one.name : one.code;
}

// Enter takes the first of the list only where it is plain which one is meant: 行政运行 alone is
// the name of some fifty codes.
function sure(options, query, used) {
  const digits = /^\d+$/.test(query);
  const [first, second] = options;
  return options.length === 1 || (digits && first?.text === query) || (used(first?.text) && !used(second?.text));
}

function optionOf(kind, one) {
  const label = BY_NAME.has(kind) ? `${one.name}　${one.code === one.name ? "" : one.code}` : `${one.code}　${one.name}`;
  return { text: textOf(kind, one), label, path: one.path };
}
