/**
 * A gradient on its way back through a deep network with random weights, layer by layer, and the
 * signal on its way forward. Depth, weights, activation, normalization and skip connections are the
 * reader's.
 */

import { DEEPEST, bends, norms, walk } from "./lib/depth.js";
import { choice, slider } from "./lib/controls.js";
import { clamp, fixed } from "./lib/format.js";
import { line, polyline, scale, ticks } from "./lib/axes.js";
import { assign, html, svg } from "./lib/dom.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "depth": 20,
  "factor": 1,
  "activation": "sigmoid",
  "norm": "none",
  "skip": "no"
};

const POWERS = [-16, 8];
const MARGIN = { left: 46, right: 14, top: 30, bottom: 44 };
const HEIGHT = 340;
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} power */
const tenTo = (power) =>
  power === 0
    ? "1"
    : `10${power < 0 ? "⁻" : ""}${String(Math.abs(power)).replace(/\d/g, (digit) => RAISED[Number(digit)])}`;

/** @param {number} value @returns {string} 0.71, 0.00012 as 1.2 · 10⁻⁴ */
function size(value) {
  const power = Math.floor(Math.log10(value));
  if (power >= -2 && power < 3) return fixed(value, Math.max(0, 2 - Math.max(power, 0)));
  return `${fixed(value / 10 ** power, 1)}\u00a0·\u00a0${tenTo(power)}`;
}

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => ({
    depth: Math.round(clamp(state.get("depth"), 2, DEEPEST)),
    factor: clamp(state.get("factor"), 0.25, 3),
    activation: state.get("activation") in bends ? state.get("activation") : "sigmoid",
    norm: state.get("norm") in norms ? state.get("norm") : "none",
    skip: state.get("skip") === "yes",
  });
  let x = scale([0, 20], [0, 1]);
  let y = scale([POWERS[0], POWERS[1]], [1, 0]);
  let full = 400;
  const drawing = svg("g", {});
  const picture = svg("svg", { role: "img" }, svg("style", {}, DEPTH_CSS), drawing);
  const stage = html("div", { class: "xf-stage" }, picture);
  const depths = slider({
    label: "layers",
    min: 2,
    max: DEEPEST,
    step: 1,
    format: (value) => fixed(value, 0),
    onInput: (depth) => state.set({ depth }),
  });
  const factors = slider({
    label: "weights",
    name: "size of the weights, 1 is Xavier's rule",
    min: 0.25,
    max: 3,
    step: 0.05,
    format: (value) => `× ${fixed(value)}`,
    onInput: (factor) => state.set({ factor }),
  });
  const kinds = choice({
    legend: "activation",
    options: Object.entries(bends).map(([name, { label }]) => [name, label]),
    onChange: (activation) => state.set({ activation }),
  });
  const norming = choice({
    legend: "normalization",
    options: Object.entries(norms),
    onChange: (norm) => state.set({ norm }),
  });
  const skips = choice({
    legend: "skip connections",
    options: [
      ["no", "no"],
      ["yes", "yes"],
    ],
    onChange: (skip) => state.set({ skip }),
  });
  const words = html("p", { "aria-live": "polite" });
  const element = html(
    "div",
    { class: "xf-columns" },
    html("div", {}, stage, html("div", { class: "xf-readout" }, words)),
    html(
      "div",
      {},
      depths.element,
      factors.element,
      kinds.element,
      norming.element,
      skips.element,
    ),
  );

  /** @param {number} width */
  function resize(width) {
    full = Math.min(width, 520);
    y = scale([POWERS[0], POWERS[1]], [HEIGHT - MARGIN.bottom, MARGIN.top]);
    assign(picture, { width: full, height: HEIGHT, viewBox: `0 0 ${full} ${HEIGHT}` });
  }

  /** @param {number} value */
  const height = (value) =>
    y.pixel(clamp(Math.log10(Math.max(value, 1e-300)), POWERS[0], POWERS[1]));

  function update() {
    const network = read();
    const { depth, factor, activation, norm, skip } = network;
    const { gradients, signals } = walk(network);
    x = scale([0, depth], [MARGIN.left, full - MARGIN.right]);
    const [bottom, top] = POWERS.map(y.pixel);
    const grid = ticks(POWERS[0], POWERS[1], 4).flatMap((power) => [
      line(MARGIN.left, y.pixel(power), full - MARGIN.right, y.pixel(power), power ? "xf-grid" : "xf-zero"),
      svg("text", { x: MARGIN.left - 7, y: y.pixel(power) + 4, "text-anchor": "end" }, tenTo(power)),
    ]);
    const numbers = ticks(0, depth, depth > 20 ? 10 : depth > 8 ? 5 : 1).map((layer) =>
      svg("text", { x: x.pixel(layer), y: bottom + 17, "text-anchor": "middle" }, fixed(layer, 0)),
    );
    const place = (/** @type {number[]} */ values) =>
      /** @type {[number, number][]} */ (values.map((value, layer) => [x.pixel(layer), height(value)]));
    const back = place(gradients);
    drawing.replaceChildren(
      svg("g", { class: "xf-axes" }, ...grid, ...numbers),
      svg("text", { x: (MARGIN.left + full) / 2, y: HEIGHT - 8, "text-anchor": "middle" }, "after layer (0: the input)"),
      svg("text", { x: MARGIN.left, y: top - 12, class: "xf-key-gradient" }, "● gradient, norm"),
      svg("text", { x: MARGIN.left + 135, y: top - 12, class: "xf-key-signal" }, "╌ signal, rms"),
      svg("path", { d: polyline(place(signals)), class: "xf-signal" }),
      svg("path", { d: polyline(back), class: "xf-back" }),
      ...back.map(([cx, cy], layer) => svg("circle", { cx, cy, r: layer === 0 ? 5.5 : 3.2, class: "xf-dot" })),
    );
    const share = gradients[0];
    const each = share ** (1 / depth);
    const [less, more] = [1e-3, 1e3];
    const verdict = share < less ? "It vanishes." : share > more ? "It explodes." : "It arrives.";
    words.innerHTML =
      `Of a gradient of norm 1 at the top, <b data-value="share">${size(share)}</b> reaches the input: ` +
      `times <b data-value="each">${fixed(each)}</b> a layer. <b data-value="verdict">${verdict}</b>`;
    assign(picture, {
      "aria-label":
        `Gradient norm by layer, ${depth} layers, ${bends[activation].label}, weights times ${fixed(factor)}, ` +
        `normalization ${norms[/** @type {keyof typeof norms} */ (norm)]}, skip connections ${skip ? "yes" : "no"}: ` +
        `${size(share)} reaches the input.`,
    });
    depths.show(depth);
    factors.show(factor);
    kinds.show(activation);
    norming.show(norm);
    skips.show(skip ? "yes" : "no");
  }

  return { element, stage, resize, update };
}

const DEPTH_CSS = `
.xf-back { fill: none; stroke: var(--xf-gradient); stroke-width: 2.5; }
.xf-dot { fill: var(--xf-gradient); stroke: var(--xf-surface); stroke-width: 1; }
.xf-signal { fill: none; stroke: var(--xf-model); stroke-width: 2; stroke-dasharray: 5 4; }
.xf svg text.xf-key-gradient { fill: var(--xf-gradient); }
.xf svg text.xf-key-signal { fill: var(--xf-model); }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "A gradient on its way back through a deep network", defaults, build });
}

export default { render };
