/**
 * Four optimizers walk down the same surface from the same place. The reader moves the start, lets
 * them walk step by step, and changes how large their steps are.
 */

import { grounds, OPTIMIZERS, walk } from "./lib/optimizers.js";
import { contour, surface } from "./lib/contours.js";
import { axes, polyline, scale } from "./lib/axes.js";
import { choice, slider } from "./lib/controls.js";
import { clamp, fixed } from "./lib/format.js";
import { handle, positionIn } from "./lib/handles.js";
import { assign, html, svg } from "./lib/dom.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "ground": "valley",
  "steps": 40,
  "faster": 0,
  "a": -2.6,
  "b": 1.4
};

/** @type {[number, number]} */
const REACH = [-3, 3];
const MARGIN = { left: 30, right: 10, top: 10, bottom: 42 };
const SIDE = 73; // points of the grid on which the height is known
const LEVELS = 14;
const STEP = 0.05;
const MOST = 120;
const NAMES = { sgd: "SGD", momentum: "momentum", rmsprop: "RMSProp", adam: "Adam" };

/** @param {number} value */
const onStep = (value) => clamp(Math.round(value / STEP) * STEP, ...REACH);

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => ({
    ground: grounds[state.get("ground")] ? state.get("ground") : "valley",
    steps: Math.round(clamp(state.get("steps"), 0, MOST)),
    faster: clamp(state.get("faster"), -3, 3),
    a: clamp(state.get("a"), ...REACH),
    b: clamp(state.get("b"), ...REACH),
  });
  const moveTo = (/** @type {number} */ a, /** @type {number} */ b) =>
    state.set({ a: onStep(a), b: onStep(b) });

  let x = scale(REACH, [0, 1]);
  let y = scale(REACH, [1, 0]);
  /** @type {Record<string, string>} */
  let colours = {};
  /** @type {{ ground: string, measured: import("./lib/contours.js").Surface } | undefined} */
  let known;

  const clipName = `xf-race-${Math.random().toString(36).slice(2)}`;
  const clip = svg("rect");
  const canvas = html("canvas", { "aria-hidden": true });
  const frame = svg("g", { "aria-hidden": true });
  const levels = svg("path", { class: "xf-contour", "aria-hidden": true });
  const bottom = svg("path", { d: "M-7 0H7M0 -7V7", class: "xf-lowest", "aria-hidden": true });
  const racers = OPTIMIZERS.map((name) => ({
    name,
    path: svg("path", { class: `xf-run xf-${name}` }),
    end: svg("circle", { r: 6, class: `xf-end xf-${name}` }),
  }));
  const picture = svg(
    "svg",
    { class: "xf-map", role: "group", "aria-label": "the surface from above, with four paths" },
    svg("style", {}, RACE_CSS),
    svg("clipPath", { id: clipName }, clip),
    frame,
    levels,
    bottom,
    svg(
      "g",
      { "clip-path": `url(#${clipName})`, "aria-hidden": true },
      ...racers.map((each) => each.path),
      ...racers.map((each) => each.end),
    ),
  );
  const start = handle({
    label: "the start: arrow keys move it",
    shape: "xf-start",
    picture,
    min: REACH[0],
    max: REACH[1],
    onMove: (px, py) => moveTo(x.value(px), y.value(py)),
    onStep: (dx, dy) => moveTo(read().a + dx * STEP, read().b + dy * STEP),
  });
  picture.append(start.element);
  picture.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const [px, py] = positionIn(picture, event);
    moveTo(x.value(px), y.value(py));
  });

  const surfaces = choice({
    legend: "surface",
    options: Object.entries(grounds).map(([name, { label }]) => [name, label]),
    onChange: (ground) => {
      const [a, b] = grounds[ground].start;
      state.set({ ground, a, b });
    },
  });
  const count = slider({
    label: "steps",
    min: 0,
    max: MOST,
    step: 1,
    format: (value) => fixed(value, 0),
    onInput: (steps) => state.set({ steps }),
  });
  const rates = slider({
    label: "rates ×",
    name: "all learning rates, times",
    min: -3,
    max: 3,
    step: 0.5,
    format: (value) => String(Number((2 ** value).toPrecision(2))),
    onInput: (faster) => state.set({ faster }),
  });
  const table = html("table", { class: "xf-table" });
  const stage = html("div", { class: "xf-stage" }, canvas, picture);
  const element = html(
    "div",
    { class: "xf-columns" },
    stage,
    html(
      "div",
      {},
      surfaces.element,
      count.element,
      rates.element,
      html("div", { class: "xf-readout" }, table),
    ),
  );

  /** @param {number} width */
  function resize(width) {
    const side = Math.min(width, 440) - MARGIN.left - MARGIN.right;
    x = scale(REACH, [MARGIN.left, MARGIN.left + side]);
    y = scale(REACH, [MARGIN.top + side, MARGIN.top]);
    const full = {
      width: side + MARGIN.left + MARGIN.right,
      height: side + MARGIN.top + MARGIN.bottom,
    };
    assign(picture, { ...full, viewBox: `0 0 ${full.width} ${full.height}` });
    assign(clip, { x: MARGIN.left, y: MARGIN.top, width: side, height: side });
    assign(canvas, { width: SIDE, height: SIDE });
    canvas.style.cssText =
      `left: ${MARGIN.left}px; top: ${MARGIN.top}px; width: ${side}px; height: ${side}px`;
    frame.replaceChildren(
      axes({ x, y, xDomain: REACH, yDomain: REACH, xStep: 1, yStep: 1, grid: false }),
      svg(
        "text",
        { x: MARGIN.left + side / 2, y: full.height - 6, "text-anchor": "middle" },
        "two parameters; the stronger the gray, the higher the loss",
      ),
    );
    known = undefined;
  }

  /** @param {string} name the heights, crowded together where they are large */
  function measure(name) {
    if (known?.ground === name) return known.measured;
    const { height, bottom: lowest } = grounds[name];
    const at = (/** @type {number} */ i) => REACH[0] + (i / (SIDE - 1)) * (REACH[1] - REACH[0]);
    const least = height(lowest);
    const measured = surface(SIDE, (column, row) =>
      Math.log1p(height([at(column), at(row)]) - least),
    );
    levels.setAttribute("d", "");
    for (let i = 1; i <= LEVELS; i += 1) {
      const pieces = contour(measured, (measured.most * i) / (LEVELS + 1));
      const lines = pieces.map(([c1, r1, c2, r2]) =>
        polyline([
          [x.pixel(at(c1)), y.pixel(at(r1))],
          [x.pixel(at(c2)), y.pixel(at(r2))],
        ]),
      );
      levels.setAttribute("d", levels.getAttribute("d") + lines.join(""));
    }
    bottom.setAttribute("transform", `translate(${x.pixel(lowest[0])} ${y.pixel(lowest[1])})`);
    known = { ground: name, measured };
    return measured;
  }

  function update() {
    const { ground, steps, faster, a, b } = read();
    shade(canvas, measure(ground), colours);
    const { height, bottom: lowest, rates: suited } = grounds[ground];
    const rows = racers.map(({ name, path, end }) => {
      const rate = suited[name] * 2 ** faster;
      const points = walk(name, ground, [a, b], rate, steps);
      const inside = points.map(onScreen);
      path.setAttribute("d", polyline(inside));
      const [ex, ey] = inside[inside.length - 1];
      assign(end, { cx: ex, cy: ey });
      const loss = height(points[steps]) - height(lowest);
      return { name, rate, loss };
    });
    table.replaceChildren(
      html(
        "tr",
        {},
        ...["", "rate", `loss after ${steps}`].map((text) => html("th", { scope: "col" }, text)),
      ),
      ...rows.map(({ name, rate, loss }) => row(name, rate, loss)),
    );
    start.place(x.pixel(a), y.pixel(b), Number(a.toFixed(2)), `start at ${fixed(a)}, ${fixed(b)}`);
    surfaces.show(ground);
    count.show(steps);
    rates.show(faster);
  }

  /** Far outside, a path is cut: browsers draw no coordinates beyond all bounds.
   * @param {[number, number]} point @returns {[number, number]} */
  const onScreen = ([a, b]) => {
    const bounded = (/** @type {number} */ v) => (Number.isFinite(v) ? clamp(v, -50, 50) : 50);
    return [x.pixel(bounded(a)), y.pixel(bounded(b))];
  };

  return {
    element,
    stage,
    resize,
    update,
    /** @param {Record<string, string>} palette */
    recolour: (palette) => {
      colours = palette;
    },
  };
}

