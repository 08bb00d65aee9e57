/**
 * One neuron over a plane of real digits. The reader turns the weight vector, shifts the line
 * where z = 0, chooses the activation, and moves a probe that shows z and a.
 */

import { activations, weightedSum } from "./lib/maths.js";
import { axes, line, polyline, scale, ticks } from "./lib/axes.js";
import { choice, slider } from "./lib/controls.js";
import { clamp, factor, fixed } from "./lib/format.js";
import { colourTable, paintPlane, paintStrip } from "./lib/plane.js";
import { draggable, handle, positionIn } from "./lib/handles.js";
import { assign, html, svg } from "./lib/dom.js";
import { digits } from "./lib/digits.js";
import { drawDigit } from "./lib/pictures.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "w1": 1.2,
  "w2": 0.8,
  "b": -0.5,
  "x1": -2,
  "x2": 2,
  "activation": "sigmoid"
};

const EDGE = 3; // the plane and the weights reach from -3 to 3
const CHOICES = ["sigmoid", "tanh", "relu", "leaky_relu", "gelu", "softplus", "identity"];
const MARGIN = { left: 34, right: 8, top: 28, bottom: 42 };
const STEP = 0.1;

/** @param {number} value @returns {number} on a tenth, so that arrow keys reach round numbers */
const tenth = (value) => Math.round(value * 10) / 10;

