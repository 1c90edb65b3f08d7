// Remarks on a row or a cell: read where the work is, and written from there.
import { make } from "./frame.js";
import { say } from "./words.js";

/** Opens the remarks of the active cell, and a field to write one where the person may. */
export function showRemarks(grid) {
  const { r, c } = grid.cursor.active;
  const { row } = grid.layout.lines[r];
  const column = grid.sheet.columns[c];
  if (!row || row.id === null) { grid.bar.tell(say("请先填好并保存这一行")); return; }
  const text = make("textarea", "", { id: "grid-remark", maxlength: "4000", required: true });
  const send = make("button", "button primary", { type: "submit" }, say("提交意见"));
  const close = make("button", "button", { type: "button" }, say("关闭"));
  const told = make("p", "error", { role: "alert" });
  const place = say("第 {n} 行“{heading}”", { n: grid.numberOf(row), heading: column.heading });
  const form = make("form", "stack", {}, make("label", "", { for: "grid-remark" }, say("写意见")), text, told, make("div", "toolbar", {}, send, close));
  const list = make("ul", "remarks", {}, ...row.findings.map((finding) => make("li", "", {}, finding.message)));
  const dialog = make("dialog", "grid-dialog", { "aria-label": place }, make("h2", "", {}, place), list, form);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); grid.editor.focus(); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = await write(grid, { row: row.id, column: column.key, text: text.value });
    if (failed) { told.textContent = failed; return; }
    dialog.close();
    grid.again();
  });
  grid.frame.host.append(dialog);
  dialog.showModal();
  text.focus();
}

// What the page of remarks answers is a way back to it, which nobody follows here.
async function write(grid, fields) {
  try {
    const answer = await fetch(grid.page.comment, {
      method: "POST", headers: { "X-CSRFToken": grid.saving.csrf }, body: new URLSearchParams(fields), redirect: "manual",
    });
    return answer.ok || answer.type === "opaqueredirect" ? "" : say("意见没有提交（{why}），请再试", { why: answer.status });
  } catch {
    return say("意见没有提交（{why}），请再试", { why: say("离线") });
  }
}
