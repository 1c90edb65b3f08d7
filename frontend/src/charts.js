// The charts of the public pages, the address of a figure, and the search of a site of files.
// Everything works without this script: each chart has its table, each figure its link.
import { BarChart, SankeyChart, TreemapChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, SankeyChart, TreemapChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, LabelLayout, SVGRenderer]);

const english = document.documentElement.lang.startsWith("en");
const FEN = { 亿元: 1e10, 万元: 1e6, 元: 1e2 };
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** An amount of 分 for the eye. */
function money(fen) {
  const size = Math.abs(fen);
  const [scale, unit] = english
    ? size >= 1e11 ? [1e11, "bn yuan"] : size >= 1e8 ? [1e8, "m yuan"] : [100, "yuan"]
    : size >= FEN.亿元 ? [FEN.亿元, "亿元"] : size >= FEN.万元 ? [FEN.万元, "万元"] : [FEN.元, "元"];
  const value = fen / scale;
  const places = Math.abs(value) < 100 ? 2 : Math.abs(value) < 1000 ? 1 : 0;
  return `${value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places })} ${unit}`;
}

function share(part, whole) {
  return whole ? `${((part / whole) * 100).toFixed(1)}%` : "";
}

// Told apart without colour by their order and labels; every pair is at least 3:1 against the paper.
const palette = () => ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7", "--c8"].map(token);

function common(label) {
  return {
    animation: false,
    color: palette(),
    textStyle: { fontFamily: token("--sans"), color: token("--ink") },
    aria: { enabled: true, label: { description: label } },
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: token("--panel"),
      borderColor: token("--line"),
      textStyle: { color: token("--ink"), fontSize: 13 },
    },
  };
}

/** A class in one colour, its accounts in darker shades of it, so that their edges show. */
function shaded(part, colour, named) {
  const own = { color: colour, borderColor: colour };
  const children = part.children?.map((child, place) => ({ ...child, itemStyle: { color: darker(colour, 0.05 + (0.2 * place) / part.children.length) } }));
  return { ...part, ...(children && { children }), itemStyle: own, upperLabel: { show: named } };
}

function darker(colour, by) {
  const parts = colour.match(/[0-9a-f]{2}/gi).map((part) => Math.round(Number.parseInt(part, 16) * (1 - by)));
  return `rgb(${parts.join(",")})`;
}

