/** The plots of docs/load.md, as self-contained SVG. */
import { quantile } from "../measure.ts";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [760, 380, 70, 190, 30, 56];
const COLOURS = ["#0f766e", "#b45309", "#64748b", "#7c3aed", "#be123c", "#0369a1"];
const PARTS = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
const at = (value: number) => value.toFixed(1);
const colourOf = (index: number) => COLOURS[index % COLOURS.length];

function framed(title: string, height: number, parts: string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}">`,
    "<style>text { font: 12px system-ui, sans-serif; fill: #334155 } .title { font-weight: 600 } line { stroke: #e2e8f0 } .goal { stroke: #be123c; stroke-dasharray: 4 4 }</style>",
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function legend(name: string, index: number, top: number): string {
  return `<rect x="${WIDTH - RIGHT + 20}" y="${top}" width="12" height="12" fill="${colourOf(index)}"/>` +
    `<text x="${WIDTH - RIGHT + 38}" y="${top + 11}">${name}</text>`;
}

function line(points: string[], index: number): string {
  return `<polyline points="${points.join(" ")}" fill="none" stroke="${colourOf(index)}" stroke-width="2"/>`;
}

/** Draws latency by percentile, one line per kind; both axes are logarithmic, so that the slowest in a thousand are visible. */
export function percentilesChart(series: (readonly [string, number[]])[]): string {
  const top = Math.max(100, ...series.map(([, sorted]) => quantile(sorted, 0.999)));
  const x = (part: number) => LEFT + -Math.log10(1 - part) / 3 * (WIDTH - LEFT - RIGHT);
  const y = (ms: number) =>
    TOP + (1 - Math.log10(Math.max(1, ms)) / Math.log10(top)) * (HEIGHT - TOP - BOTTOM);
  return framed("Latency by percentile", HEIGHT, [
    ...[1, 10, 100, 1_000, 10_000].filter((ms) => ms <= top).flatMap((ms) => [
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(ms))}" y2="${at(y(ms))}"/>`,
      `<text x="${LEFT - 8}" y="${at(y(ms) + 4)}" text-anchor="end">${ms} ms</text>`,
    ]),
    ...PARTS.map((part) =>
      `<text x="${at(x(part))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${at(part * 100)}</text>`
    ),
    ...series.flatMap(([name, sorted], index) => [
      line(PARTS.map((part) => `${at(x(part))},${at(y(quantile(sorted, part)))}`), index),
      legend(name, index, TOP + index * 22),
    ]),
    `<text x="${at((LEFT + WIDTH - RIGHT) / 2)}" y="${HEIGHT - 14}" text-anchor="middle">percentile</text>`,
  ]);
}

/** One quantity over time. */
export interface Panel {
  title: string;
  /** A line that should not be crossed. */
  goal?: number;
  lines: { name: string; points: { at: number; value: number }[] }[];
}

const PANEL = 96;
const GAP = 44;

/** Draws panels above a common time axis, in seconds. */
export function overTimeChart(title: string, panels: readonly Panel[], seconds: number): string {
  const x = (second: number) => LEFT + Math.min(1, second / seconds) * (WIDTH - LEFT - RIGHT);
  const height = TOP + panels.length * (PANEL + GAP) + 20;
  const parts = panels.flatMap(({ title, goal, lines }, panel) => {
    const top = TOP + panel * (PANEL + GAP);
    const most = rounded(
      Math.max(goal ?? 0, ...lines.flatMap(({ points }) => points.map(({ value }) => value))),
    );
    const y = (value: number) => top + (1 - value / most) * PANEL;
    return [
      `<text x="${LEFT}" y="${top - 10}" class="title">${title}</text>`,
      ...[0, most / 2, most].flatMap((value) => [
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(value))}" y2="${at(y(value))}"/>`,
        `<text x="${LEFT - 8}" y="${at(y(value) + 4)}" text-anchor="end">${
          value.toLocaleString("en")
        }</text>`,
      ]),
      ...(goal === undefined ? [] : [
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(goal))}" y2="${at(y(goal))}" class="goal"/>`,
        `<text x="${WIDTH - RIGHT + 20}" y="${top + PANEL - 2}">goal ${goal.toLocaleString("en")}</text>`,
      ]),
      ...lines.flatMap(({ name, points }, index) => [
        line(points.map(({ at: second, value }) => `${at(x(second))},${at(y(value))}`), index),
        legend(name, index, top + index * 22),
      ]),
    ];
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) =>
    `<text x="${at(x(part * seconds))}" y="${height - 30}" text-anchor="middle">${
      Math.round(part * seconds)
    } s</text>`
  );
  return framed(title, height, [...parts, ...ticks]);
}

/** Rounds up to 1, 2 or 5 times a power of ten. */
function rounded(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 0.1)));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10);
}
