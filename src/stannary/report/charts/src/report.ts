/**
 * The report comes alive: draws the charts over their tables, moves the slider, changes the view,
 * sorts tables, hands out the CSV. Every sentence is already in the page; this file computes none
 * but the titles of charts.
 */

import type { Drawing } from "./draw";
import { exact, figure, millions, percent } from "./format";
import { type GainRow, whoGains } from "./gains";
import { type GapPart, priceGap } from "./gap";
import { type PriceRow, priceAgainstFloor } from "./price";
import { type Solution, sliderChart } from "./slider";
import { type Mark, spark } from "./spark";

export { exact, figure, millions, percent, priceAgainstFloor, priceGap, sliderChart, spark, whoGains };

/** What the page hands over; `page.py` writes it. */
interface Told {
  file: string;
  csv: string;
  prices: PriceRow[];
  gains: GainRow[];
  gap: { total: GapPart; parts: GapPart[] };
  sparks: Record<string, { name: string; marks: Mark[] }>;
  slider: { name: string; shipped: number; chosen: number; solutions: Solution[] } | null;
}

/** A4 less its margins, at 96 px an inch. */
const PAPER = 688;

const all = <T extends Element>(selector: string) => [...document.querySelectorAll<T>(selector)];
const one = <T extends Element>(selector: string) => document.querySelector<T>(selector);

let told: Told;
let view = "zone";
let chosen = 0;

/** The region of a view, which may be a group of its buyers: "ev.EUU"; none of the zone. */
const regionOf = (id: string) => (id === "zone" ? null : (id.split(".").pop() ?? null));

function draw(name: string, width: number): Drawing | null {
  if (name === "prices") return told.prices.length ? priceAgainstFloor(told.prices, width) : null;
  if (name === "gains") return whoGains(told.gains, width, regionOf(view));
  if (name === "gap") return priceGap(told.gap.total, told.gap.parts, width);
  if (name === "slider" && told.slider) {
    const { name: product, solutions, shipped } = told.slider;
    return sliderChart(product, solutions, chosen, shipped, width, 132);
  }
  const small = told.sparks[name];
  return small?.marks.length ? spark(small.marks, width, small.name) : null;
}

/** Draw every chart, or those named, as wide as its place; on paper as wide as the paper. */
function paint(names?: string[], paper = false): void {
  for (const figure of all<HTMLElement>("[data-chart]")) {
    const name = figure.dataset.chart ?? "";
    if (names && !names.includes(name)) continue;
    figure.hidden = false;
    const place = figure.querySelector<HTMLElement>(".drawing");
    if (!place || figure.closest("[data-view][hidden]")) continue;
    const wide = figure.dataset.paper ? Number(figure.dataset.paper) : PAPER;
    const drawing = draw(name, Math.floor(paper ? wide : place.clientWidth));
    figure.hidden = drawing === null;
    if (!drawing) continue;
    place.replaceChildren(drawing.svg);
    const [title, subtitle] = [figure.querySelector(".finding"), figure.querySelector(".quantity")];
    if (title) title.textContent = drawing.title;
    if (subtitle) subtitle.textContent = drawing.subtitle;
  }
}

function look(): void {
  for (const element of all<HTMLElement>("[data-view]")) {
    element.hidden = element.dataset.view !== view;
  }
  // What was hidden had no width to draw in.
  paint();
}

const WRITE: Record<string, (s: Solution) => string> = {
  price: (s) => figure(s.price),
  users: (s) => (s.users_usd === null ? "\u2013" : millions(s.users_usd)),
  producers: (s) => (s.producers_usd === null ? "\u2013" : millions(s.producers_usd)),
  treasury: (s) => (s.treasury_usd === null ? "\u2013" : millions(s.treasury_usd)),
  output: (s) => figure(s.zone_output),
  share: (s) => percent(s.supplier_share),
};

let resting = 0;

function move(range: HTMLInputElement): void {
  chosen = Number(range.value);
  const solution = told.slider?.solutions[chosen];
  if (!solution) return;
  range.setAttribute("aria-valuetext", `${exact(solution.floor)} dollars a kilo`);
  for (const place of all<HTMLElement>("[data-solution]")) {
    const key = place.dataset.solution ?? "";
    if (key === "floor") place.textContent = exact(solution.floor);
    else if (key === "sentence") place.textContent = solution.sentence;
    // What did not balance has no figures: the last ones stay, greyed.
    else if (solution.converged) place.textContent = WRITE[key]?.(solution) ?? "";
    place.classList.toggle("stale", !solution.converged && !["floor", "sentence"].includes(key));
  }
  paint(["slider"]);
  window.clearTimeout(resting);
  resting = window.setTimeout(() => {
    const spoken = one("#spoken");
    if (spoken) spoken.textContent = solution.sentence;
  }, 500);
}

function sortable(table: HTMLTableElement): void {
  const body = table.tBodies[0];
  if (!body || body.rows.length < 2) return;
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort((a, b) => compare(a.cells[column], b.cells[column]));
      body.append(...(down ? rows.reverse() : rows));
    });
  });
}

function compare(a: HTMLElement | undefined, b: HTMLElement | undefined): number {
  const [p, q] = [a?.dataset.by ?? a?.textContent ?? "", b?.dataset.by ?? b?.textContent ?? ""];
  const [m, n] = [Number(p), Number(q)];
  if (p !== "" && q !== "" && Number.isFinite(m) && Number.isFinite(n)) return m - n;
  return p.localeCompare(q, "en");
}

function handOut(): void {
  const address = URL.createObjectURL(new Blob([told.csv], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = told.file;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 1000);
}

let printing = false;

function onPaper(): void {
  printing = true;
  for (const folded of all<HTMLDetailsElement>("details:not([open]):not(.long)")) {
    folded.open = true;
    folded.dataset.folded = "";
  }
  paint(undefined, true);
}

function offPaper(): void {
  printing = false;
  for (const folded of all<HTMLDetailsElement>("details[data-folded]")) {
    folded.open = false;
    delete folded.dataset.folded;
  }
  paint();
}

function start(): void {
  const block = one("#told");
  if (!block?.textContent) return;
  told = JSON.parse(block.textContent) as Told;
  chosen = told.slider?.chosen ?? 0;
  document.documentElement.classList.add("alive");
  all<HTMLTableElement>("table").forEach(sortable);
  const select = one<HTMLSelectElement>("#view");
  const range = one<HTMLInputElement>("#floor");
  paint();
  select?.addEventListener("change", () => {
    view = select.value;
    look();
  });
  range?.addEventListener("input", () => move(range));
  one("#csv")?.addEventListener("click", handOut);
  window.addEventListener("beforeprint", onPaper);
  window.addEventListener("afterprint", offPaper);
  let [width, waiting] = [document.body.clientWidth, 0];
  window.addEventListener("resize", () => {
    if (printing || document.body.clientWidth === width) return;
    width = document.body.clientWidth;
    window.cancelAnimationFrame(waiting);
    waiting = window.requestAnimationFrame(() => paint());
  });
  // A browser may restore the last choice when the page is opened again.
  if (select && select.value !== view) {
    view = select.value;
    look();
  }
  if (range && Number(range.value) !== chosen) move(range);
}

start();
