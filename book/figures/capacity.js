/**
 * A polynomial through a few real data, as flexible as the reader likes, and its error on data that it
 * has seen and that it has not.
 */

import { HIGHEST, MOST, PLANE, error, fit, heldOut, learnedFrom, predict } from "./lib/polynomials.js";
import { axes, line, polyline, scale, ticks } from "./lib/axes.js";
import { slider } from "./lib/controls.js";
import { clamp, fixed } from "./lib/format.js";
import { assign, html, svg } from "./lib/dom.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "degree": 1,
  "points": 12,
  "power": -7
};

const MARGIN = { left: 34, right: 10, top: 26, bottom: 42 };
const HEIGHT = 340;
const LEAST = -7; // below 10⁻⁶ the penalty is switched off
const LOW = 0.1; // errors in pixels that the right plot shows, on a logarithmic axis
const HIGH = 30;

/** @param {number} power */
const strengthOf = (power) => (power <= LEAST ? 0 : 10 ** power);

/** @param {number} value */
const strengthName = (value) => (value === 0 ? "0" : value < 0.01 ? value.toExponential(0).replace("-", "−") : String(Number(value.toPrecision(1))));

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => ({
    degree: Math.round(clamp(state.get("degree"), 0, HIGHEST)),
    count: Math.round(clamp(state.get("points"), HIGHEST + 1, MOST)),
    power: clamp(state.get("power"), LEAST, 2),
  });
  let x = scale([PLANE.x[0], PLANE.x[1]], [0, 1]);
  let y = scale([PLANE.y[0], PLANE.y[1]], [1, 0]);
  const frame = svg("g", { "aria-hidden": true });
  const dots = svg("g", { "aria-hidden": true });
  const clip = svg("rect");
  const clipName = `xf-clip-${Math.random().toString(36).slice(2)}`;
  const curve = svg("path", { class: "xf-curve" });
  const picture = svg(
    "svg",
    { role: "img" },
    svg("style", {}, CAPACITY_CSS),
    svg("clipPath", { id: clipName }, clip),
    frame,
    svg("g", { "clip-path": `url(#${clipName})` }, curve),
    dots,
  );
  const degrees = slider({
    label: "degree",
    name: "degree of the polynomial",
    min: 0,
    max: HIGHEST,
    step: 1,
    format: (value) => fixed(value, 0),
    onInput: (degree) => state.set({ degree }),
  });
  const counts = slider({
    label: "digits",
    name: "how many digits it learns from",
    min: HIGHEST + 1,
    max: MOST,
    step: 1,
    format: (value) => fixed(value, 0),
    onInput: (points) => state.set({ points }),
  });
  const strengths = slider({
    label: "λ",
    name: "strength of the L2 penalty",
    min: LEAST,
    max: 2,
    step: 0.5,
    format: (power) => strengthName(strengthOf(power)),
    onInput: (power) => state.set({ power }),
  });
  const errors = errorCurves();
  const words = html("p", { "aria-live": "polite" });
  const stage = html("div", { class: "xf-stage" }, picture);
  const element = html(
    "div",
    { class: "xf-columns" },
    stage,
    html(
      "div",
      {},
      degrees.element,
      counts.element,
      strengths.element,
      errors.element,
      html("div", { class: "xf-readout" }, words),
    ),
  );

  /** @param {number} width */
  function resize(width) {
    const full = Math.min(width, 460);
    x = scale([PLANE.x[0], PLANE.x[1]], [MARGIN.left, full - MARGIN.right]);
    y = scale([PLANE.y[0], PLANE.y[1]], [HEIGHT - MARGIN.bottom, MARGIN.top]);
    assign(picture, { width: full, height: HEIGHT, viewBox: `0 0 ${full} ${HEIGHT}` });
    assign(clip, {
      x: MARGIN.left,
      y: MARGIN.top,
      width: full - MARGIN.left - MARGIN.right,
      height: HEIGHT - MARGIN.top - MARGIN.bottom,
    });
    frame.replaceChildren(
      axes({ x, y, xDomain: [-1, 5], yDomain: [-6, 4], xStep: 1, yStep: 2, grid: false }),
      svg(
        "text",
        { x: (MARGIN.left + full) / 2, y: HEIGHT - 6, "text-anchor": "middle" },
        "lean of the upper half of a one, in pixels",
      ),
      svg("text", { x: 4, y: 14 }, "lean of its lower half"),
    );
  }

  function update() {
    const { degree, count, power } = read();
    const strength = strengthOf(power);
    const data = learnedFrom(count);
    const weights = fit(data, degree, strength);
    const across = ticks(PLANE.x[0], PLANE.x[1], 0.02);
    const path = across.map((at) => /** @type {[number, number]} */ ([x.pixel(at), y.pixel(clamp(predict(weights, at), -60, 60))]));
    assign(curve, { d: polyline(path) });
    dots.replaceChildren(
      ...heldOut.map(([px, py]) => svg("circle", { cx: x.pixel(px), cy: y.pixel(py), r: 4, class: "xf-new" })),
      ...data.map(([px, py]) => svg("circle", { cx: x.pixel(px), cy: y.pixel(py), r: 4.5, class: "xf-seen" })),
    );
    const every = Array.from({ length: HIGHEST + 1 }, (_, k) => fit(data, k, strength));
    const seen = every.map((each) => error(each, data));
    const fresh = every.map((each) => error(each, heldOut));
    errors.show(seen, fresh, degree);
    words.innerHTML =
      `Error on the ${count} digits it has seen: <b data-value="seen">${fixed(seen[degree])}</b> pixels, ` +
      `on ${heldOut.length} new ones: <b data-value="new">${fixed(fresh[degree], fresh[degree] < 100 ? 2 : 0)}</b> pixels`;
    assign(picture, {
      "aria-label":
        `A polynomial of degree ${degree} through ${count} data points: error ${fixed(seen[degree])} on them, ` +
        `${fixed(fresh[degree])} on new ones.`,
    });
    degrees.show(degree);
    counts.show(count);
    strengths.show(power);
  }

  return { element, stage, resize, update };
}

