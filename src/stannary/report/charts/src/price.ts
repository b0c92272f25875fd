/** Price against floor: each row scaled to its own floor, since products differ a hundredfold. */

import { bar, type Drawing, hatched, make, rule, scale, sheet, widthOf, wrap, write } from "./draw";
import { exact, figure } from "./format";

export type State = "holds" | "fails" | "idle" | "none";

/** Prices in USD/kg. */
export interface PriceRow {
  name: string;
  outside: number | null;
  landed: number;
  floor: number;
  state: State;
  reason: string;
}

/** Beyond twice the floor a bar is cut and says so; its price is written all the same. */
const LONGEST = 2;
const WORD: Record<State, string> = { holds: "holds", fails: "FAILS", idle: "idle", none: "" };
const BAR = 12;

/** "4 of 6 floors hold, 1 fails, 1 is idle". */
export function finding(rows: PriceRow[]): string {
  const count = (state: State) => rows.filter((r) => r.state === state).length;
  const [holds, fails, idle] = [count("holds"), count("fails"), count("idle")];
  if (rows.length > 1 && holds === rows.length) return `All ${rows.length} floors hold`;
  const said = [`${holds || "None"} of ${rows.length} floors ${holds === 1 ? "holds" : "hold"}`];
  if (fails) said.push(`${fails} ${fails === 1 ? "fails" : "fail"}`);
  if (idle) said.push(`${idle} ${idle === 1 ? "is" : "are"} idle`);
  return said.join(", ");
}

export function priceAgainstFloor(rows: PriceRow[], width: number): Drawing {
  const title = finding(rows);
  const narrow = width < 620;
  const names = Math.max(...rows.map((r) => widthOf(r.name, 15, 600)));
  const left = narrow ? 0 : Math.min(names + 24, 180);
  const reasons = narrow ? 0 : Math.min(300, width * 0.28);
  const highest = Math.max(
    1.15,
    ...rows.map((r) => Math.min(Math.max(r.landed, r.outside ?? 0) / r.floor, LONGEST)),
  );
  const right = width - reasons - 96;
  const x = scale(0, highest, left, right);
  const bars: Node[] = [];
  const words: Node[] = [];
  const top = 26;
  let y = top;
  for (const row of rows) {
    const drawn = priceRow(row, y, { x, left, right, narrow, width, reasons });
    bars.push(drawn.bars);
    words.push(drawn.words);
    y = drawn.below;
  }
  const head = write(x(1), 12, "floor = 100%", "small", "middle");
  return {
    title,
    subtitle:
      "Price buyers in the zone pay and price outside, each against its floor = 100%; USD/kg written",
    svg: sheet(width, y, title, ...bars, ...words, head),
  };
}

interface Frame {
  x: (value: number) => number;
  left: number;
  right: number;
  narrow: boolean;
  width: number;
  reasons: number;
}

function priceRow(row: PriceRow, top: number, frame: Frame) {
  const { x, left, right, narrow, width, reasons } = frame;
  const at = (price: number) => Math.min(x(price / row.floor), right);
  const verdict = `${WORD[row.state]}: ${row.reason}`;
  const lines = wrap(verdict, narrow ? width : reasons, 13, row.state === "fails" ? 600 : 400);
  const bars = make("g", {});
  const words = make("g", { class: `row ${row.state}` });
  const floor = `floor ${exact(row.floor)}`;
  let y = top;
  if (narrow) {
    words.append(write(0, y + 14, row.name, "name"), write(width, y + 14, floor, "small", "end"));
    words.append(...lines.map((line, i) => write(0, y + 33 + 17 * i, line, "verdict")));
    y += 22 + 17 * lines.length;
  } else {
    words.append(write(0, y + 13, row.name, "name"), write(0, y + 30, floor, "small"));
    const first = y + 20 - 8.5 * (lines.length - 1);
    words.append(
      ...lines.map((line, i) => write(width - reasons, first + 17 * i, line, "verdict")),
    );
  }
  y += 4;
  if (row.state === "fails") bars.append(hatched(at(row.landed), x(1), y + BAR, BAR, "fill-fail"));
  if (row.outside !== null) {
    bars.append(bar(left, at(row.outside), y, BAR - 3, "fill-others"));
    words.append(write(at(row.outside) + 6, y + 8, `outside ${figure(row.outside)}`, "small halo"));
  }
  bars.append(bar(left, at(row.landed), y + BAR, BAR, "fill-zone"));
  bars.append(rule(x(1), y - 4, x(1), y + 2 * BAR + 4, "floor-line"));
  const cut = row.landed / row.floor > LONGEST ? " \u2192" : "";
  const start = Math.max(at(row.landed), row.state === "fails" ? x(1) : 0) + 6;
  words.append(write(start, y + BAR + 11, `zone ${figure(row.landed)}${cut}`, "value halo"));
  const note = `${row.name}: zone ${figure(row.landed)}, outside ${figure(row.outside)}, ${floor} USD/kg`;
  bars.append(make("title", {}, `${note}; ${verdict}`));
  const tall = narrow ? 46 : Math.max(46, 17 * lines.length + 12);
  return { bars, words, below: y - 4 + tall };
}
