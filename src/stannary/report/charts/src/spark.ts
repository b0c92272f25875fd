/** A tile's small chart: one column a thing, up or down from zero, with the extremes named. */

import { type Drawing, make, rule, scale, sheet, widthOf, write } from "./draw";

export interface Mark {
  label: string;
  value: number;
  text?: string;
}

export function spark(marks: Mark[], width: number, name: string): Drawing {
  const said = (m: Mark) => `${m.label} ${m.text ?? ""}`.trim();
  const title = `${name} ${marks.map(said).join(", ")}`;
  const columns = 40;
  const y = scale(
    Math.min(0, ...marks.map((m) => m.value)),
    Math.max(0, ...marks.map((m) => m.value)),
    columns,
    2,
  );
  const step = Math.min(width / Math.max(marks.length, 1), 36);
  const group = make("g", {});
  marks.forEach((mark, i) => {
    const [top, bottom] = [Math.min(y(mark.value), y(0)), Math.max(y(mark.value), y(0))];
    const column = make("rect", {
      x: i * step,
      y: top,
      width: Math.max(step - 4, 2),
      height: Math.max(bottom - top, 1.5),
      class: mark.value > 0 ? "fill-zone" : mark.value < 0 ? "fill-fail" : "fill-others",
    });
    column.append(make("title", {}, said(mark)));
    group.append(column);
  });
  const sorted = [...marks].sort((a, b) => b.value - a.value);
  const [most, least] = [sorted[0], sorted[sorted.length - 1]];
  const ends: Node[] = [];
  if (most && least && most.text && least.text) {
    ends.push(write(0, columns + 18, said(most), "small"));
    if (least !== most && widthOf(said(most)) + widthOf(said(least)) + 16 < width) {
      ends.push(write(width, columns + 18, said(least), "small", "end"));
    }
  }
  const zero = rule(0, y(0), step * marks.length - 4, y(0), "zero");
  const height = ends.length ? columns + 24 : columns + 2;
  return { title, subtitle: "", svg: sheet(width, height, title, group, zero, ...ends) };
}
