// Copying, cutting and pasting blocks, as Excel and WPS do.
import { readClipboard, writeHtml, writeTabs } from "./block.js";
import { say } from "./words.js";

/** Listens on the input of a grid for the clipboard. */
export function listen(grid) {
  const { input } = grid.frame;
  input.addEventListener("copy", (event) => copy(grid, event));
  input.addEventListener("cut", (event) => { if (copy(grid, event)) grid.clear(); });
  input.addEventListener("paste", (event) => paste(grid, event));
}

/** Copies the selection with the headings of its columns above it. */
export function copyWithHeadings(grid) {
  grid.headings = true;
  grid.editor.focus();
  document.execCommand("copy"); // the one way that needs neither https nor a permission
  grid.headings = false;
}

function copy(grid, event) {
  if (grid.editor.editing) return false;
  event.preventDefault();
  const { top, bottom, left, right } = grid.cursor.range;
  const rows = [];
  const columns = grid.sheet.columns.slice(left, right + 1);
  if (grid.headings) rows.push(columns.map((column) => column.heading));
  for (let r = top; r <= bottom; r += 1) {
    const { row } = grid.layout.lines[r];
    if (row) rows.push(columns.map((column) => row.cells[column.key] ?? ""));
  }
  event.clipboardData.setData("text/plain", writeTabs(rows));
  event.clipboardData.setData("text/html", writeHtml(rows));
  grid.bar.say(say("已复制 {n} 行", { n: rows.length }));
  return true;
}

function paste(grid, event) {
  if (grid.editor.editing) return;
  event.preventDefault();
  if (grid.sheet.readonly) return;
  const block = readClipboard(event.clipboardData).filter((cells, at, all) => at < all.length - 1 || cells.some(Boolean));
  if (!block.length) return;
  const { top, left, bottom, right } = grid.cursor.range;
  const headed = byHeading(grid, block[0]);
  const body = headed ? block.slice(1) : block;
  const writes = headed ? placed(grid, body, top, headed) : spread(grid, body, { top, left, bottom, right });
  grid.write(writes);
  const last = writes.at(-1);
  if (last) grid.cursor.select(top, Math.min(...writes.map((one) => one.c)), last.r, Math.max(...writes.map((one) => one.c)));
  grid.bar.say(say("已粘贴 {n} 行", { n: body.length }));
}

// Where the first line of a block is headings of the sheet, its columns go where they belong.
function byHeading(grid, cells) {
  const places = cells.map((text) => grid.sheet.columns.findIndex((column) => column.heading === text));
  return cells.length > 1 && places.every((place, at) => place >= 0 || cells[at] === "") ? places : null;
}

function placed(grid, body, top, places) {
  return body.flatMap((cells, y) => cells.map((text, x) => ({ r: grid.lineBelow(top, y), c: places[x], text })).filter((one) => one.c >= 0));
}

// One cell fills the selection; a block repeats where the selection is a multiple of it.
function spread(grid, block, { top, left, bottom, right }) {
  const height = block.length;
  const width = Math.max(...block.map((cells) => cells.length));
  const times = (size, wanted) => (wanted % size === 0 ? wanted : size);
  const tall = times(height, bottom - top + 1), wide = times(width, right - left + 1);
  const writes = [];
  for (let y = 0; y < tall; y += 1) {
    for (let x = 0; x < wide && left + x < grid.sheet.columns.length; x += 1) {
      const text = block[y % height][x % width];
      if (text !== undefined) writes.push({ r: grid.lineBelow(top, y), c: left + x, text });
    }
  }
  return writes;
}
