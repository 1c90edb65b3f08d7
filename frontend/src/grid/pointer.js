// The mouse and the finger: choosing cells, rows and columns, dragging a block, widths of columns.

/** Listens on the elements of a grid for the pointer. */
export function listen(grid) {
  const { table, head, body, scroll } = grid.frame;
  table.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("input")) return;
    grid.touched = event.pointerType === "touch";
    if (grid.touched) return; // a finger may be about to scroll; a tap is a click
    if (event.target.closest(".grid-grip")) widen(grid, event);
    else if (head.contains(event.target)) chooseColumn(grid, event);
    else chooseCell(grid, event);
  });
  table.addEventListener("click", (event) => {
    if (event.pointerType !== "touch" || event.target.closest("input")) return;
    if (head.contains(event.target)) chooseColumn(grid, event);
    else tap(grid, event);
  });
  body.addEventListener("dblclick", (event) => { if (event.target.closest(".grid-cell")) grid.editor.begin(); });
  head.addEventListener("dblclick", (event) => { if (event.target.closest(".grid-grip")) fitColumn(grid, Number(event.target.dataset.column)); });
  head.addEventListener("input", (event) => { if (event.target.dataset.filter) grid.filter(event.target.dataset.filter, event.target.value); });
  head.addEventListener("keydown", (event) => {
    if (event.target.dataset.filter && (event.key === "Enter" || event.key === "ArrowDown" || event.key === "Escape")) {
      event.preventDefault();
      grid.editor.focus();
    }
  });
  scroll.addEventListener("pointerup", (event) => { if (!event.target.closest("input") && event.pointerType !== "touch") grid.editor.focus(); });
}

function spot(event) {
  const line = event.target.closest?.(".grid-line");
  if (!line) return null;
  const cell = event.target.closest(".grid-cell");
  return { r: Number(line.dataset.r), c: cell ? Number(cell.dataset.c) : null };
}

function chooseCell(grid, event) {
  const at = spot(event);
  if (!at) return;
  const line = grid.layout.lines[at.r];
  grid.editor.commit();
  if (line.group && (at.c === null || at.c === 0)) { grid.toggle(line.group.key); return; }
  event.preventDefault();
  choose(grid, at, event.shiftKey);
  drag(grid, (moved) => choose(grid, spot(moved), true));
}

// A tap chooses a cell, a second one opens it.
function tap(grid, event) {
  const at = spot(event);
  if (!at) return;
  const { active } = grid.cursor;
  const line = grid.layout.lines[at.r];
  if (line.group) grid.toggle(line.group.key);
  else if (active.r === at.r && active.c === at.c) grid.editor.begin();
  else { grid.editor.commit(); choose(grid, at, false); }
}

function choose(grid, at, extend) {
  if (!at) return;
  const { cursor } = grid;
  if (at.c !== null) cursor.go(at.r, at.c, { extend });
  else if (extend) cursor.select(cursor.anchor.r, 0, at.r, cursor.last.c);
  else cursor.select(at.r, 0, at.r, cursor.last.c);
  grid.editor.focus();
}

function chooseColumn(grid, event) {
  const title = event.target.closest(".grid-title");
  if (!title && !event.target.closest(".grid-titles")) return;
  event.preventDefault();
  grid.editor.commit();
  const { cursor } = grid;
  const c = title ? Number(title.dataset.column) : null;
  if (c === null) cursor.select(0, 0, cursor.last.r, cursor.last.c);
  else cursor.select(0, event.shiftKey ? cursor.anchor.c : c, cursor.last.r, c);
  grid.editor.focus();
}

function widen(grid, event) {
  event.preventDefault();
  const c = Number(event.target.dataset.column);
  const begun = event.clientX, width = grid.frame.widths[c];
  drag(grid, (moved) => { grid.frame.resize(c, width + moved.clientX - begun); grid.refresh(); });
}

// As wide as the longest text in sight.
function fitColumn(grid, c) {
  const cells = grid.frame.body.querySelectorAll(`.grid-cell[data-c="${c}"]`);
  const widest = Math.max(60, ...Array.from(cells, (cell) => cell.scrollWidth + 4));
  grid.frame.resize(c, widest);
  grid.refresh();
}

function drag(grid, moved) {
  const stop = new AbortController();
  const options = { signal: stop.signal };
  document.addEventListener("pointermove", (event) => { if (event.buttons) { scrollAlong(grid, event); moved(event); } else stop.abort(); }, options);
  document.addEventListener("pointerup", () => stop.abort(), options);
  document.addEventListener("pointercancel", () => stop.abort(), options);
}

function scrollAlong(grid, event) {
  const { scroll } = grid.frame;
  const box = scroll.getBoundingClientRect();
  if (event.clientY > box.bottom - 12) scroll.scrollTop += 24;
  else if (event.clientY < box.top + 12) scroll.scrollTop -= 24;
}
