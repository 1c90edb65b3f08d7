// Around the grid: tools above it; below it what to know of the cell, sums, and how saving stands.
import { make } from "./frame.js";
import { showConflicts } from "./conflicts.js";
import { showRemarks } from "./remarks.js";
import { fen, printed } from "./money.js";
import { say } from "./words.js";

const MOST = 20_000; // cells that a sum looks at

export class Bar {
  constructor(grid) {
    this.grid = grid;
    const { status, tools } = grid.frame;
    this.sums = make("span", "grid-sums");
    this.totals = make("span", "grid-totals");
    this.state = make("span", "grid-state", { role: "status" });
    this.announcer = make("div", "grid-hidden", { role: "status", "aria-live": "polite" });
    this.signIn = make("a", "", { href: grid.page.login, target: "_blank", rel: "opener", hidden: true }, say("登录"));
    status.append(this.totals, this.sums, this.state, this.signIn);
    grid.frame.host.append(this.announcer);
    tools.append(...this.#tools());
    tools.addEventListener("keydown", (event) => this.#along(event));
    grid.saving.addEventListener("state", () => { this.#mark(); this.refresh(); });
    grid.saving.addEventListener("conflict", () => { this.clash = true; this.ask(); });
  }

  /** Says something to those who listen; the eye sees it in the grid itself. */
  say(text) {
    this.announcer.textContent = text;
  }

  /** Tells something about the active cell. */
  tell(text, severity = "") {
    const { message } = this.grid.frame;
    message.textContent = text;
    message.className = `grid-message ${severity && `grid-${severity}`}`;
  }

  refresh() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.#sums();
      this.#totals();
      this.#state();
      this.#tab();
    });
  }

  /** Asks about new conflicts, but never while something is being typed. */
  ask() {
    if (!this.clash || this.grid.editor.editing) return;
    this.clash = false;
    this.conflicts();
  }

  conflicts() {
    if (this.grid.saving.conflicts.size) showConflicts(this.grid);
  }

  remarks() {
    if (this.grid.page.comment) showRemarks(this.grid);
  }

  help() {
    const rows = KEYS.map(([keys, what]) => make("tr", "", {}, make("th", "", { scope: "row" }, make("kbd", "", {}, keys)), make("td", "", {}, say(what))));
    const close = make("button", "button primary", { type: "button", autofocus: true }, say("知道了"));
    const dialog = make("dialog", "grid-dialog", { "aria-label": say("按键") }, make("h2", "", {}, say("按键")), make("table", "grid-keys", {}, make("tbody", "", {}, ...rows)), close);
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); this.grid.editor.focus(); });
    this.grid.frame.host.append(dialog);
    dialog.showModal();
  }

  // The sum of what is selected, as any spreadsheet shows it: display only, exact to the 分,
  // never saved and never checked against anything.  All other totals are the server's.
  #sums() {
    const { top, bottom, left, right } = this.grid.cursor.range;
    let sum = 0n, numbers = 0, filled = 0;
    if (this.grid.cursor.single || (bottom - top + 1) * (right - left + 1) > MOST) { this.sums.textContent = ""; return; }
    const columns = this.grid.sheet.columns.slice(left, right + 1);
    for (const { row } of this.grid.layout.lines.slice(top, bottom + 1)) {
      for (const column of row ? columns : []) {
        const text = row.cells[column.key];
        const amount = column.kind === "amount" && text ? fen(text) : null;
        if (text) filled += 1;
        if (amount !== null) { sum += amount; numbers += 1; }
      }
    }
    const parts = [say("计数 {n}", { n: filled })];
    if (numbers) parts.push(say("求和 {sum}", { sum: printed(sum) }));
    this.sums.textContent = parts.join("　");
  }

  #totals() {
    const stale = this.grid.saving.waiting > 0;
    const parts = (this.grid.sheet.totals ?? []).map(({ label, amount }) => `${label} ${amount}`);
    this.totals.textContent = parts.join("　") + (stale && parts.length ? `　${say("（未含没有保存的）")}` : "");
    this.totals.classList.toggle("grid-stale", stale);
  }

  // The tab of this sheet counts along; those of other sheets are as the page came.
  #tab() {
    const tab = document.querySelector(".tabs [aria-current]");
    if (!tab) return;
    const rows = this.grid.sheet.rows.filter((row) => Object.keys(row.cells).length);
    const faulty = rows.filter((row) => Object.keys(row.faults).length).length;
    tab.querySelector("[data-rows]").textContent = rows.length || "";
    tab.querySelector("[data-faulty]").textContent = faulty;
    tab.querySelector("[data-faulty]").hidden = !faulty;
  }

  #state() {
    const { saving, sheet } = this.grid;
    const n = saving.waiting;
    const clashes = saving.conflicts.size;
    const words = {
      saved: say("已保存"), dirty: say("{n} 行待保存", { n }), saving: say("正在保存…"),
      offline: say("离线：{n} 行存在本机，恢复后自动保存", { n }),
      busy: say("服务器暂时不能保存：{n} 行存在本机，稍后自动再试", { n }),
      "signed-out": say("登录已失效：{n} 行存在本机，请在另一页登录，随后自动保存", { n }),
      refused: say("没有保存：{n} 行存在本机。{message}", { n, message: saving.message }),
    };
    let text = sheet.readonly ? say("只读") : words[saving.state];
    if (clashes && saving.state === "saved") text = say("{n} 行与别人的修改冲突", { n: clashes });
    if (saving.store.full) text += say("；本机存不下，请勿关闭这一页");
    if (this.state.textContent !== text) this.state.textContent = text;
    this.signIn.hidden = saving.state !== "signed-out";
    this.#mark();
  }

  #mark() {
    const { saving } = this.grid;
    this.state.dataset.state = saving.conflicts.size ? "conflict" : saving.state;
  }

  #tools() {
    const { grid } = this;
    const writing = [
      [say("插入行"), "Insert", () => grid.insertRows()],
      [say("删除行"), "Ctrl+Delete", () => grid.removeRows()],
      [say("撤销"), "Ctrl+Z", () => grid.undo()],
      [say("重做"), "Ctrl+Y", () => grid.redo()],
      [say("向下填充"), "Ctrl+D", () => grid.fillDown()],
    ];
    const reading = [
      [say("连表头复制"), "Ctrl+Alt+C", () => grid.copyWithHeadings()],
      [say("按键"), "Alt+?", () => this.help()],
    ];
    if (grid.page.comment) reading.unshift([say("意见"), "Ctrl+M", () => this.remarks()]);
    const made = [...(grid.sheet.readonly ? [] : writing), ...reading].map(([label, keys, act], at) => {
      const button = make("button", "button", { type: "button", title: keys, tabindex: at ? "-1" : "0" }, label);
      button.addEventListener("pointerdown", (event) => event.preventDefault());
      button.addEventListener("click", () => { grid.editor.commit(); act(); if (!document.querySelector("dialog[open]")) grid.editor.focus(); });
      return button;
    });
    return [...made, ...this.#groupings()];
  }

  #groupings() {
    const { groupings } = this.grid.sheet;
    if (!groupings.length) return [];
    const choice = make("select", "", { "aria-label": say("分组小计"), tabindex: "-1" }, make("option", "", { value: "" }, say("不分组")));
    for (const { key, label } of groupings) choice.append(make("option", "", { value: key }, say("按{label}分组", { label })));
    choice.addEventListener("change", () => this.grid.ongroup?.(choice.value));
    return [choice];
  }

  // A toolbar is one stop for Tab; arrows go along it.
  #along(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const stops = [...this.grid.frame.tools.children];
    const at = stops.indexOf(document.activeElement);
    if (!by || at < 0) return;
    event.preventDefault();
    const next = stops[(at + by + stops.length) % stops.length];
    stops.forEach((stop) => { stop.tabIndex = stop === next ? 0 : -1; });
    next.focus();
  }
}

const KEYS = [
  ["← ↑ ↓ →", "移动；加 Shift 选择，加 Ctrl 跳到有内容的尽头"],
  ["Tab / Enter", "向右 / 向下；加 Shift 反向"],
  ["F2", "修改单元格里的内容；直接打字则替换"],
  ["Alt+↓", "打开可选的内容"],
  ["Esc", "放弃正在填的"],
  ["Delete", "清除选中的内容"],
  ["Insert / Ctrl+Delete", "插入行 / 删除行"],
  ["Ctrl+C / X / V", "复制 / 剪切 / 粘贴，与 Excel、WPS 互通"],
  ["Ctrl+Alt+C", "连表头复制"],
  ["Ctrl+D / Ctrl+R", "向下 / 向右填充"],
  ["Ctrl+Enter", "把正在填的填满选中的单元格"],
  ["Ctrl+Z / Ctrl+Y", "撤销 / 重做"],
  ["Home / End", "行首 / 行尾；加 Ctrl 到表的两端"],
  ["Ctrl+Space / Shift+Space", "选中整列 / 整行"],
  ["Ctrl+F", "到这一列的筛选框"],
  ["Alt+Shift+← / →", "调整列宽"],
  ["Ctrl+M", "看或写这一格的意见"],
];
