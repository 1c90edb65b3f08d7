// What was typed and is not yet saved, kept in the browser: it outlives the page, the network and the server.

/** Unsaved changes of one sheet by one person; several tabs may share them, each writes only its own rows. */
export class Store {
  constructor(name, storage = window.localStorage) {
    this.name = `shouzhi.entry.${name}`;
    this.storage = storage;
    this.full = false;
  }

  read() {
    try {
      return JSON.parse(this.storage.getItem(this.name)) ?? {};
    } catch {
      return {}; // not readable: nothing that could be restored
    }
  }

  put(entries) {
    const kept = this.read();
    for (const entry of entries) kept[entry.client] = entry;
    this.#write(kept);
  }

  /** Forgets changes that are saved, unless another tab has changed the same row since. */
  forget(entries) {
    const kept = this.read();
    for (const entry of entries) if (kept[entry.client]?.stamp === entry.stamp) delete kept[entry.client];
    this.#write(kept);
  }

  #write(kept) {
    try {
      if (Object.keys(kept).length) this.storage.setItem(this.name, JSON.stringify(kept));
      else this.storage.removeItem(this.name);
      this.full = false;
    } catch {
      this.full = true; // no room: the page says so and keeps the changes itself
    }
  }
}