/** @param {number} value */
const inPlane = (value) => clamp(value, -EDGE, EDGE);

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => ({
    w: [inPlane(state.get("w1")), inPlane(state.get("w2"))],
    b: inPlane(state.get("b")),
    probe: [inPlane(state.get("x1")), inPlane(state.get("x2"))],
    activation: activations[state.get("activation")] ?? activations.sigmoid,
  });

  let x = scale([-EDGE, EDGE], [0, 1]);
  let y = scale([-EDGE, EDGE], [1, 0]);
  /** @type {Record<string, string>} */
  let colours = {};

  const canvas = html("canvas", { "aria-hidden": true });
  const frame = svg("g", { "aria-hidden": true });
  const clip = svg("rect");
  const clipName = `xf-clip-${Math.random().toString(36).slice(2)}`;
  const levels = svg("g", { "clip-path": `url(#${clipName})`, "aria-hidden": true });
  const boundary = line(0, 0, 0, 0, "xf-boundary");
  const grip = line(0, 0, 0, 0, "xf-line");
  const arrow = svg("path", { class: "xf-arrow", "aria-hidden": true });
  const arrowLabel = svg("text", { class: "xf-symbol xf-halo", "aria-hidden": true }, "w");
  const lineLabel = svg("text", { class: "xf-halo", "aria-hidden": true }, "z = 0");
  const picture = svg(
    "svg",
    { class: "xf-plane", role: "group", "aria-label": "plane of two features with a neuron" },
    svg("style", {}, PLANE_CSS),
    svg("clipPath", { id: clipName }, clip),
    frame,
    levels,
    svg("g", { "clip-path": `url(#${clipName})` }, boundary, grip),
    arrow,
    lineLabel,
    arrowLabel,
  );

  const shiftTo = (/** @type {number} */ px, /** @type {number} */ py) => {
    const { w } = read();
    const b = -(w[0] * x.value(px) + w[1] * y.value(py));
    state.set({ b: tenth(inPlane(b)) });
  };
  draggable(grip, picture, shiftTo);
  const bias = handle({
    label: "bias b, shifts the line z = 0",
    shape: "xf-bias",
    mark: svg("rect", { x: -7, y: -7, width: 14, height: 14, rx: 3, class: "xf-mark" }),
    picture,
    min: -EDGE,
    max: EDGE,
    onMove: shiftTo,
    onStep: (dx, dy) => state.set({ b: tenth(inPlane(read().b + (dx + dy) * STEP)) }),
  });
  const weights = handle({
    label: "weights: left and right change w₁, up and down change w₂",
    shape: "xf-model",
    picture,
    min: -EDGE,
    max: EDGE,
    onMove: (px, py) =>
      state.set({ w1: tenth(inPlane(x.value(px))), w2: tenth(inPlane(y.value(py))) }),
    onStep: (dx, dy) => {
      const { w } = read();
      state.set({
        w1: tenth(inPlane(w[0] + dx * STEP)),
        w2: tenth(inPlane(w[1] + dy * STEP)),
      });
    },
  });
  const moveProbe = (/** @type {number} */ x1, /** @type {number} */ x2) =>
    state.set({ x1: tenth(inPlane(x1)), x2: tenth(inPlane(x2)) });
  const probe = handle({
    label: "probe: left and right change x₁, up and down change x₂",
    shape: "xf-probe",
    mark: svg("path", { d: "M0 -10L10 0L0 10L-10 0Z", class: "xf-mark" }),
    picture,
    min: -EDGE,
    max: EDGE,
    onMove: (px, py) => moveProbe(x.value(px), y.value(py)),
    onStep: (dx, dy) => {
      const at = read().probe;
      moveProbe(at[0] + dx * STEP, at[1] + dy * STEP);
    },
  });
  picture.append(bias.element, probe.element, weights.element);
  picture.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const [px, py] = positionIn(picture, event);
    const at = [x.value(px), y.value(py)];
    if (Math.max(...at.map(Math.abs)) <= EDGE) moveProbe(at[0], at[1]);
  });

  const kinds = choice({
    legend: "activation σ",
    options: CHOICES.map((name) => [name, activations[name].label]),
    onChange: (name) => state.set({ activation: name }),
  });
  const sliders = [
    ["w1", "w₁", "weight w₁"],
    ["w2", "w₂", "weight w₂"],
    ["b", "b", "bias b"],
  ].map(([key, label, name]) => ({
    key,
    control: slider({
      label,
      name,
      min: -EDGE,
      max: EDGE,
      step: STEP,
      format: fixed,
      onInput: (value) => state.set({ [key]: tenth(value) }),
    }),
  }));
  const sumLine = html("p", { class: "xf-z" });
  const outputLine = html("p", { class: "xf-a" });
  const scoreLine = html("p", { class: "xf-note xf-score" });
  const curve = activationCurve();

  const stage = html("div", { class: "xf-stage" }, canvas, picture);
  const element = html(
    "div",
    { class: "xf-columns" },
    stage,
    html(
      "div",
      {},
      kinds.element,
      ...sliders.map((each) => each.control.element),
      html("div", { class: "xf-readout" }, sumLine, outputLine, curve.element, scoreLine),
    ),
  );

  /** @param {number} width */
  function resize(width) {
    const side = Math.min(width, 460) - MARGIN.left - MARGIN.right;
    x = scale([-EDGE, EDGE], [MARGIN.left, MARGIN.left + side]);
    y = scale([-EDGE, EDGE], [MARGIN.top + side, MARGIN.top]);
    const full = {
      width: side + MARGIN.left + MARGIN.right,
      height: side + MARGIN.top + MARGIN.bottom,
    };
    assign(picture, { ...full, viewBox: `0 0 ${full.width} ${full.height}` });
    assign(clip, { x: MARGIN.left, y: MARGIN.top, width: side, height: side });
    const dense = window.devicePixelRatio || 1;
    assign(canvas, { width: Math.round(side * dense), height: Math.round(side * dense) });
    canvas.style.cssText =
      `left: ${MARGIN.left}px; top: ${MARGIN.top}px; width: ${side}px; height: ${side}px`;
    const domain = /** @type {[number, number]} */ ([-EDGE, EDGE]);
    frame.replaceChildren(
      axes({ x, y, xDomain: domain, yDomain: domain, xStep: 1, yStep: 1, grid: false }),
      svg(
        "text",
        { x: MARGIN.left + side / 2, y: full.height - 6, "text-anchor": "middle" },
        "x₁: ink in the middle, standardized",
      ),
      svg(
        "text",
        { x: MARGIN.left - 8, y: 16 },
        "x₂: ink in the whole image, standardized",
      ),
    );
  }

  function update() {
    const { w, b, probe: at, activation } = read();
    const table = colourTable(activation.value, colours);
    paintPlane(canvas, table, (x1, x2) => weightedSum([x1, x2], w, b), EDGE);
    paintDigits(canvas, colours);

    const length = Math.hypot(w[0], w[1]);
    const steep = length > 0.05;
    /** @param {number} level @returns {number[]} ends of the line z = level */
    const ends = (level) => {
      const toLine = (level - b) / length ** 2;
      const foot = [w[0] * toLine, w[1] * toLine];
      const along = [(-w[1] / length) * 9, (w[0] / length) * 9];
      return [
        x.pixel(foot[0] - along[0]),
        y.pixel(foot[1] - along[1]),
        x.pixel(foot[0] + along[0]),
        y.pixel(foot[1] + along[1]),
      ];
    };
    for (const each of [boundary, grip, lineLabel, bias.element]) {
      each.style.display = steep ? "" : "none";
    }
    levels.replaceChildren();
    const at0 = [inPlane((-b * w[0]) / length ** 2), inPlane((-b * w[1]) / length ** 2)];
    if (steep) {
      for (const level of [-4, -3, -2, -1, 1, 2, 3, 4]) {
        const [x1, y1, x2, y2] = ends(level);
        levels.append(line(x1, y1, x2, y2, "xf-level"));
      }
      const [x1, y1, x2, y2] = ends(0);
      for (const each of [boundary, grip]) assign(each, { x1, y1, x2, y2 });
      placeLineLabel(lineLabel, w, b, x, y);
    }
    bias.place(x.pixel(at0[0] || 0), y.pixel(at0[1] || 0), b, `b ${fixed(b)}`);
    const tip = [x.pixel(w[0]), y.pixel(w[1])];
    assign(arrow, { d: arrowPath([x.pixel(0), y.pixel(0)], tip) });
    const outward = length ? [w[0] / length, w[1] / length] : [1, 0];
    assign(arrowLabel, {
      x: clamp(tip[0] + outward[0] * 24, MARGIN.left + 12, x.pixel(EDGE) - 12) - 5,
      y: clamp(tip[1] - outward[1] * 24, MARGIN.top + 12, y.pixel(-EDGE) - 8) + 5,
    });
    weights.place(tip[0], tip[1], w[0], `w₁ ${fixed(w[0])}, w₂ ${fixed(w[1])}`);

    const z = weightedSum(at, w, b);
    const a = activation.value(z);
    probe.place(
      x.pixel(at[0]),
      y.pixel(at[1]),
      at[0],
      `x₁ ${fixed(at[0])}, x₂ ${fixed(at[1])}: z ${fixed(z)}, a ${fixed(a)}`,
    );
    kinds.show(state.get("activation"));
    const values = { w1: w[0], w2: w[1], b };
    for (const { key, control } of sliders) control.show(values[/** @type {"b"} */ (key)]);
    sumLine.innerHTML =
      `z = w₁x₁ + w₂x₂ + b<br>&nbsp;&nbsp;= ${fixed(w[0])} · ${factor(at[0])} + ` +
      `${factor(w[1])} · ${factor(at[1])} + ${factor(b)} ` +
      `<span class="xf-result">= <b data-value="z">${fixed(z)}</b></span>`;
    outputLine.innerHTML = `a = σ(z) = <b data-value="a">${fixed(a)}</b>`;
    const positive = [0, 1].map(
      (label) =>
        digits.filter((d) => d.label === label && weightedSum([d.x1, d.x2], w, b) > 0).length,
    );
    const each = digits.length / 2;
    scoreLine.textContent =
      `z > 0 for ${positive[1]} of the ${each} ones and ${positive[0]} of the ${each} zeros`;
    curve.show(activation, z, table);
  }

  /** @param {HTMLCanvasElement} target @param {Record<string, string>} palette */
  function paintDigits(target, palette) {
    const context = /** @type {CanvasRenderingContext2D} */ (target.getContext("2d"));
    const dense = target.width / (x.pixel(EDGE) - x.pixel(-EDGE));
    for (const digit of digits) {
      drawDigit(context, digit, {
        x: (x.pixel(digit.x1) - MARGIN.left) * dense,
        y: (y.pixel(digit.x2) - MARGIN.top) * dense,
        side: clamp((x.pixel(1) - x.pixel(0)) * 0.42, 18, 30) * dense,
        ink: palette.data,
        paper: palette.surface,
      });
    }
  }

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

