/** Numbers as a picture writes them. `words.py` writes the same in the page; a test compares. */

export const MINUS = "\u2212";
export const NOTHING = "\u2013";

function grouped(value: number, decimals: number): string {
  const [whole = "", rest] = Math.abs(value).toFixed(decimals).split(".");
  const commas = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return (value < 0 ? MINUS : "") + commas + (rest ? "." + rest : "");
}

/** Three digits: 62.0, 110, 1,560, 14,200; 0.0412 below one. */
export function figure(value: number | null): string {
  if (value === null) return NOTHING;
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(3));
  const decimals = 2 - Math.floor(Math.log10(Math.abs(rounded)));
  return grouped(rounded, Math.max(decimals, 0));
}

/** A value of the law, never rounded: 110, 112.25. */
export function exact(value: number): string {
  const decimals = (value.toFixed(6).replace(/0+$/, "").split(".")[1] ?? "").length;
  return grouped(value, decimals);
}

/** Signed M USD, the unit written beside it: +290, −0.420. */
export function millions(usd: number): string {
  const text = figure(Math.abs(usd) / 1e6);
  return text === "0" ? text : (usd > 0 ? "+" : MINUS) + text;
}

/** A share between 0 and 1 as 71%. */
export function percent(share: number | null): string {
  return share === null ? NOTHING : `${Math.round(100 * share)}%`;
}

/** "gain 290 M USD" or "pay 640 M USD": the sign in words. */
export function inWords(usd: number, plural = false): string {
  const s = plural ? "" : "s";
  if (Math.abs(usd) < 500) return plural ? "neither gain nor pay" : "neither gains nor pays";
  return `${usd > 0 ? "gain" : "pay"}${s} ${figure(Math.abs(usd) / 1e6)} M USD`;
}
