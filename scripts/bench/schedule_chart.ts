/** A chart of staleness against calls, both axes logarithmic, as a self-contained SVG. */

export interface Curve {
  label: string;
  /** Whether a line joins the points. */
  line: boolean;
  points: { calls: number; hours: number; label: string }[];
}

const WIDTH = 760;
const HEIGHT = 460;
const LEFT = 70;
const RIGHT = 30;
const TOP = 56;
const BOTTOM = 62;
const COLOURS = ["#64748b", "#0f766e"];

const CALLS = [50, 20_000] as const;
const HOURS = [0.4, 100] as const;

const place = (value: number, [low, high]: readonly [number, number], from: number, to: number) =>
  from + (Math.log(value / low) / Math.log(high / low)) * (to - from);
const x = (calls: number) => place(calls, CALLS, LEFT, WIDTH - RIGHT);
const y = (hours: number) => place(hours, HOURS, HEIGHT - BOTTOM, TOP);
const at = (value: number) => value.toFixed(1);
const text = (left: number, top: number, words: string, more = "") =>
  `<text x="${at(left)}" y="${at(top)}" ${more}>${words}</text>`;

export function scheduleChart(curves: Curve[]): string {
  const parts: string[] = [];
  for (const calls of [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000]) {
    parts.push(
      `<line x1="${at(x(calls))}" x2="${at(x(calls))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" class="grid"/>`,
      text(x(calls), HEIGHT - BOTTOM + 18, calls.toLocaleString("en"), 'text-anchor="middle"'),
    );
  }
  for (const hours of [0.5, 1, 2, 5, 10, 20, 50, 100]) {
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(hours))}" y2="${at(y(hours))}" class="grid"/>`,
      text(LEFT - 8, y(hours) + 4, `${hours} h`, 'text-anchor="end"'),
    );
  }
  parts.push(
    text(
      (LEFT + WIDTH - RIGHT) / 2,
      HEIGHT - 14,
      "syncs per account and year",
      'text-anchor="middle" class="axis"',
    ),
    text(
      0,
      0,
      "mean time until an item is found",
      `text-anchor="middle" class="axis" transform="translate(18 ${
        (TOP + HEIGHT - BOTTOM) / 2
      }) rotate(-90)"`,
    ),
  );
  for (const [index, { label, line, points }] of curves.entries()) {
    const colour = COLOURS[index % COLOURS.length];
    const placed = points.map((point) => ({
      ...point,
      left: x(point.calls),
      top: y(point.hours),
    }));
    if (line) {
      const path = placed.map(({ left, top }) => `${at(left)},${at(top)}`).join(" ");
      parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`);
    }
    for (const { left, top, label } of placed) {
      parts.push(
        `<circle cx="${at(left)}" cy="${at(top)}" r="${line ? 3 : 5}" fill="${colour}"/>`,
        text(
          left + (line ? 7 : -10),
          top + (line ? -6 : 5),
          label,
          line ? "" : 'font-weight="600" text-anchor="end"',
        ),
      );
    }
    const legend = LEFT + index * 160;
    parts.push(
      `<circle cx="${legend + 6}" cy="26" r="5" fill="${colour}"/>`,
      text(legend + 18, 30, label, `fill="${colour}"`),
    );
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Staleness against calls">
<style>text { font: 12px system-ui, sans-serif; fill: #334155 } .axis { font-size: 13px } .grid { stroke: #e2e8f0 }</style>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join("\n")}
</svg>
`;
}
