/**
 * Gradient descent in a narrow valley: its path from above, and its loss step by step. The reader
 * chooses the learning rate, and the start.
 */

import { bowl, descend } from "./lib/optimizers.js";
import { axes, line, polyline, scale } from "./lib/axes.js";
import { slider } from "./lib/controls.js";
import { clamp, fixed } from "./lib/format.js";
import { handle, positionIn } from "./lib/handles.js";
import { assign, html, svg } from "./lib/dom.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "rate": 0.01,
  "a": -4,
  "b": 1.5
};

/** @type {[number, number]} */
const CURVATURE = [1, 25];
/** @type {[number, number]} */
const A = [-5, 5];
/** @type {[number, number]} */
const B = [-2.5, 2.5];
/** @type {[number, number]} */
const STEPS = [0, 40];
/** @type {[number, number]} */
const POWERS = [-6, 6];
const STEP = 0.1;
const MARGIN = { left: 32, right: 8, top: 8, bottom: 40 };
const PLOT = 190;

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => ({
    rate: clamp(state.get("rate"), 0.001, 0.1),
    a: clamp(state.get("a"), ...A),
    b: clamp(state.get("b"), ...B),
  });
  const onStep = (/** @type {number} */ value) => Math.round(value / STEP) * STEP;
  const moveTo = (/** @type {number} */ a, /** @type {number} */ b) =>
    state.set({ a: clamp(onStep(a), ...A), b: clamp(onStep(b), ...B) });

  let x = scale(A, [0, 1]);
  let y = scale(B, [1, 0]);
  let across = scale(STEPS, [0, 1]);
  const up = scale(POWERS, [PLOT - MARGIN.bottom, MARGIN.top + 12]);
  const serial = Math.random().toString(36).slice(2);
  const clips = [svg("rect"), svg("rect")];
  const frame = svg("g", { "aria-hidden": true });
  const rings = svg("g", { "aria-hidden": true });
  const path = svg("path", { class: "xf-walk", "aria-hidden": true });
  const dots = svg("g", { "aria-hidden": true });
  const plane = svg(
    "svg",
    { class: "xf-map", role: "group", "aria-label": "the valley from above, with the path" },
    svg("style", {}, RATE_CSS),
    svg("clipPath", { id: `xf-plane-${serial}` }, clips[0]),
    svg("g", { "clip-path": `url(#xf-plane-${serial})` }, rings, path, dots),
    frame,
  );
  const start = handle({
    label: "the start: arrow keys move it",
    shape: "xf-start",
    picture: plane,
    min: A[0],
    max: A[1],
    onMove: (px, py) => moveTo(x.value(px), y.value(py)),
    onStep: (dx, dy) => moveTo(read().a + dx * STEP, read().b + dy * STEP),
  });
  plane.append(start.element);
  plane.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const [px, py] = positionIn(plane, event);
    moveTo(x.value(px), y.value(py));
  });
  const curveFrame = svg("g", {});
  const curve = svg("path", { class: "xf-loss" });
  const plot = svg(
    "svg",
    { class: "xf-curve", "aria-hidden": true },
    svg("clipPath", { id: `xf-curve-${serial}` }, clips[1]),
    curveFrame,
    svg("g", { "clip-path": `url(#xf-curve-${serial})` }, curve),
  );
  const rates = slider({
    label: "η",
    name: "learning rate",
    min: 0.001,
    max: 0.1,
    step: 0.001,
    format: (value) => fixed(value, 3),
    onInput: (rate) => state.set({ rate }),
  });
  const factors = html("p", {});
  const verdict = html("p", {});
  const stage = html("div", { class: "xf-stage" }, plane);
  const element = html(
    "div",
    { class: "xf-columns" },
    stage,
    html(
      "div",
      {},
      plot,
      rates.element,
      html("div", { class: "xf-readout" }, factors, verdict),
    ),
  );

  /** @param {number} width */
  function resize(width) {
    const side = Math.min(width, 460) - MARGIN.left - MARGIN.right;
    const tall = 0.75 * side;
    x = scale(A, [MARGIN.left, MARGIN.left + side]);
    y = scale(B, [MARGIN.top + tall, MARGIN.top]);
    const full = {
      width: side + MARGIN.left + MARGIN.right,
      height: tall + MARGIN.top + MARGIN.bottom,
    };
    assign(plane, { ...full, viewBox: `0 0 ${full.width} ${full.height}` });
    assign(clips[0], { x: MARGIN.left, y: MARGIN.top, width: side, height: tall });
    frame.replaceChildren(
      axes({ x, y, xDomain: A, yDomain: B, xStep: 1, yStep: 1, grid: false }),
      svg(
        "text",
        { x: MARGIN.left + side / 2, y: full.height - 6, "text-anchor": "middle" },
        "curvature 1 this way, 25 the other",
      ),
    );
    const unit = [x.pixel(1) - x.pixel(0), y.pixel(0) - y.pixel(1)];
    rings.replaceChildren(
      ...[1, 2, 3.5, 5.5, 8, 11, 14].map((reach) =>
        svg("ellipse", {
          cx: x.pixel(0),
          cy: y.pixel(0),
          rx: reach * unit[0],
          ry: (reach / 5) * unit[1],
          class: "xf-ring",
        }),
      ),
    );
    const wide = Math.min(width, 360);
    across = scale(STEPS, [46, wide - 10]);
    assign(plot, { width: wide, height: PLOT, viewBox: `0 0 ${wide} ${PLOT}` });
    assign(clips[1], {
      x: 46,
      y: MARGIN.top + 12,
      width: wide - 56,
      height: PLOT - MARGIN.bottom - MARGIN.top - 12,
    });
    curveFrame.replaceChildren(...logarithmic(across, up, wide));
  }

  function update() {
    const { rate, a, b } = read();
    const points = descend(CURVATURE, [a, b], rate, STEPS[1]);
    const bounded = (/** @type {number} */ v) => clamp(v, -1e3, 1e3);
    /** @type {[number, number][]} */
    const shown = points.map(([p, q]) => [x.pixel(bounded(p)), y.pixel(bounded(q))]);
    path.setAttribute("d", polyline(shown));
    dots.replaceChildren(
      ...shown.slice(1).map(([cx, cy]) => svg("circle", { cx, cy, r: 3, class: "xf-dot" })),
    );
    const losses = points.map((w) => bowl(CURVATURE, w));
    /** @type {[number, number][]} */
    const heights = losses.map((loss, t) => [
      across.pixel(t),
      up.pixel(clamp(Math.log10(Math.max(loss, 1e-12)), -12, 40)),
    ]);
    curve.setAttribute("d", polyline(heights));
    start.place(x.pixel(a), y.pixel(b), Number(a.toFixed(1)), `start at ${fixed(a, 1)}, ${fixed(b, 1)}`);
    rates.show(rate);
    const [flat, steep] = CURVATURE.map((c) => 1 - rate * c);
    factors.innerHTML =
      `each step multiplies the distance<br>along the valley by <b data-value="flat">${fixed(flat, 3)}</b>` +
      `<br>across it by <b data-value="steep">${fixed(steep, 3)}</b>`;
    verdict.innerHTML =
      `loss after ${STEPS[1]} steps <b data-value="loss">${losses[STEPS[1]].toPrecision(3)}</b>` +
      `<br>${told(steep)}`;
  }

  return { element, stage, resize, update };
}

