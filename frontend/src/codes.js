// Fields that take a code: found by part of its number or name, picked from a list below the field.
import { make } from "./grid/frame.js";
import { lookUp, textOf } from "./grid/suggest.js";
import { say, speak } from "./grid/words.js";

const CALM = 120; // ms after the last key
let made = 0;

/** A field with a list, after the pattern of an editable combobox with a list (WAI-ARIA). */
class Combobox {
  options = [];
  at = -1;
  #timer = 0;
  #asked = 0;

  constructor(input, url) {
    Object.assign(this, { input, url, kind: input.dataset.codes });
    const id = `codes-${(made += 1)}`;
    this.list = make("div", "code-list", { role: "listbox", id, "aria-label": say("可选的内容") });
    this.list.hidden = true;
    this.told = make("span", "sr", { role: "status" });
    input.after(this.list, this.told);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", id]]) {
      input.setAttribute(name, value);
    }
    input.addEventListener("input", () => {
      this.#name("");
      this.#ask();
    });
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const option = event.target.closest("[role=option]");
      if (option) this.#pick(Number(option.dataset.at));
    });
    window.addEventListener("scroll", (event) => { if (event.target !== this.list) this.close(); }, { capture: true, passive: true });
    window.addEventListener("resize", () => this.close());
  }

  get open() {
    return !this.list.hidden;
  }

  close() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#show([]);
  }

  #key(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.open) this.#mark((this.at + step + this.options.length) % this.options.length);
    else if (step === 1) this.#ask(0);
    else if (event.key === "Enter" && this.open && this.at >= 0) this.#pick(this.at);
    else if (event.key === "Escape" && this.open) this.close();
    else return;
    event.preventDefault();
  }

  #ask(wait = CALM) {
    clearTimeout(this.#timer);
    const turn = (this.#asked += 1);
    this.#timer = setTimeout(async () => {
      const query = this.input.value.trim();
      const found = await lookUp(this.url, this.kind, query, this.#year()).catch(() => null);
      if (turn !== this.#asked || !found) return;
      this.#show(found);
      this.told.textContent = found.length ? say("{n} 个可选，用上下键选择", { n: found.length }) : say("没有找到；可以照填，保存时再核对");
    }, wait);
  }

  // The accounts of the row's year, or of that in which the project begins.
  #year() {
    const near = this.input.closest("tr")?.querySelector("[name$=-year]") ?? this.input.form?.elements.begins;
    const year = /^\d{4}/.exec(near?.value ?? "")?.[0];
    return year ? { year } : {};
  }

  #show(found) {
    this.options = found;
    this.list.replaceChildren(...found.map((one, at) => make(
      "div", "code-option", { role: "option", id: `${this.list.id}-${at}`, "data-at": at, "aria-selected": "false" },
      make("span", "", {}, one.code === one.name ? one.name : `${one.code}　${one.name}`), make("small", "", {}, one.path ?? ""),
    )));
    this.list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(this.open));
    this.#mark(-1);
    if (this.open) this.#place();
  }

  #mark(at) {
    this.at = at;
    [...this.list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    if (at < 0) return this.input.removeAttribute("aria-activedescendant");
    this.list.children[at].scrollIntoView({ block: "nearest" });
    return this.input.setAttribute("aria-activedescendant", `${this.list.id}-${at}`);
  }

  #pick(at) {
    const one = this.options[at];
    this.input.value = textOf(this.kind, one);
    this.#name(one.name === this.input.value ? "" : one.name);
    this.close();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // The name of the code that stands in the field, below it.
  #name(text) {
    const place = this.input.parentElement.querySelector("[data-name]");
    if (place) place.textContent = text;
  }

  // Over everything, for a table that scrolls would cut it off; above the field where there is no room below.
  #place() {
    const { style } = this.list;
    const field = this.input.getBoundingClientRect();
    const height = this.list.offsetHeight;
    const up = field.bottom + height > window.innerHeight && field.top > height;
    style.top = `${up ? field.top - height : field.bottom}px`;
    style.left = `${Math.max(4, Math.min(field.left, document.documentElement.clientWidth - this.list.offsetWidth - 4))}px`;
  }
}

for (const form of document.querySelectorAll("form[data-lookup]")) {
  speak(JSON.parse(form.dataset.words));
  for (const input of form.querySelectorAll("input[data-codes]")) new Combobox(input, form.dataset.lookup);
}
