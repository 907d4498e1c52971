/** The plots of docs/trending.md, as self-contained SVG. */

const WIDTH = 760;
const HEIGHT = 380;
const [LEFT, RIGHT, TOP, BOTTOM] = [60, 20, 50, 56];
const COLOURS = ["#0f766e", "#b45309", "#64748b"];
const at = (value: number) => value.toFixed(1);
const y = (share: number) => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);

interface Labels {
  title: string;
  below: string;
  series: readonly string[];
}

function framed({ title, below, series }: Labels, highest: number, parts: string[]): string {
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(share))}" y2="${at(y(share))}" class="grid"/>`,
    `<text x="${LEFT - 8}" y="${at(y(share) + 4)}" text-anchor="end">${
      Math.round(share * highest * 100)
    } %</text>`,
  ]);
  const legend = series.flatMap((name, index) => [
    `<rect x="${LEFT + index * 200}" y="18" width="12" height="12" fill="${
      COLOURS[index % COLOURS.length]
    }"/>`,
    `<text x="${LEFT + 18 + index * 200}" y="28">${name}</text>`,
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${title}">`,
    "<style>text { font: 12px system-ui, sans-serif; fill: #334155 } .axis { font-size: 13px } .grid { stroke: #e2e8f0 }</style>",
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...grid,
    ...parts,
    ...legend,
    `<text x="${at((LEFT + WIDTH - RIGHT) / 2)}" y="${
      HEIGHT - 14
    }" text-anchor="middle" class="axis">${below}</text>`,
    "</svg>\n",
  ].join("\n");
}

/** Draws the weight of a gain over the following days, for each list's time constant in days. */
export function decayChart(lists: { name: string; days: number }[]): string {
  const [most, steps] = [30, 120];
  const x = (day: number) => LEFT + day / most * (WIDTH - LEFT - RIGHT);
  const ticks = [0, 5, 10, 15, 20, 25, 30].map((day) =>
    `<text x="${at(x(day))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${day}</text>`
  );
  const curves = lists.map(({ days }, index) => {
    const points = Array.from({ length: steps + 1 }, (_, step) => {
      const day = step * most / steps;
      return `${at(x(day))},${at(y(Math.exp(-day / days)))}`;
    });
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${
      COLOURS[index % COLOURS.length]
    }" stroke-width="2"/>`;
  });
  return framed(
    {
      title: "Weight of a gain after some days, in each list",
      below: "days since the gain",
      series: lists.map(({ name }) => name),
    },
    1,
    [...ticks, ...curves],
  );
}

/** Draws shares by group, with several bars per group. */
export function sharesChart(labels: Labels, groups: { name: string; shares: number[] }[]): string {
  const highest = Math.max(0.1, ...groups.flatMap(({ shares }) => shares));
  const wide = (WIDTH - LEFT - RIGHT) / groups.length;
  const bar = wide * 0.8 / labels.series.length;
  const bars = groups.flatMap(({ name, shares }, group) => [
    ...shares.map((share, index) => {
      const top = y(share / highest);
      return `<rect x="${at(LEFT + group * wide + wide * 0.1 + index * bar)}" y="${at(top)}" width="${
        at(bar - 2)
      }" height="${at(HEIGHT - BOTTOM - top)}" fill="${COLOURS[index % COLOURS.length]}"/>`;
    }),
    `<text x="${at(LEFT + (group + 0.5) * wide)}" y="${
      HEIGHT - BOTTOM + 18
    }" text-anchor="middle">${name}</text>`,
  ]);
  return framed(labels, highest, bars);
}