const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const makers = {
  treemap({ data }, box) {
    const whole = data.reduce((sum, part) => sum + part.value, 0);
    const colours = palette();
    return {
      height: box.clientWidth < 600 ? 360 : 420,
      tooltip: { formatter: ({ name, value, data: part }) => `${name} ${part.code ?? ""}\n${money(value)}  ${share(value, whole)}` },
      series: [{
        type: "treemap",
        animation: false,
        data: [...data].sort((a, b) => b.value - a.value).map((part, place) => shaded(part, colours[place % colours.length], part.value >= (box.clientWidth < 600 ? 0.12 : 0.05) * whole)),
        // Where the words do not fit they are left out: half a number, or one character of a name, misleads.
        labelLayout: ({ rect, labelRect, text }) => {
          const two = text.includes("\n");
          const fits = two ? rect.height >= 46 && rect.width >= Math.max(60, labelRect.width) : rect.width >= 110;
          return fits ? {} : { x: -9999, y: -9999 };
        },
        roam: false,
        nodeClick: false,
        breadcrumb: { show: false },
        left: 0, right: 0, top: 0, bottom: 0,
        visibleMin: 300,
        label: {
          formatter: ({ name, value }) => `{n|${short(name, english ? 22 : 10)}}\n{v|${money(value)}}`,
          overflow: "none",
          rich: { n: { fontSize: 13, lineHeight: 18, color: "#fff" }, v: { fontSize: 12, lineHeight: 16, color: "#fff" } },
          padding: [4, 6],
        },
        upperLabel: { show: true, height: 26, color: "#fff", fontWeight: 600, fontSize: 13, padding: [0, 6], formatter: ({ name, value }) => `${name}　${money(value)}`, overflow: "truncate" },
        itemStyle: { borderColor: token("--paper"), borderWidth: 0, gapWidth: 1 },
        levels: [
          { itemStyle: { borderWidth: 0, gapWidth: 3 }, upperLabel: { show: false } },
          { itemStyle: { gapWidth: 1 } },
        ],
      }],
    };
  },

  sankey({ nodes, links }, box) {
    const narrow = box.clientWidth < 600;
    const colours = palette();
    const deepest = Math.max(...nodes.map((node) => node.depth));
    const label = Object.fromEntries(nodes.map((node) => [node.name, node.label]));
    const columns = Math.max(...[0, 1, 2].map((depth) => nodes.filter((node) => node.depth === depth).length));
    const through = (name) => Math.max(...["source", "target"].map((end) => links.filter((link) => link[end] === name).reduce((sum, link) => sum + link.value, 0)));
    const largest = Math.max(...nodes.map((node) => through(node.name)));
    // What is a hair's breadth has its name only where there is room beside it; the list below has it too.
    const named = (node) => !narrow || through(node.name) >= 0.03 * largest;
    return {
      height: Math.max(300, columns * 62),
      tooltip: {
        formatter: ({ dataType, data, value }) =>
          dataType === "edge" ? `${label[data.source]} → ${label[data.target]}\n${money(value)}` : `${data.label_}\n${money(value)}`,
      },
      series: [{
        type: "sankey",
        left: 0, right: 0, top: 12, bottom: 12,
        nodeWidth: 10, nodeGap: narrow ? 14 : 26, draggable: false, layoutIterations: 64,
        emphasis: { focus: "adjacency" },
        data: nodes.map((node, place) => ({
          name: node.name,
          label_: node.label,
          depth: node.depth,
          itemStyle: { color: colours[place % colours.length] },
          label: { show: named(node), position: node.depth === deepest ? "left" : "right", formatter: ({ value }) => `${short(node.label, narrow ? (english ? 13 : 7) : english ? 32 : 20)} ${narrow ? "" : money(value)}` },
        })),
        links,
        label: { color: token("--ink"), fontSize: 12, backgroundColor: token("--paper"), padding: [2, 4], borderRadius: 2 },
        lineStyle: { color: "source", opacity: 0.22, curveness: 0.5 },
      }],
    };
  },

  years({ years, series }, box) {
    return {
      height: 300,
      legend: { top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 12, textStyle: { color: token("--ink") } },
      grid: { left: 0, right: 8, top: 44, bottom: 4, containLabel: true },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value) => (value == null ? "—" : money(value)) },
      xAxis: { type: "category", data: years.map(String), axisTick: { show: false }, axisLine: { lineStyle: { color: token("--line") } }, axisLabel: { color: token("--ink") } },
      yAxis: { type: "value", axisLabel: { color: token("--muted"), formatter: (value) => (value ? money(value).replace(/\.00(?= )/, "") : "0") }, splitLine: { lineStyle: { color: token("--line") } }, splitNumber: 4 },
      series: series.map(({ name, values }) => ({
        name, type: "bar", data: values, barMaxWidth: 34, barGap: "10%",
        itemStyle: { borderRadius: [2, 2, 0, 0] },
        label: { show: box.clientWidth > 600 && series.length * values.filter((value) => value != null).length <= 12, position: "top", formatter: ({ value }) => (value == null ? "" : money(value)), color: token("--ink"), fontSize: 11 },
      })),
    };
  },

  ranking({ data, stages }, box) {
    const narrow = box.clientWidth < 600;
    const colours = palette();
    const several = stages.length > 1;
    return {
      height: 24 + data.length * 26 + (several ? 28 : 0),
      legend: { show: several, top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 12, textStyle: { color: token("--ink") } },
      grid: { left: 0, right: narrow ? (several ? (english ? 142 : 118) : english ? 92 : 76) : 160, top: several ? 32 : 4, bottom: 4, containLabel: true },
      tooltip: { formatter: ({ name, value, seriesName }) => `${name}\n${money(value)}  ${seriesName}` },
      xAxis: { type: "value", show: false },
      yAxis: { type: "category", inverse: true, data: data.map((row) => row.name), axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: token("--ink"), formatter: (name) => short(name, narrow ? 9 : 24) } },
      series: stages.map(({ name: stage, colour }) => ({
        name: stage, type: "bar", stack: "all", data: data.map((row) => (row.stage === stage ? row.value : null)), barMaxWidth: 16,
        itemStyle: { borderRadius: [0, 2, 2, 0], color: colours[colour % colours.length] },
        label: { show: true, position: "right", formatter: ({ value }) => (value == null ? "" : `${money(value)}${several ? ` ${stage}` : ""}`), color: token("--ink"), fontSize: 12 },
      })),
    };
  },
};

