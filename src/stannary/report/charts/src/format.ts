/** Numbers as a picture writes them. `words.py` writes the same in the page; a test compares. */

export const MINUS = "\u2212";
export const NOTHING = "\u2013";

function grouped(value: number, decimals: number): string {
  const [whole = "", rest] = Math.abs(value).toFixed(decimals).split(".");
  const commas = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return (value < 0 ? MINUS : "") + commas + (rest ? "." + rest : "");
}

/** What is below it is what a solver leaves of nothing. */
const TRACE = 1e-6;

/** Three digits, halves away from zero: 62.0, 110, 1,560, 14,200; 0.0412 below one. */
export function figure(value: number | null): string {
  if (value === null) return NOTHING;
  if (Math.abs(value) < TRACE) return "0";
  const rounded = Number(value.toPrecision(3));
  const decimals = 2 - Math.floor(Math.log10(Math.abs(rounded)));
  return grouped(rounded, Math.max(decimals, 0));
}

/** A value of the law, never rounded: 110, 112.25. */
export function exact(value: number): string {
  const decimals = (value.toFixed(6).replace(/0+$/, "").split(".")[1] ?? "").length;
  return grouped(value, decimals);
}

/** Signed M USD, the unit written beside it: +290, −0.420. Below 500 USD: 0. */
export function millions(usd: number): string {
  if (Math.abs(usd) < 500) return "0";
  return (usd > 0 ? "+" : MINUS) + figure(Math.abs(usd) / 1e6);
}

/** A share between 0 and 1 as 71%. */
export function percent(share: number | null): string {
  return share === null ? NOTHING : `${Math.round(100 * share)}%`;
}

/** The sign in words: "gains 290 M USD", "pays 640 M USD". */
export function inWords(usd: number): string {
  if (Math.abs(usd) < 500) return "neither gains nor pays";
  return `${usd > 0 ? "gains" : "pays"} ${figure(Math.abs(usd) / 1e6)} M USD`;
}
