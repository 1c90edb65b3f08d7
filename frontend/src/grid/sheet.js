// A sheet as the page knows it: its rows in order, what was changed, and how to take it back.
import { say } from "./words.js";

const DEEPEST = 500; // steps of undo that are kept

/** A key that no other row has; not randomUUID, which plain http lacks. */
export function clientKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Sheet extends EventTarget {
  #done = [];
  #undone = [];

  constructor(data) {
    super();
    Object.assign(this, { key: data.sheet, name: data.name, columns: data.columns, readonly: data.readonly, revision: data.revision });
    this.rows = data.rows.map((row) => rowOf(row));
    this.names = new Map(Object.entries(data.names ?? {}).map(([kind, names]) => [kind, new Map(Object.entries(names))]));
    this.groupings = data.groupings ?? [];
    this.takeTotals(data);
  }

  takeTotals(answer) {
    if (answer.totals) this.totals = answer.totals;
    if (answer.groups) this.groups = answer.groups;
    for (const [kind, names] of Object.entries(answer.names ?? {})) {
      const known = this.names.get(kind) ?? new Map();
      for (const [code, name] of Object.entries(names)) known.set(code, name);
      this.names.set(kind, known);
    }
  }

  /** What stands beside a code for the eye: its name; beside a choice what it means in another language. */
  nameOf(column, text) {
    return this.names.get(column.kind)?.get(text) ?? column.names?.[text] ?? "";
  }

  /** Does some steps as one: each sets a cell, inserts or removes a row.  They can be undone together. */
  change(steps) {
    const real = steps.filter((step) => step.type !== "set" || step.before !== step.after);
    if (!real.length || this.readonly) return;
    this.#done.push(real);
    this.#done.splice(0, this.#done.length - DEEPEST);
    this.#undone = [];
    this.#run(real);
  }

  undo() {
    return this.#turn(this.#done, this.#undone, (steps) => steps.slice().reverse().map(inverse));
  }

  redo() {
    return this.#turn(this.#undone, this.#done, (steps) => steps);
  }

  /** The steps that set cells; `wanted` are [row, key, text].  Rows are those of this sheet. */
  setting(wanted) {
    return wanted.map(([row, key, after]) => ({ type: "set", row, key, before: row.cells[key] ?? "", after }));
  }

  /** The steps that put `count` new rows before a place. */
  inserting(at, count, fill = () => ({})) {
    const before = this.rows[at - 1]?.position ?? 0;
    const after = this.rows[at]?.position ?? before + count + 1;
    const group = this.rows[at - 1]?.group ?? this.rows[at]?.group ?? null;
    return Array.from({ length: count }, (_, i) => {
      // Drawn within its part of the gap: a position is a new row's own, by which the server
      // knows it again when a request is repeated.
      const position = before + ((after - before) * (i + 0.25 + Math.random() / 2)) / count;
      const row = rowOf({ id: null, revision: 0, position, cells: fill(i), group });
      return { type: "insert", row, at: at + i };
    });
  }

  /** The steps that take rows out. */
  removing(rows) {
    const places = rows.map((row) => this.rows.indexOf(row)).filter((at) => at >= 0).sort((a, b) => b - a);
    return places.map((at) => ({ type: "remove", row: this.rows[at], at }));
  }

  /** Sets cells as the server has them, without a step to undo. */
  take(row, cells) {
    row.cells = { ...cells };
    this.#tell([row]);
  }

  /** Puts a row where its position says, without a step to undo. */
  place(row) {
    const at = this.rows.findIndex((other) => other.position > row.position);
    this.rows.splice(at < 0 ? this.rows.length : at, 0, row);
    this.#tell([row]);
  }

  /** Takes a row out, without a step to undo. */
  drop(row) {
    this.rows = this.rows.filter((other) => other !== row);
    this.#tell([row]);
  }

  /** Takes rows that others have added, lets go of those that they took out, and puts all in order. */
  meet(added, data) {
    this.rows = [...this.rows.filter((row) => !row.lost), ...added].sort((a, b) => a.position - b.position);
    this.revision = data.revision;
    this.takeTotals(data);
    this.#tell(added);
  }

  #turn(from, to, made) {
    const steps = from.pop();
    if (!steps) return null;
    to.push(steps);
    const run = made(steps);
    this.#run(run);
    return run;
  }

  #run(steps) {
    for (const step of steps) {
      if (step.type === "set") this.#set(step);
      else if (step.type === "insert") this.#insert(step);
      else this.#remove(step);
    }
    this.dispatchEvent(new CustomEvent("edited", { detail: steps }));
    this.#tell(steps.map((step) => step.row));
  }

  #set({ row, key, after }) {
    if (after) row.cells[key] = after;
    else delete row.cells[key];
    delete row.faults[key];
  }

  // A row that comes back is a new one to the server, which may have taken the old one out.
  #insert({ row, at }) {
    if (row.gone) Object.assign(row, { id: null, revision: 0, client: clientKey(), gone: false });
    this.rows.splice(Math.min(at, this.rows.length), 0, row);
  }

  #remove({ row }) {
    this.rows.splice(this.rows.indexOf(row), 1);
    row.gone = true;
  }

  #tell(rows) {
    this.dispatchEvent(new CustomEvent("changed", { detail: rows }));
  }
}

/** A row of the page made of one of the server. */
export function rowOf(row) {
  return {
    id: row.id, client: row.client || clientKey(), revision: row.revision, position: row.position,
    cells: { ...row.cells }, faults: { ...row.faults }, findings: row.findings ?? [], group: row.group ?? null,
    conflict: false, gone: false,
  };
}

function inverse(step) {
  if (step.type === "set") return { ...step, before: step.after, after: step.before };
  return { ...step, type: step.type === "insert" ? "remove" : "insert" };
}

/** What is wrong at a cell in one sentence; empty where nothing is. */
export function faultAt(row, column) {
  if (row.conflict) return say("这一行别人也改了，请选择用哪一份");
  return row.faults[column.key] ?? "";
}