// The width of a column on paper, so that words keep their size there.
const PAPER = 680;

/** Draw one chart into its box, anew when the box or the scheme of colours changes. */
function draw(box) {
  const data = JSON.parse(box.querySelector("script").textContent);
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  box.append(canvas);
  const label = box.dataset.label ?? "";
  let chart;
  let width = 0;
  const paint = (across = box.clientWidth) => {
    width = box.clientWidth;
    const { height, tooltip, ...option } = makers[data.kind](data, box);
    chart?.dispose();
    canvas.style.height = `${height}px`;
    chart = echarts.init(canvas, null, { renderer: "svg", height, width: across });
    const base = common(label);
    chart.setOption({ ...base, ...option, tooltip: { ...base.tooltip, ...tooltip } });
    // On paper the style sheet fits the picture to the column.
    canvas.querySelector("svg").setAttribute("viewBox", `0 0 ${across} ${height}`);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
  };
  paint();
  new ResizeObserver(() => { if (box.clientWidth !== width) paint(); }).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => paint());
  addEventListener("beforeprint", () => paint(Math.min(box.clientWidth, PAPER)));
  addEventListener("afterprint", () => paint());
}

/** On the page of a table: tell the figure whose address this is, and report that one. */
function tellChosen(line) {
  const link = line.querySelector("a");
  const tell = () => {
    const place = /^#r(\d+)c(\d+)$/.exec(location.hash);
    const cell = place && document.getElementById(location.hash.slice(1));
    if (!cell) return;
    const [, row, column] = place;
    const text = line.dataset.say.replace("{r}", row).replace("{c}", column);
    const strong = document.createElement("strong");
    strong.textContent = cell.textContent.trim();
    line.replaceChildren(`${cell.closest("tr").querySelector("th")?.textContent ?? ""} · ${text}`, strong, " ");
    if (link) {
      link.href = `${line.dataset.report}&row=${row - 1}&column=${column - 1}`;
      line.append(link);
    }
  };
  addEventListener("hashchange", tell);
  tell();
}

// Hits of each kind where all kinds are shown, and on a page of one kind.
const FIRST = 8;
const PART = 20;

/** The search of a site that is carried as files: over an index that was loaded as a script. */
function searchFiles(results) {
  const words = JSON.parse(document.getElementById("search-words").textContent);
  const { departments = [], entries = [] } = window.shouzhiSearch ?? {};
  const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
  const asked = askedOf(new URLSearchParams(location.search), words.years);
  for (const name of ["q", "kind", "year", "department"]) document.getElementById(name).value = asked[name];
  const parts = asked.q.split(/\s+/).map(fold).filter(Boolean);
  if (!parts.length && !asked.year && !asked.department) return;
  const within = departments.indexOf(asked.department);
  const found = {};
  for (const [kind, label, href, line, amount, years, places, name] of entries) {
    if ((asked.kind && kind !== asked.kind) || (asked.year && !years.includes(Number(asked.year)))) continue;
    if (asked.department && !places.includes(within)) continue;
    const about = english && name ? `${name} · ${line}` : line;
    const text = fold(label + (kind === "account" || kind === "document" ? about : ""));
    if (parts.every((part) => text.includes(part))) (found[kind] ??= []).push({ label, href, about, amount });
  }
  const made = Object.keys(words.names).filter((kind) => found[kind]).map((kind) => hitsOf(kind, found[kind], parts, asked, words, results.dataset.root));
  const count = Object.values(found).reduce((sum, hits) => sum + hits.length, 0);
  const told = element("p", { className: "muted", role: "status" }, count ? words.found.replace("{n}", count.toLocaleString("en-US")) : words.none);
  if (asked.kind || asked.year || asked.department) told.append(" ", element("a", { href: addressOf({ q: asked.q }) }, words.clear));
  results.replaceChildren(told, ...made);
}

