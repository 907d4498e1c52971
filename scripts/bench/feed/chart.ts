/** The plot of docs/load.md: latency by percentile, as SVG that needs nothing else. */
import { quantile } from "../measure.ts";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [760, 380, 70, 190, 30, 56];
const COLOURS = ["#0f766e", "#b45309", "#64748b", "#7c3aed", "#be123c"];
const PARTS = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

/** A line a function; both axes are logarithmic, so that what the slowest in a thousand get can be seen. */
export function percentilesChart(series: (readonly [string, number[]])[]): string {
  const top = Math.max(100, ...series.map(([, sorted]) => quantile(sorted, 0.999)));
  const x = (part: number) => LEFT + -Math.log10(1 - part) / 3 * (WIDTH - LEFT - RIGHT);
  const y = (ms: number) =>
    TOP + (1 - Math.log10(Math.max(1, ms)) / Math.log10(top)) * (HEIGHT - TOP - BOTTOM);
  const at = (value: number) => value.toFixed(1);
  const ticks = [1, 10, 100, 1_000, 10_000].filter((ms) => ms <= top).flatMap((ms) => [
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(ms))}" y2="${at(y(ms))}" stroke="#e2e8f0"/>`,
    `<text x="${LEFT - 8}" y="${at(y(ms) + 4)}" text-anchor="end">${ms} ms</text>`,
  ]);
  const below = PARTS.map((part) =>
    `<text x="${at(x(part))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${part * 100}</text>`
  );
  const lines = series.flatMap(([name, sorted], index) => {
    const colour = COLOURS[index % COLOURS.length];
    const points = PARTS.map((part) => `${at(x(part))},${at(y(quantile(sorted, part)))}`).join(" ");
    return [
      `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      `<rect x="${WIDTH - RIGHT + 20}" y="${TOP + index * 22}" width="12" height="12" fill="${colour}"/>`,
      `<text x="${WIDTH - RIGHT + 38}" y="${TOP + 11 + index * 22}">${name}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Latency by percentile">`,
    "<style>text { font: 12px system-ui, sans-serif; fill: #334155 }</style>",
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...ticks,
    ...below,
    ...lines,
    `<text x="${at((LEFT + WIDTH - RIGHT) / 2)}" y="${HEIGHT - 14}" text-anchor="middle">percentile</text>`,
    "</svg>\n",
  ].join("\n");
}
