// The keyboard: the keys that Excel has.  Keys of an input method are left to it.

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const LEAPS = new Set(["Home", "End", "PageUp", "PageDown"]);

/** Listens on the input of a grid for keys. */
export function listen(grid) {
  grid.frame.input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const handled = grid.editor.editing ? editing(grid, event) : moving(grid, event);
    if (handled) event.preventDefault();
  });
}

function editing(grid, event) {
  const { editor, cursor } = grid;
  const { suggestions } = editor;
  const arrow = ARROWS[event.key];
  if (event.key === "Escape") editor.cancel();
  else if (event.key === "Enter" && event.altKey) editor.input.setRangeText("\n", editor.input.selectionStart, editor.input.selectionEnd, "end");
  else if (event.key === "Enter" && event.ctrlKey) editor.commit({ fill: true });
  else if (event.key === "Enter") { editor.commit(); cursor.enter(event.shiftKey); }
  else if (event.key === "Tab") { editor.commit(); cursor.tab(event.shiftKey); }
  else if (event.key === "F2") editor.entering = !editor.entering;
  else if (arrow && arrow[0] && suggestions.open) suggestions.move(arrow[0]);
  else if (arrow && arrow[0] && event.altKey) suggestions.ask(editor.column, editor.input.value, true);
  else if (LEAPS.has(event.key) && editor.entering) { editor.commit(); return moving(grid, event); }
  else if (arrow && editor.entering) { editor.commit(); cursor.step(...arrow, event.shiftKey); }
  else return false;
  return true;
}

function moving(grid, event) {
  const { cursor, editor } = grid;
  const control = event.ctrlKey || event.metaKey;
  const arrow = ARROWS[event.key];
  if (arrow && event.altKey) return beside(grid, event, arrow);
  if (arrow && control) cursor.leap(...arrow, event.shiftKey, (at) => grid.filled(at));
  else if (arrow) cursor.step(...arrow, event.shiftKey);
  else if (event.key === "Tab") return tab(grid, event);
  else if (event.key === "Enter") enter(grid, event);
  else if (event.key === "F2") editor.begin();
  else if (event.key === "Home") cursor.go(control ? 0 : cursor.active.r, 0, { extend: event.shiftKey });
  else if (event.key === "End") cursor.go(control ? cursor.last.r : cursor.active.r, cursor.last.c, { extend: event.shiftKey });
  else if (event.key === "PageDown" || event.key === "PageUp") cursor.step(grid.sight * (event.key === "PageUp" ? -1 : 1), 0, event.shiftKey);
  else if (event.key === "Delete" && control) grid.removeRows();
  else if (event.key === "Delete" || event.key === "Backspace") grid.clear();
  else if (event.key === "Insert" && !control && !event.shiftKey) grid.insertRows();
  else if (event.key === " " && (event.shiftKey || control)) selectWhole(grid, event);
  else if (event.key === "Escape") cursor.go(cursor.active.r, cursor.active.c);
  else if (event.key === "?" && event.altKey) grid.bar.help();
  else if (control) return letters(grid, event);
  else return false;
  return true;
}

// Alt and an arrow: the list of the cell; with Shift the width of the column.
function beside(grid, event, [down, right]) {
  const { c } = grid.cursor.active;
  if (down) grid.editor.begin();
  else if (event.shiftKey) grid.frame.resize(c, grid.frame.widths[c] + 16 * right);
  else return false; // the browser's own back and forward
  grid.refresh();
  return true;
}

// Tab leaves the grid at its ends, so that nobody is caught in it.
function tab(grid, event) {
  const { active, last } = grid.cursor;
  const end = event.shiftKey ? active.r === 0 && active.c === 0 : active.r === last.r && active.c === last.c;
  if (end) return false;
  grid.cursor.tab(event.shiftKey);
  return true;
}

function enter(grid, event) {
  const line = grid.layout.lines[grid.cursor.active.r];
  if (line.group) grid.toggle(line.group.key);
  else if (line.row?.conflict) grid.bar.conflicts();
  else grid.cursor.enter(event.shiftKey);
}

function selectWhole(grid, event) {
  const { range, last } = grid.cursor;
  if (event.shiftKey) grid.cursor.select(range.top, 0, range.bottom, last.c);
  else grid.cursor.select(0, range.left, last.r, range.right);
}

function letters(grid, event) {
  const { last } = grid.cursor;
  const key = event.key.toLowerCase();
  if (key === "z" && !event.shiftKey) grid.undo();
  else if (key === "y" || key === "z") grid.redo();
  else if (key === "d") grid.fillDown();
  else if (key === "r" && event.shiftKey) return false;
  else if (key === "r") grid.fillRight();
  else if (key === "a") grid.cursor.select(0, 0, last.r, last.c);
  else if (key === "c" && event.altKey) grid.copyWithHeadings();
  else if (key === "s") grid.saving.send();
  else if (key === "m") grid.bar.remarks();
  else if (key === "f") grid.focusFilter();
  else return false;
  return true;
}