/** What the address asks for; a year among the words narrows, where documents are of that year. */
function askedOf(query, years) {
  const asked = Object.fromEntries(["q", "kind", "year", "department", "part"].map((name) => [name, query.get(name)?.trim() ?? ""]));
  const left = asked.q.split(/\s+/).filter((word) => {
    const year = /^((?:19|20)\d\d)(?:年度?)?$/.exec(word.normalize("NFKC"))?.[1];
    if (!year || !years.includes(Number(year))) return true;
    asked.year ||= year;
    return false;
  });
  return { ...asked, q: left.join(" "), part: Math.max(1, Number.parseInt(asked.part, 10) || 1) };
}

function addressOf(asked) {
  return `?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value))}`;
}

/** The hits of one kind: the first of them, or a part where this kind alone is asked for. */
function hitsOf(kind, hits, parts, asked, words, root) {
  if (kind === "department" || kind === "account") hits.sort((a, b) => a.label.length - b.label.length);
  const section = element("section", { className: "hits" }, element("h2", {}, words.names[kind], " ", element("span", { className: "count" }, hits.length.toLocaleString("en-US"))));
  const last = Math.ceil(hits.length / PART);
  const part = Math.min(asked.part, last);
  const shown = asked.kind ? hits.slice((part - 1) * PART, part * PART) : hits.slice(0, FIRST);
  const list = element("ul");
  for (const hit of shown) {
    const link = element("a", { href: root + hit.href }, ...marked(hit.label, parts));
    list.append(element("li", {}, link, " ", hit.amount == null ? "" : element("span", { className: "cell" }, money(hit.amount)), " ", element("span", { className: "muted" }, hit.about)));
  }
  section.append(list);
  if (!asked.kind && hits.length > shown.length) section.append(element("p", {}, element("a", { href: addressOf({ ...asked, kind, part: "" }) }, words.all.replace("{n}", hits.length.toLocaleString("en-US")))));
  if (asked.kind && last > 1) {
    const step = (to, rel, name) => (to < 1 || to > last ? "" : element("a", { className: "button", rel, href: addressOf({ ...asked, part: to }) }, name));
    section.append(element("nav", { className: "pager" }, step(part - 1, "prev", words.previous), element("span", {}, `${part} / ${last}`), step(part + 1, "next", words.next)));
  }
  return section;
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** A text around what was asked for, in pieces. */
function marked(text, parts) {
  const lower = text.toLowerCase();
  const first = Math.min(...parts.map((part) => lower.indexOf(part)).filter((at) => at >= 0), Infinity);
  const start = Number.isFinite(first) ? Math.max(0, first - 40) : 0;
  const end = Math.min(text.length, start + 120);
  const pieces = start ? ["…"] : [];
  let at = start;
  while (at < end) {
    const next = parts.map((part) => [lower.indexOf(part, at), part]).filter(([place]) => place >= 0 && place < end).sort((a, b) => a[0] - b[0])[0];
    if (!next) break;
    pieces.push(text.slice(at, next[0]), element("mark", {}, text.slice(next[0], next[0] + next[1].length)));
    at = next[0] + next[1].length;
  }
  pieces.push(text.slice(at, end), end < text.length ? "…" : "");
  return pieces;
}

document.querySelectorAll(".chart").forEach(draw);
const chosen = document.getElementById("chosen");
if (chosen) tellChosen(chosen);
const results = document.getElementById("results");
if (results?.dataset.index) searchFiles(results);
