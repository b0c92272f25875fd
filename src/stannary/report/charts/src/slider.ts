/**
 * The slider's chart: one dot a stored solution, never a line between two, because the market
 * has kinks that a line would hide.
 */

import { type Drawing, make, rule, scale, sheet, ticks, write } from "./draw";
import { exact, figure } from "./format";
import type { State } from "./price";

/** USD/kg and USD a year; where the market did not balance the figures are null. */
export interface Solution {
  floor: number;
  converged: boolean;
  price: number | null;
  state: State;
  users_usd: number | null;
  producers_usd: number | null;
  treasury_usd: number | null;
  zone_output: number | null;
  supplier_share: number | null;
  sentence: string;
}

/** Room in px for the scale at the left, and at the right for half a thumb: `page.css` agrees. */
const LEFT = 44;
const RIGHT = 16;

export function sliderChart(
  name: string,
  solutions: Solution[],
  chosen: number,
  shipped: number,
  width: number,
  height: number,
): Drawing {
  const solved = solutions.filter((s) => s.price !== null);
  const prices = solved.map((s) => s.price ?? 0);
  // From zero, and up to the floors: else a price that hardly answers would look as if it did.
  const [low, high] = [0, Math.max(shipped, ...prices)];
  const room = (high || 1) * 0.08;
  const floors = solutions.map((s) => s.floor);
  const x = scale(Math.min(...floors), Math.max(...floors), LEFT, width - RIGHT);
  const [top, bottom] = [18, height - 20];
  const y = scale(low, high + room, bottom, top);
  const at = solutions[chosen];
  const title = at
    ? `At a floor of ${exact(at.floor)} USD/kg ${name} sells in the zone at ${figure(at.price)} USD/kg`
    : `Price of ${name} in the zone at each floor`;
  const under = make("g", {});
  for (const tick of ticks(low, high + room, 3)) {
    under.append(rule(LEFT - 8, y(tick), width - RIGHT + 8, y(tick), "grid"));
    under.append(write(LEFT - 14, y(tick) + 4, exact(tick), "small", "end"));
  }
  for (const tick of ticks(Math.min(...floors), Math.max(...floors), 5)) {
    under.append(write(x(tick), height - 4, exact(tick), "small", "middle"));
  }
  const over = make("g", {});
  over.append(rule(x(shipped), top - 4, x(shipped), bottom, "floor-line"));
  over.append(
    write(x(shipped), 10, `agreement ${exact(shipped)}`, "small halo", "middle"),
  );
  solutions.forEach((s, i) => {
    if (s.price === null) {
      over.append(write(x(s.floor), bottom - 2, "\u00d7", "small", "middle"));
      return;
    }
    const mark = i === chosen ? "dot now" : `dot ${s.state}`;
    over.append(make("circle", { cx: x(s.floor), cy: y(s.price), r: i === chosen ? 7 : 3, class: mark }));
  });
  return {
    title,
    subtitle: "Price in the zone, USD/kg, at each floor solved",
    svg: sheet(width, height, title, under, over),
  };
}
