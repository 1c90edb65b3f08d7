// Tables that are sorted by their heads: `<table class="sortable">` as it comes, with a button in each head.
//
// Without the script the table stays as the server ordered it.  Only the rows on this page are
// sorted; a table of several pages says so (`data-paged`).  Sums stay where they are, in the foot.

const NUMBER = /^[+-]?[\d,]*\.?\d+%?$/;
const LOST = new Set(["", "—"]);
const words = new Intl.Collator(document.documentElement.lang || "zh-CN", { numeric: true });

/** What a cell is sorted by: its own word for it, else its first line. */
const valueOf = (row, column) => {
  const cell = row.cells[column];
  return (cell?.dataset.sort ?? cell?.innerText ?? "").trim().split("\n")[0].trim();
};

const numberOf = (text) => Number(text.split(/\s/)[0].replaceAll(",", "").replace("%", ""));

/** Which of two values comes first; amounts by size where all of a column are amounts. */
function order(values) {
  const told = values.filter((value) => !LOST.has(value));
  const numeric = told.every((value) => NUMBER.test(value.split(/\s/)[0]));
  return numeric ? (a, b) => numberOf(a) - numberOf(b) : (a, b) => words.compare(a, b);
}

/** Put the rows of a table in order by a column; what is empty comes last either way. */
function sort(table, column, descending) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, value: valueOf(row, column) }));
  const compare = order(rows.map(({ value }) => value));
  rows.sort((a, b) => {
    const lost = LOST.has(a.value) - LOST.has(b.value);
    return lost || (LOST.has(a.value) ? 0 : compare(a.value, b.value) * (descending ? -1 : 1));
  });
  body.append(...rows.map(({ row }) => row));
}

/** Sort by the head that was pressed, the other way round when it is pressed again. */
function press(table, head) {
  const descending = head.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  sort(table, head.cellIndex, descending);
  if (table.dataset.paged && table.caption && !table.caption.querySelector(".sort-note")) {
    const note = document.createElement("span");
    note.className = "sort-note";
    note.textContent = ` ${table.dataset.paged}`;
    table.caption.append(note);
  }
}

/** Whether the rows of a table can change places: several, none of which spans columns. */
const sortable = (table) =>
  table.tHead && table.tBodies.length === 1 && table.tBodies[0].rows.length > 1 &&
  !table.tBodies[0].querySelector("td[colspan], td[rowspan], th[rowspan]");

for (const table of document.querySelectorAll("table.sortable")) {
  if (!sortable(table)) continue;
  for (const head of table.tHead.rows[0].cells) {
    if ("unsorted" in head.dataset || !head.textContent.trim()) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => press(table, head));
  }
}