/** @param {string} name @param {number} rate @param {number} loss */
function row(name, rate, loss) {
  const sample = svg(
    "svg",
    { width: 34, height: 12, "aria-hidden": true },
    svg("path", { d: "M0 6H34", class: `xf-run xf-${name}` }),
  );
  return html(
    "tr",
    {},
    html("th", { scope: "row" }, sample, ` ${NAMES[/** @type {"sgd"} */ (name)]}`),
    html("td", {}, String(Number(rate.toPrecision(2)))),
    html("td", {}, html("b", { "data-value": name }, short(loss))),
  );
}

/** @param {number} loss @returns {string} */
function short(loss) {
  if (!Number.isFinite(loss) || loss > 1e6) return "diverged";
  return loss >= 0.001 || loss === 0 ? fixed(loss, 3) : loss.toExponential(0);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./lib/contours.js").Surface} ground
 * @param {Record<string, string>} palette
 */
function shade(canvas, { side, heights, least, most }, palette) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.globalAlpha = 1;
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, side, side);
  context.fillStyle = palette.muted;
  for (let r = 0; r < side; r += 1) {
    for (let column = 0; column < side; column += 1) {
      context.globalAlpha = (0.5 * (heights[r * side + column] - least)) / (most - least);
      context.fillRect(column, side - 1 - r, 1, 1);
    }
  }
  context.globalAlpha = 1;
}

const RACE_CSS = `
.xf-map { cursor: crosshair; }
.xf-contour { fill: none; stroke: var(--xf-muted); stroke-width: 1; opacity: 0.5; }
.xf-lowest { stroke: var(--xf-ink); stroke-width: 2.5; }
.xf-run { fill: none; stroke-width: 2.6; stroke-linejoin: round; }
.xf-end { stroke: var(--xf-ink); stroke-width: 1.5; }
.xf-run.xf-sgd { stroke: var(--xf-data); }
.xf-run.xf-momentum { stroke: var(--xf-model); stroke-dasharray: 9 3; }
.xf-run.xf-rmsprop { stroke: var(--xf-gradient); stroke-dasharray: 3 2.5; }
.xf-run.xf-adam { stroke: var(--xf-error); stroke-dasharray: 11 3 2 3; }
.xf-end.xf-sgd { fill: var(--xf-data); }
.xf-end.xf-momentum { fill: var(--xf-model); }
.xf-end.xf-rmsprop { fill: var(--xf-gradient); }
.xf-end.xf-adam { fill: var(--xf-error); }
.xf-table { width: 100%; border-collapse: collapse; margin: 0; }
.xf-table th, .xf-table td { text-align: left; font-weight: normal; padding: 3px 8px 3px 0;
  border: 0; background: none; white-space: nowrap; }
.xf-table svg { vertical-align: middle; }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "Four optimizers on one surface", defaults, build });
}

export default { render };
