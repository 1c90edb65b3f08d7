// Saving: what is edited goes to the server by itself, again and again until it has arrived.
import { clientKey, rowOf } from "./sheet.js";
import { Store } from "./store.js";

const CALM = 600; // ms after the last edit
const PATIENCE = 20_000; // ms for an answer
const SLOWEST = 30_000; // ms between two attempts
const BATCH = 500; // rows in one request

export class Saving extends EventTarget {
  pending = new Map();
  flying = new Map();
  conflicts = new Map();
  editing = null; // the row whose cell is open
  grouping = ""; // what the totals of the groups are wanted by
  state = "saved"; // saved, dirty, saving, offline, busy, signed-out, refused
  #timer = 0;
  #fails = 0;

  constructor(sheet, { url, token, person }) {
    super();
    Object.assign(this, { sheet, url, token, person });
    this.store = new Store(`${person}.${new URL(url, location.href).pathname}`);
    sheet.addEventListener("edited", (event) => this.#note(event.detail));
    window.addEventListener("online", () => this.soon(0));
    window.addEventListener("beforeunload", (event) => { if (this.store.full && this.waiting) event.preventDefault(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.pending.size) this.soon(0); });
  }

  /** The token that the server wants; that of a person who signed in anew is in the cookie only. */
  get csrf() {
    return document.cookie.split("; ").find((part) => part.startsWith("csrftoken="))?.slice(10) ?? this.token;
  }

  /** How many rows are not saved. */
  get waiting() {
    return this.pending.size + this.flying.size + this.conflicts.size;
  }

  /** Puts back what an earlier page could not save; returns how many rows that are. */
  restore() {
    const entries = Object.values(this.store.read());
    for (const entry of entries) this.#restoreRow(entry);
    if (this.pending.size) this.#be("dirty");
    if (this.pending.size) this.soon(0);
    return this.pending.size;
  }

  soon(delay = CALM) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.send(), delay);
  }

  async send() {
    if (this.flying.size || !this.pending.size || this.sheet.readonly) return;
    const batch = [...this.pending.values()].slice(0, BATCH);
    for (const entry of batch) {
      this.pending.delete(entry.client);
      this.flying.set(entry.client, entry);
    }
    this.#be("saving");
    try {
      this.#arrived(batch, await this.#post(batch));
    } catch (failure) {
      this.#failed(batch, failure);
    }
  }

  /** Settles a conflict: with what stands here, or with what the other person wrote. */
  settle(client, keepMine) {
    const { entry, theirs, row } = this.conflicts.get(client);
    this.conflicts.delete(client);
    row.conflict = false;
    if (keepMine) this.#insist(entry, theirs, row);
    else this.#yield(entry, theirs, row);
    this.#be(this.waiting ? "dirty" : "saved");
    this.soon(0);
  }

  #insist(entry, theirs, row) {
    if (!theirs.theirs) {
      this.store.forget([entry]);
      Object.assign(row, { id: null, revision: 0, client: clientKey() });
      this.#keep([this.#queue(row, { ...row.cells })]);
    } else {
      row.revision = theirs.revision;
      const again = { ...entry, revision: theirs.revision };
      this.pending.set(entry.client, again);
      this.#keep([again]);
    }
  }

  #yield(entry, theirs, row) {
    this.store.forget([entry]);
    if (!theirs.theirs) return this.sheet.drop(row);
    row.revision = theirs.revision;
    if (entry.delete) { row.gone = false; this.sheet.place(row); }
    return this.sheet.take(row, theirs.theirs);
  }

  #note(steps) {
    const touched = new Set();
    for (const { type, row, key } of steps) {
      if (type === "set") touched.add(this.#queue(row, { [key]: row.cells[key] ?? "" }));
      else if (type === "insert") touched.add(this.#queue(row, { ...row.cells }));
      else touched.add(this.#queueRemoval(row));
    }
    this.#keep([...touched].filter(Boolean));
    this.soon();
  }

  // A new row of which nothing is filled yet is nobody's loss: it waits for its first cell.
  #queue(row, cells) {
    if (row.id === null && !this.flying.has(row.client) && !this.pending.has(row.client) && !Object.keys(row.cells).length) return null;
    const clash = this.conflicts.get(row.client)?.entry;
    const entry = clash ?? this.pending.get(row.client) ?? { client: row.client, id: row.id, revision: row.revision, cells: {} };
    Object.assign(entry.cells, cells);
    Object.assign(entry, { position: row.position, whole: { ...row.cells }, row });
    if (!clash) this.pending.set(row.client, entry);
    return entry;
  }

  #queueRemoval(row) {
    const held = this.pending.get(row.client);
    this.pending.delete(row.client);
    this.conflicts.delete(row.client);
    if (row.id === null && !this.flying.has(row.client)) {
      if (held) this.store.forget([held]);
      return null;
    }
    const entry = { client: row.client, id: row.id, revision: row.revision, position: row.position, delete: true, row };
    this.pending.set(row.client, entry);
    return entry;
  }

  #keep(entries) {
    const stamp = clientKey();
    for (const entry of entries) entry.stamp = stamp;
    this.store.put(entries.map(stored));
    this.#be({ saved: "dirty" }[this.state] ?? this.state);
    if (!this.waiting) this.#be("saved");
  }

  async #post(batch) {
    const answer = await fetch(this.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf, Accept: "application/json" },
      body: JSON.stringify({ person: this.person, group: this.grouping || null, changes: batch.map(wire) }),
      signal: AbortSignal.timeout(PATIENCE),
      redirect: "manual",
    });
    if (answer.type === "opaqueredirect" || answer.status === 401) throw Object.assign(new Error(), { state: "signed-out" });
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) {
      const told = await answer.json().catch(() => ({}));
      throw Object.assign(new Error((told.reasons ?? [told.error ?? ""]).join("；")), { state: "refused" });
    }
    if (!answer.ok) throw Object.assign(new Error(), { state: "busy" });
    return answer.json();
  }

  #arrived(batch, answer) {
    this.#fails = 0;
    this.flying.clear();
    this.store.forget(batch);
    const byClient = new Map(batch.map((entry) => [entry.client, entry]));
    const byId = new Map(batch.map((entry) => [entry.id, entry]));
    for (const saved of answer.rows) this.#settled(byClient.get(saved.client) ?? byId.get(saved.id), saved);
    for (const theirs of answer.conflicts ?? []) this.#clash(byId.get(theirs.id), theirs);
    for (const row of this.sheet.rows) row.position = answer.positions?.[row.id] ?? row.position;
    this.sheet.takeTotals(answer);
    this.#be(this.pending.size ? "dirty" : "saved");
    this.dispatchEvent(new CustomEvent("answer", { detail: answer }));
    // The server counts every save: more than this one means that somebody else is at work too.
    const others = answer.revision > this.sheet.revision + 1;
    this.sheet.revision = answer.revision;
    if (others) this.dispatchEvent(new Event("others"));
    if (this.pending.size) this.soon(0);
  }

  /** Whether a row has changes that the server does not have. */
  holds(row) {
    return this.pending.has(row.client) || this.flying.has(row.client) || this.conflicts.has(row.client) || row.id === null || row === this.editing;
  }

  /** Takes what others have saved meanwhile; rows that are being changed here stay as they are. */
  meet(data) {
    if (this.flying.size) return; // the next answer tells again
    const theirs = new Map(data.rows.map((row) => [row.id, row]));
    const mine = new Set(this.sheet.rows.map((row) => row.id));
    for (const row of this.sheet.rows) {
      const now = theirs.get(row.id);
      if (this.holds(row)) continue;
      if (!now) row.lost = true;
      else {
        const { revision, position, cells, faults, findings, group = row.group } = now;
        Object.assign(row, { revision, position, cells, faults, findings, group });
      }
    }
    const removed = new Set([...this.pending.values()].filter((entry) => entry.delete).map((entry) => entry.id));
    const added = data.rows.filter((row) => !mine.has(row.id) && !removed.has(row.id)).map(rowOf);
    this.sheet.meet(added, data);
  }

  #settled(entry, saved) {
    const row = entry?.row ?? this.sheet.rows.find((other) => other.id === saved.id);
    if (!row || row.gone || (entry && row.client !== entry.client)) return this.#follow(entry?.client, saved);
    Object.assign(row, { id: saved.id, revision: saved.revision });
    if ("group" in saved) row.group = saved.group;
    if ("position" in saved) row.position = saved.position;
    const waiting = this.#follow(row.client, saved);
    if (!waiting) row.faults = { ...saved.faults };
    if (!waiting && saved.cells) row.cells = { ...saved.cells };
    return undefined;
  }

  // What was edited while the answer was under way goes out against the new revision.
  #follow(client, saved) {
    const waiting = this.pending.get(client);
    if (waiting) {
      Object.assign(waiting, { id: saved.id, revision: saved.revision });
      this.store.put([stored(waiting)]);
    }
    return waiting;
  }

  #clash(entry, theirs) {
    if (!entry) return;
    const row = entry.row;
    const waiting = this.pending.get(entry.client);
    this.pending.delete(entry.client);
    const mine = waiting ? { ...waiting, cells: { ...entry.cells, ...waiting.cells } } : entry;
    row.conflict = true;
    this.conflicts.set(entry.client, { entry: mine, theirs, row });
    this.store.put([stored(mine)]);
    this.dispatchEvent(new Event("conflict"));
  }

  #failed(batch, failure) {
    this.flying.clear();
    for (const entry of batch) {
      const newer = this.pending.get(entry.client);
      if (newer && !newer.delete) newer.cells = { ...entry.cells, ...newer.cells };
      this.pending.set(entry.client, newer ?? entry);
    }
    this.#fails += 1;
    this.message = failure.message;
    this.#be(failure.state ?? "offline");
    this.soon(Math.min(SLOWEST, 1000 * 2 ** (this.#fails - 1)));
  }

  #restoreRow(entry) {
    const found = this.sheet.rows.find((row) => (entry.id !== null && row.id === entry.id) || row.client === entry.client);
    const row = found ?? this.#revive(entry);
    if (!row) return this.store.forget([entry]);
    row.client = entry.client;
    if (entry.delete) { this.sheet.drop(row); row.gone = true; }
    else Object.assign(row.cells, entry.cells);
    for (const [key, text] of Object.entries(row.cells)) if (!text) delete row.cells[key];
    this.pending.set(entry.client, { ...entry, id: row.id, revision: entry.id === null ? row.revision : entry.revision, row });
    return undefined;
  }

  // A row that the server no longer has, or never had, comes back whole.
  #revive(entry) {
    if (entry.delete) return null;
    const row = {
      id: entry.id, client: entry.client, revision: entry.revision, position: entry.position,
      cells: { ...entry.whole }, faults: {}, findings: [], group: null, conflict: false, gone: false,
    };
    this.sheet.place(row);
    return row;
  }

  #be(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

// A row goes out whole: the server compares and keeps it as the one who typed saw it.
function wire(entry) {
  const { client, id, revision, position, whole } = entry;
  return entry.delete ? { id, client, revision, position, delete: true } : { id, client, revision, position, cells: whole };
}

function stored({ row, ...entry }) {
  return entry;
}