/** @param {number} steep the factor across the valley @returns {string} */
function told(steep) {
  if (steep > 0.5) return "Small: no zigzag, and hardly any progress along the valley.";
  if (steep > -0.5) return "In between: across the valley all is done in a few steps.";
  if (steep > -0.99) return "Large: it overshoots across the valley, and comes back each time.";
  if (steep > -1.01) return "On the edge: it jumps from wall to wall for ever.";
  return "Too large: each jump across lands higher up.";
}

/**
 * @param {import("./lib/axes.js").Scale} across @param {import("./lib/axes.js").Scale} up
 * @param {number} wide
 */
function logarithmic(across, up, wide) {
  const group = svg("g", { class: "xf-axes" });
  for (const power of [-6, -3, 0, 3, 6]) {
    const at = up.pixel(power);
    group.append(line(across.pixel(0), at, wide - 10, at, "xf-grid"));
    const label = power ? `10${power < 0 ? "⁻" : ""}${"⁰¹²³⁴⁵⁶"[Math.abs(power)]}` : "1";
    group.append(svg("text", { x: 40, y: at + 4, "text-anchor": "end" }, label));
  }
  for (const step of [0, 10, 20, 30, 40]) {
    const at = { x: across.pixel(step), y: up.pixel(POWERS[0]) + 16, "text-anchor": "middle" };
    group.append(svg("text", at, String(step)));
  }
  return [
    group,
    svg("text", { x: 4, y: 12 }, "loss"),
    svg("text", { x: across.pixel(20), y: PLOT - 6, "text-anchor": "middle" }, "step"),
  ];
}

const RATE_CSS = `
.xf-map { cursor: crosshair; }
.xf-ring { fill: none; stroke: var(--xf-muted); stroke-width: 1; opacity: 0.6; }
.xf-walk { fill: none; stroke: var(--xf-model); stroke-width: 1.8; stroke-linejoin: round; }
.xf-dot { fill: var(--xf-model); }
.xf-curve { display: block; max-width: 100%; }
.xf-loss { fill: none; stroke: var(--xf-error); stroke-width: 2.6; }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "The learning rate in a narrow valley", defaults, build });
}

export default { render };
