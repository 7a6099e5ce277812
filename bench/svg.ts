/**
 * A growth curve as an SVG: a small line chart that fits the width of a phone; wide screens show several side by side.
 * Drawn here without a library; colours follow the reader's light or dark mode, and every figure is written beside its
 * point, so that no information depends on colour.
 */
import type { Spread } from "./stats.ts";

/** One point. */
export interface ChartPoint {
  readonly label: string;
  readonly value: Spread;
}

/** One chart. */
export interface Chart {
  readonly zh: string;
  readonly en: string;
  readonly points: readonly ChartPoint[];
}

const WIDTH = 340;
const HEIGHT = 220;
const PLOT = { left: 30, right: 30, top: 64, bottom: 40 };

const STYLE = `
  svg { font: 12px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif; }
  .paper { fill: #ffffff; stroke: #d0d7de; }
  .title { fill: #1f2328; font-weight: 600; font-size: 13px; }
  .text { fill: #59636e; }
  .value { fill: #1f2328; }
  .axis { stroke: #d0d7de; }
  .curve { fill: none; stroke: #07803c; stroke-width: 2; }
  .range { stroke: #07803c; stroke-width: 1; opacity: 0.5; }
  .dot { fill: #07803c; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; stroke: #3d444d; }
    .title, .value { fill: #f0f6fc; }
    .text { fill: #9198a1; }
    .axis { stroke: #3d444d; }
    .curve, .range { stroke: #3fb950; }
    .dot { fill: #3fb950; }
  }`;

/** Returns the SVG of a curve. Its value axis, in microseconds, begins at zero, so that a flat curve looks flat. */
export function drawCurve(chart: Chart): string {
  const label = escapeXml(`${chart.zh} ${chart.en}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${label}"><title>${label}</title><style>${STYLE}</style>
${drawChart(chart)}
</svg>
`;
}

function drawChart({ zh, en, points }: Chart): string {
  const top = Math.max(...points.map(({ value }) => value.max)) * 1.1;
  const x = (index: number) =>
    PLOT.left + 20 + ((WIDTH - PLOT.left - PLOT.right - 40) * index) / Math.max(1, points.length - 1);
  const y = (value: number) => HEIGHT - PLOT.bottom - ((HEIGHT - PLOT.top - PLOT.bottom) * value) / top;
  const floor = HEIGHT - PLOT.bottom;
  const line = points.map(({ value }, index) => `${x(index).toFixed(1)},${y(value.median).toFixed(1)}`).join(" ");
  const marks = points.map(({ label, value }, index) => {
    const at = x(index).toFixed(1);
    const above = Math.min(y(value.median) - 10, y(value.max) - 6).toFixed(1);
    return [
      `<line class="range" x1="${at}" x2="${at}" y1="${y(value.max).toFixed(1)}" y2="${y(value.min).toFixed(1)}"/>`,
      `<circle class="dot" cx="${at}" cy="${y(value.median).toFixed(1)}" r="4"/>`,
      `<text class="value" x="${at}" y="${above}" text-anchor="middle">${value.median.toFixed(0)} µs</text>`,
      `<text class="text" x="${at}" y="${floor + 18}" text-anchor="middle">${escapeXml(label)}</text>`,
    ].join("");
  });
  return [
    `<rect class="paper" x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8"/>`,
    `<text class="title" x="14" y="24">${escapeXml(zh)}</text>`,
    `<text class="text" x="14" y="42">${escapeXml(en)}</text>`,
    `<line class="axis" x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${floor}" y2="${floor}"/>`,
    `<polyline class="curve" points="${line}"/>`,
    ...marks,
  ].join("");
}

/** Escapes a text for XML text and attributes. */
function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