/** The error on seen and on new digits for every degree. */
function errorCurves() {
  const [width, height] = [330, 190];
  const x = scale([0, HIGHEST], [38, width - 10]);
  const y = scale([Math.log10(LOW), Math.log10(HIGH)], [height - 38, 26]);
  const drawing = svg("g", {});
  const bottom = height - 38;
  const element = svg(
    "svg",
    { class: "xf-errors", viewBox: `0 0 ${width} ${height}`, "aria-hidden": true },
    svg(
      "g",
      { class: "xf-axes" },
      ...[LOW, 0.3, 1, 3, 10, HIGH].flatMap((each) => [
        line(38, y.pixel(Math.log10(each)), width - 10, y.pixel(Math.log10(each)), "xf-grid"),
        svg(
          "text",
          { x: 34, y: y.pixel(Math.log10(each)) + 4, "text-anchor": "end" },
          `${each === LOW ? "≤" : each === HIGH ? "≥" : ""}${each}`,
        ),
      ]),
      ...ticks(0, HIGHEST, 1).map((each) =>
        svg("text", { x: x.pixel(each), y: bottom + 15, "text-anchor": "middle" }, fixed(each, 0)),
      ),
    ),
    svg("text", { x: 2, y: 13 }, "error, pixels"),
    svg("text", { x: 110, y: 13, class: "xf-key-new" }, "○ new"),
    svg("text", { x: 165, y: 13, class: "xf-key-seen" }, "● seen"),
    svg("text", { x: (38 + width) / 2, y: height - 5, "text-anchor": "middle" }, "degree"),
    drawing,
  );
  const height_ = (/** @type {number} */ value) => y.pixel(clamp(Math.log10(Math.max(value, 1e-9)), Math.log10(LOW), Math.log10(HIGH)));
  return {
    element,
    /** @param {number[]} seen @param {number[]} fresh @param {number} degree */
    show(seen, fresh, degree) {
      const trace = (/** @type {number[]} */ values) =>
        polyline(values.map((value, k) => [x.pixel(k), height_(value)]));
      drawing.replaceChildren(
        line(x.pixel(degree), 24, x.pixel(degree), bottom, "xf-here"),
        svg("path", { d: trace(seen), class: "xf-trace xf-seen-trace" }),
        svg("path", { d: trace(fresh), class: "xf-trace xf-new-trace" }),
        ...seen.map((value, k) => svg("circle", { cx: x.pixel(k), cy: height_(value), r: k === degree ? 5 : 2.6, class: "xf-seen" })),
        ...fresh.map((value, k) => svg("circle", { cx: x.pixel(k), cy: height_(value), r: k === degree ? 5 : 2.6, class: "xf-new-dot" })),
      );
    },
  };
}

const CAPACITY_CSS = `
.xf-curve { fill: none; stroke: var(--xf-model); stroke-width: 2.6; stroke-linejoin: round; }
.xf-seen { fill: var(--xf-data); stroke: var(--xf-surface); stroke-width: 1; }
.xf-new { fill: var(--xf-surface); stroke: var(--xf-error); stroke-width: 1.6; }
.xf-new-dot { fill: var(--xf-surface); stroke: var(--xf-error); stroke-width: 2; }
.xf-trace { fill: none; stroke-width: 2.2; }
.xf-seen-trace { stroke: var(--xf-data); }
.xf-new-trace { stroke: var(--xf-error); }
.xf-here { stroke: var(--xf-muted); stroke-width: 1; stroke-dasharray: 3 3; }
.xf-errors { display: block; width: 100%; max-width: 360px; height: auto; overflow: visible; }
.xf svg text.xf-key-new { fill: var(--xf-error); }
.xf svg text.xf-key-seen { fill: var(--xf-data); }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "A polynomial of any degree through real data", defaults, build });
}

export default { render };
