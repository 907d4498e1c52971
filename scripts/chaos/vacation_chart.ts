/** Requests, faults and memory of a vacation test over time, as a self-contained SVG. */
import type { Second } from "./run_vacation.ts";

const WIDTH = 900;
const HEIGHT = 420;
const LEFT = 60;
const RIGHT = 20;

export function vacationChart(timeline: readonly Second[]): string {
  const length = Math.max(1, timeline.at(-1)?.at ?? 1);
  const x = (at: number) => LEFT + (at / length) * (WIDTH - LEFT - RIGHT);
  const panel = (
    top: number,
    height: number,
    title: string,
    most: number,
    lines: [colour: string, value: (one: Second) => number][],
  ) => {
    const y = (value: number) => top + height - (value / Math.max(1, most)) * height;
    return [
      `<text x="${LEFT}" y="${top - 8}" font-weight="600">${title}</text>`,
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${top + height}" y2="${top + height}" stroke="#cbd5e1"/>`,
      `<text x="${LEFT - 6}" y="${top + 8}" text-anchor="end">${Math.round(most)}</text>`,
      `<text x="${LEFT - 6}" y="${top + height}" text-anchor="end">0</text>`,
      ...lines.map(([colour, value]) =>
        `<polyline fill="none" stroke="${colour}" stroke-width="1.2" points="${
          timeline.map((one) => `${x(one.at).toFixed(1)},${y(value(one)).toFixed(1)}`).join(" ")
        }"/>`
      ),
    ].join("\n");
  };
  const most = (value: (one: Second) => number) =>
    timeline.reduce((high, one) => Math.max(high, value(one)), 1);
  const marks = timeline.filter(({ faults }) => faults.length > 0)
    .map(({ at }) =>
      `<line x1="${x(at).toFixed(1)}" x2="${
        x(at).toFixed(1)
      }" y1="196" y2="206" stroke="#b45309" stroke-width="1"/>`
    );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Requests, faults and memory over time">
<style>text { font: 12px system-ui, sans-serif; fill: #334155 }</style>
<rect width="100%" height="100%" fill="#fff"/>
${
    panel(
      36,
      140,
      "answered (green) and refused (red) requests per second",
      most(({ answered, refused }) => Math.max(answered, refused)),
      [
        ["#0f766e", ({ answered }) => answered],
        ["#b91c1c", ({ refused }) => refused],
      ],
    )
  }
<text x="${LEFT}" y="192">faults</text>
${marks.join("\n")}
${
    panel(240, 130, "memory of all processes, MB", most(({ memory_mb }) => memory_mb), [[
      "#1d4ed8",
      ({ memory_mb }) => memory_mb,
    ]])
  }
<text x="${WIDTH - RIGHT}" y="${HEIGHT - 12}" text-anchor="end">${length} s</text>
</svg>
`;
}