/**
 * Write "z = 0" at the end of the line that lies inside the plane.
 * @param {SVGTextElement} label @param {number[]} w @param {number} b
 * @param {import("./lib/axes.js").Scale} x @param {import("./lib/axes.js").Scale} y
 */
function placeLineLabel(label, w, b, x, y) {
  const inner = EDGE - 0.35;
  const steeper = Math.abs(w[0]) > Math.abs(w[1]);
  const spots = [-inner, inner].map((end) =>
    steeper ? [-(b + w[1] * end) / w[0], end] : [end, -(b + w[0] * end) / w[1]],
  );
  const spot = spots.find(([x1, x2]) => Math.abs(steeper ? x1 : x2) < EDGE - 0.4);
  label.style.display = spot ? "" : "none";
  if (!spot) return;
  // Beside the line, on the side where z < 0.
  const length = Math.hypot(w[0], w[1]);
  assign(label, {
    x: clamp(x.pixel(spot[0]) - (w[0] / length) * 30, x.pixel(-EDGE) + 24, x.pixel(EDGE) - 24),
    y: y.pixel(spot[1]) + (w[1] / length) * 14 + 4,
    "text-anchor": "middle",
  });
}

/** @param {number[]} from @param {number[]} to @returns {string} an arrow that ends at a handle */
function arrowPath([x1, y1], [x2, y2]) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length < 12) return "";
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [tipX, tipY] = [x2 - ux * 10, y2 - uy * 10];
  const wing = (/** @type {number} */ side) =>
    `${tipX - ux * 9 - uy * 5 * side} ${tipY - uy * 9 + ux * 5 * side}`;
  return `M${x1} ${y1}L${tipX} ${tipY}M${wing(1)}L${tipX} ${tipY}L${wing(-1)}`;
}

