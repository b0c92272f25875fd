/** Who keeps what zone users pay more: their cost on top, then each part where the last one ends. */

import { bar, type Drawing, make, rule, scale, sheet, wrap, write } from "./draw";
import { figure } from "./format";

/** USD a year; `text` is the amount as the table writes it, rounded so that the parts add up. */
export interface GapPart {
  name: string;
  usd: number;
  text: string;
  colour: "zone" | "new" | "stock" | "supplier" | "fail" | "others";
}

/** The first row is what users pay; the parts add up to it. */
export function priceGap(total: GapPart, parts: GapPart[], width: number): Drawing {
  const sorted = [...parts].sort((a, b) => b.usd - a.usd);
  const most = sorted[0];
  const share = most && total.usd > 0 ? Math.round((100 * most.usd) / total.usd) : 0;
  const title =
    total.usd <= 0
      ? `Zone users pay ${figure(-total.usd / 1e6)} M USD less: nobody keeps a gap`
      : `Of each 100 USD that zone users pay more, ${share} go to ${most?.name}`;
  const narrow = width < 620;
  const left = narrow ? 0 : Math.min(230, width * 0.3);
  let sum = 0;
  const steps = [
    { part: total, from: 0, to: total.usd },
    ...sorted.map((part) => ({ part, from: sum, to: (sum += part.usd) })),
  ];
  const ends = steps.flatMap((s) => [s.from, s.to]);
  const x = scale(Math.min(0, ...ends), Math.max(0, ...ends), left, width - 70);
  const group = make("g", {});
  let y = 2;
  steps.forEach(({ part, from, to }, i) => {
    const lines = wrap(part.name, narrow ? width : left - 16, 14);
    const face = i ? "ink" : "name14";
    lines.forEach((line, n) => group.append(write(0, y + 17 + 17 * n, line, face)));
    const at = narrow ? y + 6 + 17 * lines.length : y + 3;
    if (i) group.append(rule(x(from), y - 8, x(from), at + 20, "grid"));
    group.append(bar(x(from), x(to), at, 20, `fill-${part.colour}`));
    group.append(write(Math.max(x(from), x(to)) + 6, at + 15, part.text, "value"));
    y = narrow ? at + 28 : Math.max(at + 29, y + 17 * lines.length + 10);
  });
  return {
    title,
    subtitle: "What zone users pay more in one year, and who keeps it, M USD",
    svg: sheet(width, y, title, group),
  };
}
