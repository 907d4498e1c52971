/** A time series as a plot or a table, with PNG and CSV downloads. */
import { useEffect, useId, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { frame as t } from "../texts/frame.ts";
import { number, time, type TimeStyle } from "./format.ts";
import { Button, Table } from "./parts.tsx";

export interface Series {
  name: string;
  /** Null values are unknown and shown as gaps. */
  values: (number | null)[];
}

export interface ChartProps {
  title: string;
  /** Days such as `2026-11-27`, or timestamps. */
  x: string[];
  series: Series[];
  bars?: boolean;
  /** Draws the line across gaps, for totals that were not measured every day. */
  isJoined?: boolean;
  /** Timestamps within a day, shown as times in the viewer's time zone. */
  isClock?: boolean;
  format?: (value: number) => string;
}

const HEIGHT = 240;
const COLOURS = ["--accent", "--info", "--good", "--warn", "--bad"];

export default function Chart({ title, x, series, bars, isJoined, isClock, format = number }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [isTable, setTable] = useState(false);
  const theme = useTheme();
  const id = useId();
  const moment = (at: string | number, style: TimeStyle) =>
    isClock ? time(at, style === "short" ? "minute" : "full") : time(at, style, "UTC");
  useEffect(() => {
    if (isTable || !frame.current) return;
    const element = frame.current;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => resolve(style.getPropertyValue(name));
    const options: uPlot.Options = {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: series.length > 1 },
      cursor: { drag: { setScale: false } },
      scales: {
        // A single day gets a range of a week; uPlot would choose a far larger one.
        x: {
          time: true,
          ...(x.length === 1 ? { range: (_, low) => [low - 3 * 86_400, low + 3 * 86_400] } : {}),
        },
        y: {
          // The axis of a total does not start at zero, which would hide its changes.
          range: (_, low, high) =>
            isJoined
              ? [Math.max(0, low - (high - low || 1) * 0.1), high + (high - low || 1) * 0.1]
              : [Math.min(0, low), Math.max(1, high) * 1.08],
        },
      },
      axes: [
        {
          stroke: colour("--quiet"),
          grid: { show: false },
          ticks: { stroke: colour("--line") },
          values: (_, ticks) => ticks.map((tick) => moment(tick * 1000, "short")),
        },
        {
          stroke: colour("--quiet"),
          grid: { stroke: colour("--line"), width: 1 },
          ticks: { show: false },
          size: 64,
          values: (_, ticks) => ticks.map((tick) => format(tick)),
        },
      ],
      series: [
        {
          label: isClock ? t.chart.time : t.chart.day,
          value: (_, seconds) => seconds === null ? "" : moment(seconds * 1000, "day"),
        },
        ...series.map(({ name }, at): uPlot.Series => {
          const stroke = colour(COLOURS[at % COLOURS.length] ?? "--accent");
          return {
            label: name,
            stroke,
            width: 2,
            spanGaps: isJoined,
            points: { show: x.length < 40 && !bars },
            value: (_, value) => value === null ? t.not_available : format(value),
            ...(bars ? { fill: stroke, paths: uPlot.paths.bars?.({ size: [0.7, 40] }) } : {}),
          };
        }),
      ],
    };
    const data = [
      x.map((day) => Date.parse(day) / 1000),
      ...series.map(({ values }) => values),
    ] as uPlot.AlignedData;
    const made = plot.current = new uPlot(options, data, element);
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [isTable, theme, x.join(), JSON.stringify(series)]);
  const values = series.flatMap(({ values }) => values).filter((value) => value !== null);
  if (values.length === 0) return <p className="quiet">{t.chart.no_points}</p>;
  const most = Math.max(...values);
  return (
    <figure className="chart" aria-labelledby={id}>
      <figcaption id={id} className="sr">
        {`${title}. ${series.map(({ name }) => name).join(", ")}: ${number(x.length)} × ≤ ${format(most)}`}
      </figcaption>
      {isTable
        ? (
          <Table
            caption={title}
            rows={x.map((day, at) => ({ day, at }))}
            keyOf={({ day }) => day}
            columns={[
              { name: isClock ? t.chart.time : t.chart.day, cell: ({ day }) => moment(day, "day") },
              ...series.map(({ name, values }) => ({
                name,
                numeric: true,
                cell: ({ at }: { at: number }) => {
                  const value = values[at];
                  return value === null || value === undefined ? t.not_available : format(value);
                },
              })),
            ]}
          />
        )
        : <div ref={frame} className="chart-canvas" aria-hidden="true" />}
      <div className="actions">
        <Button className="small" onClick={() => setTable(!isTable)}>
          {isTable ? t.chart.chart : t.chart.table}
        </Button>
        {!isTable && (
          <Button
            className="small"
            onClick={() => plot.current && saveCanvas(plot.current.ctx.canvas, title)}
          >
            {t.chart.png}
          </Button>
        )}
        <Button
          className="small"
          onClick={() => save(new Blob([csvOf(x, series)], { type: "text/csv" }), `${title}.csv`)}
        >
          {t.chart.csv}
        </Button>
      </div>
    </figure>
  );
}

/** Returns the series as CSV, with names quoted and escaped so that spreadsheets do not run them as formulas. */
function csvOf(x: string[], series: Series[]): string {
  const quote = (text: string) => `"${/^[=+\-@]/.test(text) ? "'" : ""}${text.replaceAll('"', '""')}"`;
  const rows = [
    ["day", ...series.map(({ name }) => quote(name))],
    ...x.map((day, at) => [day, ...series.map(({ values }) => values[at] ?? "")]),
  ];
  return `${rows.map((row) => row.join(",")).join("\r\n")}\r\n`;
}

/** Saves the canvas as a PNG, on the page's background colour because the canvas itself is transparent. */
function saveCanvas(canvas: HTMLCanvasElement, title: string): void {
  const copy = Object.assign(document.createElement("canvas"), {
    width: canvas.width,
    height: canvas.height,
  });
  const context = copy.getContext("2d");
  if (!context) return;
  context.fillStyle = resolve(getComputedStyle(document.documentElement).getPropertyValue("--sheet"));
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  copy.toBlob((blob) => blob && save(blob, `${title}.png`));
}

function save(blob: Blob, name: string): void {
  const href = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href, download: name.replace(/[^\p{L}\p{N}. -]/gu, "") })
    .click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** Resolves light-dark() in a custom property to one colour, as a canvas needs. */
function resolve(value: string): string {
  const probe = document.createElement("span");
  probe.style.color = value;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Returns a value that changes with the colour scheme, so that the plot is redrawn. */
function useTheme(): string {
  const now = () =>
    `${document.documentElement.dataset.theme} ${matchMedia("(prefers-color-scheme: dark)").matches}`;
  const [theme, setTheme] = useState(now);
  useEffect(() => {
    const look = () => setTheme(now());
    const system = matchMedia("(prefers-color-scheme: dark)");
    const watch = new MutationObserver(look);
    system.addEventListener("change", look);
    watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      system.removeEventListener("change", look);
      watch.disconnect();
    };
  }, []);
  return theme;
}
