/**
 * The pencil: SVG elements, text that knows its width, a scale with round ticks.
 *
 * Colours are classes, never values, so that one drawing serves light, dark and paper.
 * Next: `price`, `gains`, `gap`, `spark`, `slider`, one chart each.
 */

/** A finished chart: its finding, the quantity and unit, and the picture. */
export interface Drawing {
  title: string;
  subtitle: string;
  svg: SVGSVGElement;
}

type Attributes = Record<string, string | number>;

const SVG = "http://www.w3.org/2000/svg";

export function make<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes,
  ...children: (Node | string)[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, typeof value === "number" ? String(+value.toFixed(2)) : value);
  }
  element.append(...children);
  return element;
}

/** The sheet; `label` is read aloud in place of the picture. */
export function sheet(width: number, height: number, label: string, ...children: Node[]) {
  return make(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      "aria-label": label,
      class: "drawn",
    },
    ...children,
  );
}

/** `class_` "halo" gives the text a rim of the ground colour, so that it reads over hatching. */
export function write(x: number, y: number, text: string, class_ = "", anchor = "start") {
  return make("text", { x, y, class: class_, "text-anchor": anchor }, text);
}

/** A bar from one x to another, whichever is larger. */
export function bar(from: number, to: number, y: number, height: number, class_: string) {
  return make("rect", {
    x: Math.min(from, to),
    y,
    width: Math.max(Math.abs(to - from), 0),
    height,
    class: class_,
  });
}

export function rule(x1: number, y1: number, x2: number, y2: number, class_: string) {
  return make("line", { x1, y1, x2, y2, class: class_ });
}

let hatchings = 0;

/** A hatched band and the pattern it is filled with; pattern names are unique to the document. */
export function hatched(from: number, to: number, y: number, height: number, class_: string) {
  const id = `hatch-${++hatchings}`;
  const pattern = make(
    "pattern",
    {
      id,
      width: 6,
      height: 6,
      patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)",
    },
    make("rect", { width: 2, height: 6, class: class_ }),
  );
  const band = bar(from, to, y, height, "band");
  band.setAttribute("fill", `url(#${id})`);
  return make("g", {}, make("defs", {}, pattern), band);
}

let ruler: CanvasRenderingContext2D | null = null;

/** Width of `text` in px, in the page's own face. */
export function widthOf(text: string, size = 13, weight = 400): number {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (!ruler) return text.length * size * 0.56;
  ruler.font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  return ruler.measureText(text).width;
}

/** `text` in lines of at most `width` px. */
export function wrap(text: string, width: number, size = 13, weight = 400): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (line && widthOf(longer, size, weight) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return line ? [...lines, line] : lines;
}

/** Linear scale from `[low, high]` to `[left, right]`. */
export function scale(low: number, high: number, left: number, right: number) {
  const slope = (right - left) / (high - low || 1);
  return (value: number) => left + (value - low) * slope;
}

/** About `count` round numbers from `low` to `high`: steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, count = 5): number[] {
  const rough = (high - low || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((n) => n * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => +((first + i) * step).toPrecision(12));
}
