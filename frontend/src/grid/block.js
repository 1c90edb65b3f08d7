// Blocks of cells as Excel, WPS and web pages put them on the clipboard: tabs and HTML tables.

/** The cells of tab-separated text; a cell in quotation marks may hold tabs and lines. */
export function readTabs(text) {
  const rows = [];
  let row = [], cell = "", quoted = false, begun = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let i = 0; i < source.length; i += 1) {
    const sign = source[i];
    if (quoted && sign === '"' && source[i + 1] === '"') { cell += '"'; i += 1; }
    else if (quoted && sign === '"') quoted = false;
    else if (quoted) cell += sign;
    else if (sign === '"' && !begun && closes(source, i)) { quoted = true; begun = true; }
    else if (sign === "\t") { row.push(cell); cell = ""; begun = false; }
    else if (sign === "\n") { rows.push([...row, cell]); row = []; cell = ""; begun = false; }
    else { cell += sign; begun = true; }
  }
  rows.push([...row, cell]);
  return rows.map((cells) => cells.map((text) => text.trim()));
}

// Whether a quotation mark at the beginning of a cell is closed at the end of one: “"甲" 类” is plain text.
function closes(source, start) {
  for (let i = start + 1; i < source.length; i += 1) {
    if (source[i] !== '"') continue;
    if (source[i + 1] === '"') { i += 1; continue; }
    return i + 1 === source.length || source[i + 1] === "\t" || source[i + 1] === "\n";
  }
  return false;
}

/** The cells of the first table of a piece of HTML; null where it has none.  Merged cells stand once. */
export function readHtml(html) {
  const table = new DOMParser().parseFromString(html, "text/html").querySelector("table");
  if (!table) return null;
  const rows = [];
  [...table.rows].forEach((line, r) => {
    rows[r] ??= [];
    let c = 0;
    for (const cell of line.cells) {
      while (rows[r][c] !== undefined) c += 1;
      for (let y = 0; y < cell.rowSpan; y += 1) {
        rows[r + y] ??= [];
        for (let x = 0; x < cell.colSpan; x += 1) rows[r + y][c + x] = "";
      }
      rows[r][c] = cell.textContent.replace(/\s+/g, " ").trim();
      c += cell.colSpan;
    }
  });
  return rows.slice(0, table.rows.length).map((cells) => Array.from(cells, (text) => text ?? ""));
}

/** The block that a paste brings: its tabs, or the table of its HTML where it has no tabs. */
export function readClipboard(data) {
  const text = data.getData("text/plain");
  const tabs = text ? readTabs(text) : [];
  if (tabs.length > 1 || (tabs[0]?.length ?? 0) > 1) return tabs;
  const html = data.getData("text/html");
  return (html && readHtml(html)) || tabs;
}

const TO_QUOTE = /[\t\n"]/;

/** A block as tab-separated text, as Excel writes it. */
export function writeTabs(rows) {
  const quote = (text) => (TO_QUOTE.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((cells) => cells.map(quote).join("\t")).join("\r\n");
}

/** A block as an HTML table; codes and long numbers stay text in Excel. */
export function writeHtml(rows) {
  const table = document.createElement("table");
  for (const cells of rows) {
    const line = table.insertRow();
    for (const text of cells) line.insertCell().textContent = text;
  }
  return table.outerHTML;
}
