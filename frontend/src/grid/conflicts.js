// Two people changed one row: both versions are shown, and one is chosen.
import { make } from "./frame.js";
import { shown } from "./money.js";
import { say } from "./words.js";

/** Shows the rows in conflict one after another until each is settled or put off. */
export function showConflicts(grid) {
  if (grid.frame.host.querySelector(".grid-conflict")) return;
  const [client, conflict] = grid.saving.conflicts.entries().next().value;
  const dialog = make("dialog", "grid-dialog grid-conflict", { "aria-labelledby": "grid-conflict-title" });
  const finish = (keepMine) => {
    dialog.close();
    if (keepMine !== null) grid.saving.settle(client, keepMine);
    grid.arrange();
    if (keepMine !== null && grid.saving.conflicts.size) showConflicts(grid);
    else grid.editor.focus();
  };
  dialog.append(...content(grid, conflict, finish));
  dialog.addEventListener("cancel", () => finish(null));
  dialog.addEventListener("close", () => dialog.remove());
  grid.frame.host.append(dialog);
  dialog.showModal();
}

// The title has the focus at first: an Enter that was meant for a cell chooses nothing.
function content(grid, { entry, theirs, row }, finish) {
  const title = say("第 {n} 行，{who} 也改了", { n: grid.numberOf(row) || "—", who: theirs.by || say("另一个人") });
  const about = !theirs.theirs ? say("对方在 {at} 删除了这一行。", { at: theirs.at ?? "" }) : say("对方在 {at} 保存。请选择用哪一份；另一份在修改记录里仍可查到。", { at: theirs.at ?? "" });
  const buttons = [
    [entry.delete ? say("仍然删除") : say("用我填的"), "button", () => finish(true)],
    [say("用对方的"), "button", () => finish(false)],
    [say("以后再选"), "button quiet", () => finish(null)],
  ].map(([label, className, act]) => {
    const button = make("button", className, { type: "button" }, label);
    button.addEventListener("click", act);
    return button;
  });
  return [
    make("h2", "", { id: "grid-conflict-title", tabindex: "-1", autofocus: true }, title),
    make("p", "", {}, about),
    versions(grid, entry, theirs, row),
    make("div", "toolbar", {}, ...buttons),
  ];
}

function versions(grid, entry, theirs, row) {
  const mine = entry.delete ? {} : row.cells;
  const head = make("tr", "", {}, ...["", say("我填的"), say("对方的")].map((text) => make("th", "", { scope: "col" }, text)));
  const lines = grid.sheet.columns
    .filter(({ key }) => (mine[key] ?? "") !== (theirs.theirs?.[key] ?? ""))
    .map((column) => {
      const cell = (text) => make("td", column.kind === "amount" ? "n" : "", {}, column.kind === "amount" ? shown(text ?? "") : (text ?? "") || say("（空）"));
      return make("tr", "", {}, make("th", "", { scope: "row" }, column.heading), cell(mine[column.key]), cell(theirs.theirs?.[column.key]));
    });
  return make("table", "data", {}, make("thead", "", {}, head), make("tbody", "", {}, ...lines));
}
