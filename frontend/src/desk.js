// The desk in the browser: keys through the findings, progress that moves, the page at its mark.
// Everything here is comfort: without it the same links and forms do the work.

const byKey = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]:not([disabled])`);
const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

/** Fetches this page anew and puts its live part in place of ours, until nothing waits any more. */
const refresh = async () => {
  const live = document.getElementById("live");
  if (!live?.dataset.refresh) return;
  try {
    const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = fresh.getElementById("live");
      if (!next) {
        location.reload();
        return;
      }
      live.replaceWith(next);
    }
  } catch {
    // The connection comes back or it does not: the next try tells.
  }
  schedule();
};

const schedule = () => {
  const wait = Number(document.getElementById("live")?.dataset.refresh);
  if (wait) setTimeout(refresh, wait);
};

/** While a document is read anew: come back to it when it is done, unless something is being written. */
const awaitReading = () => {
  const note = document.getElementById("live-note");
  if (!note) return;
  const look = async () => {
    try {
      const answer = await fetch(location.href);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok && !fresh.getElementById("live-note") && !typing(document.activeElement ?? document.body)) {
        location.reload();
        return;
      }
    } catch {
      // As above.
    }
    setTimeout(look, Number(note.dataset.wait) || 1500);
  };
  setTimeout(look, Number(note.dataset.wait) || 1500);
};

/** Scrolls what stands beside the finding to where it is marked: a page by its share, a table or text by its cell. */
const showMark = (sheet) => {
  const image = sheet.querySelector("img");
  if (image) {
    const scroll = () => {
      const mark = Number(sheet.dataset.down) * image.clientHeight;
      sheet.scrollTop = Math.max(0, mark - sheet.clientHeight / 3);
    };
    if (image.complete) scroll();
    image.addEventListener("load", scroll);
    return;
  }
  const mark = ["td.suspect", ".suspect, .other", ".here .term", ".here"].map((one) => sheet.querySelector(one)).find(Boolean);
  if (!mark) return;
  const from = sheet.getBoundingClientRect();
  const to = mark.getBoundingClientRect();
  const head = sheet.querySelector("thead")?.offsetHeight ?? 0;
  const stub = sheet.querySelector("thead .desk-stub")?.getBoundingClientRect().right ?? from.left;
  sheet.scrollTop += to.top - from.top - head - Math.max(0, (sheet.clientHeight - head - to.height) / 2.5);
  const room = from.left + sheet.clientWidth - stub;
  if (mark.matches("td")) sheet.scrollLeft += to.left - stub - Math.max(0, (room - to.width) / 2);
};

const decide = (button) => {
  const needed = button.dataset.needs && document.getElementById(button.dataset.needs);
  if (needed && !needed.value.trim()) {
    needed.setAttribute("required", "");
    needed.dataset.then = button.value;
    needed.focus();
    return;
  }
  button.form.requestSubmit(button);
};

const act = (event) => {
  const help = document.getElementById("help");
  if (event.key === "?" && help) {
    help.open ? help.close() : help.showModal();
    return true;
  }
  if (help?.open) return false;
  if (event.key === "m") {
    const text = document.getElementById("text");
    text?.focus();
    return text !== null;
  }
  const target = byKey(event.key);
  if (!target || event.key === "?") return false;
  if (target instanceof HTMLButtonElement) decide(target);
  else target.click();
  return true;
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const { target } = event;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target instanceof HTMLTextAreaElement) {
    event.preventDefault();
    const then = target.dataset.then && target.form.querySelector(`[value="${CSS.escape(target.dataset.then)}"]`);
    if (target.reportValidity()) target.form.requestSubmit(then || undefined);
    return;
  }
  if (event.key === "Escape" && target instanceof HTMLElement && typing(target)) {
    target.blur();
    document.getElementById("finding")?.focus();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || (target instanceof HTMLElement && typing(target))) return;
  if (act(event)) event.preventDefault();
});

// "Dismissed" needs a reason; the other decisions do not, whatever was begun before.
for (const button of document.querySelectorAll("#judge button[name=decision]")) {
  button.addEventListener("click", (event) => {
    const reason = document.getElementById("reason");
    const needs = button.dataset.needs === "reason";
    reason.toggleAttribute("required", needs);
    if (needs && !reason.value.trim()) {
      event.preventDefault();
      reason.dataset.then = button.value;
      reason.reportValidity();
      reason.focus();
    }
  });
}

// A click on a cell of a table as read fills the form for its correction.
document.getElementById("read")?.addEventListener("click", (event) => {
  const cell = event.target.closest("td.n");
  const form = document.getElementById("correct-form");
  if (!cell || !form || event.target.closest("a")) return;
  const column = cell.cellIndex + 1 - Number(event.currentTarget.dataset.stub);
  if (column < 1) return;
  document.getElementById("correct").open = true;
  form.elements.row.value = cell.parentElement.id.replace("row-", "");
  form.elements.column.value = column;
  form.elements.reads.value = (cell.firstChild?.textContent ?? "").trim();
  form.elements.reads.focus();
  form.elements.reads.select();
});

// Files dropped on the upload form are chosen; sending shows that it goes on.
const upload = document.getElementById("upload-form");
upload?.addEventListener("dragover", (event) => event.preventDefault());
upload?.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer?.files.length) upload.elements.files.files = event.dataTransfer.files;
});
upload?.addEventListener("submit", (event) => {
  const told = document.getElementById("sending");
  if (!told || !window.XMLHttpRequest) return;
  event.preventDefault();
  const bar = told.querySelector("progress");
  const words = told.querySelector("span");
  const button = upload.querySelector("button");
  const request = new XMLHttpRequest();
  const failed = () => {
    upload.removeAttribute("aria-busy");
    button.disabled = false;
    words.textContent = told.dataset.failed;
  };
  request.upload.addEventListener("progress", ({ lengthComputable, loaded, total }) => {
    if (!lengthComputable) return;
    bar.value = loaded / total;
    words.textContent = loaded < total ? `${Math.floor((loaded / total) * 100)}%` : told.dataset.sent;
  });
  request.addEventListener("load", () => {
    if (request.status < 400) location.assign(request.responseURL);
    else {
      // What was refused is told by the server's own page.
      const fresh = new DOMParser().parseFromString(request.responseText, "text/html");
      document.querySelector("main").replaceWith(fresh.querySelector("main"));
    }
  });
  request.addEventListener("error", failed);
  request.addEventListener("abort", failed);
  request.open("POST", upload.action);
  request.send(new FormData(upload));
  upload.setAttribute("aria-busy", "true");
  button.disabled = true;
  told.hidden = false;
});

const keys = document.getElementById("keys");
if (keys) {
  keys.hidden = false;
  keys.addEventListener("click", () => document.getElementById("help").showModal());
}
// The list of findings without those that are decided, if this is what the reviewer wants.
const only = document.getElementById("only-open");
if (only) {
  only.closest("label").hidden = false;
  only.checked = localStorage.getItem("desk-only-open") === "1";
  const apply = () => document.getElementById("findings").classList.toggle("only-open", only.checked);
  only.addEventListener("change", () => {
    localStorage.setItem("desk-only-open", only.checked ? "1" : "");
    apply();
  });
  apply();
}

// Ticking documents: all of the page, a run of them with Shift, and how many they are.
const list = document.getElementById("list");
if (list) {
  const boxes = [...list.querySelectorAll("[name=documents]")];
  const all = document.getElementById("all");
  const told = document.getElementById("chosen");
  let last = null;
  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    told.textContent = chosen ? told.dataset.told.replace("0", chosen) : "";
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.hidden = boxes.length === 0;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
      }
      last = box;
      count();
    });
  }
  count();
}
schedule();
awaitReading();
// A whole table stays at the row that its address names, or at its head.
for (const sheet of document.querySelectorAll(".desk-sheet")) if (!sheet.querySelector("#read")) showMark(sheet);
const here = document.querySelector(".desk-list [aria-current]");
if (here) {
  // Within its list only: the page stays where it is.
  const held = document.getElementById("findings");
  held.scrollTop = Math.max(0, here.offsetTop - held.offsetTop - held.clientHeight / 3);
}