/** A small plot of a against z; the strip beneath is the key to the plane's colours. */
function activationCurve() {
  const [width, height] = [300, 96];
  const x = scale([-6, 6], [8, width - 8]);
  const path = svg("path", { class: "xf-curve" });
  const dot = svg("circle", { r: 5.5, class: "xf-dot" });
  const drop = line(0, 0, 0, 0, "xf-drop");
  const zero = line(x.pixel(-6), 0, x.pixel(6), 0, "xf-zero");
  const strip = html("canvas", { width: 284, height: 1, class: "xf-strip", "aria-hidden": true });
  const numbers = ticks(-6, 6, 3).map((z) =>
    svg("text", { x: x.pixel(z), y: 13, "text-anchor": "middle" }, z === 0 ? "z = 0" : fixed(z, 0)),
  );
  const element = html(
    "div",
    { class: "xf-key", "aria-hidden": true },
    svg("svg", { viewBox: `0 0 ${width} ${height}` }, zero, drop, path, dot),
    strip,
    svg("svg", { viewBox: `0 0 ${width} 16` }, svg("g", { class: "xf-axes" }, ...numbers)),
  );
  return {
    element,
    /**
     * @param {import("./lib/maths.js").Activation} activation
     * @param {number} z
     * @param {Uint8ClampedArray} table
     */
    show(activation, z, table) {
      const samples = ticks(-6, 6, 0.1);
      const values = samples.map((each) => activation.value(each));
      const [low, high] = [Math.min(0, ...values), Math.max(...values)];
      const y = scale([low, high], [height - 8, 10]);
      const points = samples.map((each, i) => [x.pixel(each), y.pixel(values[i])]);
      path.setAttribute("d", polyline(/** @type {[number, number][]} */ (points)));
      assign(zero, { y1: y.pixel(0), y2: y.pixel(0) });
      const inside = clamp(z, -6, 6);
      const at = [x.pixel(inside), y.pixel(activation.value(inside))];
      assign(dot, { cx: at[0], cy: at[1] });
      assign(drop, { x1: at[0], x2: at[0], y1: at[1], y2: height });
      paintStrip(strip, table, 6);
    },
  };
}

const PLANE_CSS = `
.xf-plane { cursor: crosshair; }
.xf-boundary { stroke: var(--xf-ink); stroke-width: 2.5; }
.xf-line { stroke: transparent; stroke-width: 28; cursor: grab; }
.xf-level { stroke: var(--xf-ink); stroke-width: 1; stroke-dasharray: 3 5; opacity: 0.45; }
.xf-arrow { fill: none; stroke: var(--xf-ink); stroke-width: 2.5; stroke-linecap: round;
  stroke-linejoin: round; }
.xf svg .xf-plane text { font-size: 13px; }
.xf-key { margin: 6px 0; max-width: 340px; }
.xf-key svg { display: block; width: 100%; height: auto; }
.xf-strip { display: block; width: calc(100% * 284 / 300); height: 10px; margin: 0 auto;
  border: 1px solid var(--xf-muted); border-radius: 3px; }
.xf-curve { fill: none; stroke: var(--xf-model); stroke-width: 3; }
.xf-dot { fill: var(--xf-surface); stroke: var(--xf-ink); stroke-width: 2.5; }
.xf-drop { stroke: var(--xf-ink); stroke-width: 1.5; stroke-dasharray: 2 3; }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "One neuron over a plane of digits", defaults, build });
}

export default { render };
