// The entry page: loads the sheet, restores what was not saved, and starts the grid.
import { make } from "./grid/frame.js";
import { Grid } from "./grid/grid.js";
import { Saving } from "./grid/saving.js";
import { Sheet } from "./grid/sheet.js";
import { say, speak } from "./grid/words.js";

const host = document.querySelector("[data-grid]");

async function load(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function start() {
  const page = JSON.parse(document.getElementById("grid-page").textContent);
  speak(page.words);
  try {
    open(page, await load(page.data));
  } catch (failure) {
    const again = make("button", "button", { type: "button" }, say("再试一次"));
    again.addEventListener("click", start);
    host.replaceChildren(make("p", "", { role: "alert" }, say("这一页没有读到（{why}）；没有保存的内容仍在本机。", { why: failure.message })), again);
  }
}

function open(page, data) {
  const sheet = new Sheet(data);
  const saving = new Saving(sheet, { url: page.save, token: page.token, person: page.person });
  const restored = sheet.readonly ? 0 : saving.restore();
  const meet = async () => {
    try {
      saving.meet(await load(`${page.data}?${new URLSearchParams({ group: saving.grouping })}`));
    } catch { /* offline: the next save or look tells again */ }
  };
  const grid = new Grid(host, sheet, { saving, codesUrl: page.codes, name: data.sheet, page, again: meet });
  grid.ongroup = (key) => group(grid, page.data, key);
  saving.addEventListener("others", meet);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) meet(); });
  grid.tellActive();
  if (!follow(grid, sheet) && !matchMedia("(pointer: coarse)").matches) grid.editor.focus();
  const kept = sheet.readonly ? Object.keys(saving.store.read()).length : 0;
  if (kept) grid.bar.tell(say("有 {n} 行没有保存的内容仍在本机；现在不能修改，可以修改时会自动恢复", { n: kept }), "warning");
  if (restored) grid.bar.tell(say("已恢复上次没有保存的 {n} 行，正在保存", { n: restored }), "warning");
  window.addEventListener("hashchange", () => follow(grid, sheet));
  window.dispatchEvent(new Event("grid-ready"));
}

// The cell that the address speaks of: a row by its key (?row=7&column=amount), or by its place (#row-7-amount).
function follow(grid, sheet) {
  const asked = new URLSearchParams(location.search);
  const [, place, column] = /^#row-(\d+)(?:-(\w+))?$/.exec(location.hash) ?? [];
  const row = place ? sheet.rows[Number(place) - 1] : sheet.rows.find((one) => String(one.id) === asked.get("row"));
  return row ? grid.show(row, column ?? asked.get("column")) : false;
}

// Groups and their totals come from the server, at once and with every save.
async function group(grid, url, key) {
  grid.saving.grouping = key;
  grid.layout.grouping = key || null;
  if (key) {
    try {
      const data = await load(`${url}?${new URLSearchParams({ group: key })}`);
      grid.sheet.takeTotals(data);
      const groups = new Map(data.rows.map((row) => [row.id, row.group]));
      for (const row of grid.sheet.rows) row.group = groups.get(row.id) ?? row.group;
    } catch {
      grid.bar.tell(say("离线时不能分组"), "warning");
    }
  }
  grid.arrange();
}

if (host) start();
