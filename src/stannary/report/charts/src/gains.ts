/** Who gains and pays: one stacked bar a region, costs to the left of zero, gains to the right. */

import { bar, type Drawing, hatched, make, rule, scale, sheet, ticks, widthOf, write } from "./draw";
import { exact, inWords, millions } from "./format";

/** USD a year, with the agreement minus without; owned_outside is a part of producers. */
export interface GainRow {
  region: string;
  name: string;
  inside: boolean;
  users: number;
  producers: number;
  owned_outside: number;
  treasury: number;
  rents: number;
}

const PARTS = [
  ["users", "users", "zone"],
  ["producers", "producers", "new"],
  ["treasury", "treasury", "stock"],
  ["rents", "rents and raised prices", "supplier"],
] as const;

/** USD a year below which a part is nothing. */
const TOLD = 500;

export const net = (row: GainRow) => row.users + row.producers + row.treasury + row.rents;

/** "Among members, most is gained by Australia, most is paid by Japan": a name may be a plural. */
export function finding(rows: GainRow[]): string {
  const members = rows.filter((r) => r.inside);
  const sorted = [...members].sort((a, b) => net(b) - net(a));
  const [most, least] = [sorted[0], sorted[sorted.length - 1]];
  if (!most || !least) return "No member gains or pays";
  if (net(most) <= 0) return `Every member pays, most of all ${least.name}`;
  if (net(least) >= 0) return `No member pays; most is gained by ${most.name}`;
  return `Among members, most is gained by ${most.name}, most is paid by ${least.name}`;
}

/** Members sorted by what they gain, then everyone else; `highlight` is the region viewed as. */
export function whoGains(rows: GainRow[], width: number, highlight: string | null): Drawing {
  const sorted = [...rows].sort((a, b) => Number(b.inside) - Number(a.inside) || net(b) - net(a));
  const narrow = width < 620;
  const names = Math.max(...rows.map((r) => widthOf(r.name, 14, 600)));
  const left = narrow ? 0 : Math.min(names + 20, 200);
  const right = width - (narrow ? 0 : 178);
  const below = (r: GainRow) => PARTS.reduce((s, [k]) => s + Math.min(r[k], 0), 0);
  const above = (r: GainRow) => PARTS.reduce((s, [k]) => s + Math.max(r[k], 0), 0);
  const low = Math.min(0, ...rows.map(below));
  const high = Math.max(0, ...rows.map(above));
  const x = scale(low, high || (low ? 0 : 1), left + 4, right - 4);
  const step = narrow ? 46 : 30;
  const top = 44;
  const grid = make("g", {});
  const content = make("g", {});
  let y = top;
  let outside = false;
  for (const row of sorted) {
    if (!row.inside && !outside) {
      outside = true;
      content.append(write(0, y + 22, "Outside the agreement", "small"));
      y += 30;
    }
    content.append(gainRow(row, y, { x, narrow, width, right, on: row.region === highlight }));
    y += step;
  }
  for (const tick of ticks(low / 1e6, high / 1e6, narrow ? 3 : 6)) {
    const at = x(tick * 1e6);
    grid.append(rule(at, top - 4, at, y, tick === 0 ? "zero" : "grid"));
    const label = (tick > 0 ? "+" : "") + exact(tick);
    const clear = Math.min(Math.max(at, widthOf(label) / 2), width - widthOf(label) / 2);
    grid.append(write(clear, top - 9, label, "small", "middle"));
  }
  const title = finding(rows);
  return {
    title,
    subtitle: "Gain (+) or cost (\u2212) of the agreement in one year, M USD",
    svg: sheet(width, y + 4, title, key(rows, width), grid, content),
  };
}

function key(rows: GainRow[], width: number) {
  const group = make("g", {});
  let x = 0;
  const entry = (name: string, colour: string, striped: boolean) => {
    group.append(bar(x, x + 12, 1, 12, `fill-${colour}`));
    if (striped) group.append(hatched(x, x + 12, 1, 12, "fill-ground"));
    group.append(write(x + 18, 12, name, "ink"));
    x += 18 + widthOf(name) + 22;
  };
  for (const [part, name, colour] of PARTS) {
    if (part !== "rents" || rows.some((r) => Math.abs(r.rents) >= TOLD)) entry(name, colour, false);
  }
  if (rows.some((r) => Math.abs(r.owned_outside) >= TOLD)) entry("owned outside", "new", true);
  if (x + 220 < width) group.append(write(x, 12, "at the right, their sum", "small"));
  return group;
}

interface Frame {
  x: (value: number) => number;
  narrow: boolean;
  width: number;
  right: number;
  on: boolean;
}

function gainRow(row: GainRow, top: number, { x, narrow, width, right, on }: Frame) {
  const group = make("g", { class: on ? "row on" : "row" });
  const y = narrow ? top + 22 : top + 5;
  const total = `${inWords(net(row)).replace(/ M USD$/, "")}`;
  if (on) group.append(bar(0, width, top, narrow ? 44 : 29, "chosen"));
  group.append(write(narrow ? 0 : 4, narrow ? top + 16 : top + 20, row.name, "name14"));
  group.append(
    narrow
      ? write(width, top + 16, total, "value", "end")
      : write(right + 12, top + 20, total, "value"),
  );
  let [down, up] = [0, 0];
  for (const [part, , colour] of PARTS) {
    const value = row[part];
    if (part === "rents" && Math.abs(value) < TOLD) continue;
    const from = value < 0 ? down : up;
    const shape = bar(x(from), x(from + value), y, narrow ? 18 : 20, `fill-${colour} part`);
    group.append(shape);
    const owned = part === "producers" ? row.owned_outside : 0;
    if (Math.abs(owned) >= TOLD && owned * value > 0) {
      const over = Math.abs(owned) < Math.abs(value) ? owned : value;
      const [start, end] = [x(from + value - over), x(from + value)];
      group.append(hatched(start, end, y, narrow ? 18 : 20, "fill-ground"));
    }
    const label = millions(value);
    if (Math.abs(x(from + value) - x(from)) > widthOf(label, 12) + 10) {
      const middle = (x(from) + x(from + value)) / 2;
      group.append(write(middle, y + (narrow ? 13 : 14), label, "on-fill", "middle"));
    }
    if (value < 0) down += value;
    else up += value;
  }
  const owned = Math.abs(row.owned_outside) >= TOLD;
  const parts = PARTS.filter(([part]) => part !== "rents" || Math.abs(row.rents) >= TOLD)
    .map(([part, name]) => {
      const of = ` (of which owned outside ${millions(row.owned_outside)})`;
      return `${name} ${millions(row[part])}${part === "producers" && owned ? of : ""}`;
    })
    .join(", ");
  group.append(make("title", {}, `${row.name}: ${parts} M USD; ${inWords(net(row))} a year`));
  return group;
}
