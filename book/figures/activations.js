/**
 * An activation, its tangent at a point that the reader moves, and the derivative beneath:
 * the slope above is the height below.
 */

import { LEAKY_SLOPE, activations } from "./lib/maths.js";
import { axes, line, polyline, scale, ticks } from "./lib/axes.js";
import { choice, slider } from "./lib/controls.js";
import { clamp, fixed } from "./lib/format.js";
import { handle, positionIn } from "./lib/handles.js";
import { assign, html, svg } from "./lib/dom.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "activation": "sigmoid",
  "z": 1,
  "slope": 0.1
};

const REACH = 5; // z runs from -5 to 5
const STEP = 0.05;
const CHOICES = ["sigmoid", "tanh", "relu", "leaky_relu", "gelu", "softplus"];
const MARGIN = { left: 38, right: 10 };
const UPPER = { top: 28, height: 230 };
const LOWER = { top: 306, height: 130 };
const HEIGHT = LOWER.top + LOWER.height + 40;

/** The heights that are shown: bounded functions need less room than those that grow. */
/** @type {Record<string, [number, number]>} */
const HEIGHTS = { sigmoid: [-0.5, 1.5], tanh: [-1.5, 1.5] };

/** @param {number} z @returns {number} on the grid of steps, within reach */
const onStep = (z) => clamp(Math.round(z / STEP) * STEP, -REACH, REACH);

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => {
    const name = CHOICES.includes(state.get("activation")) ? state.get("activation") : "sigmoid";
    const slope = clamp(state.get("slope"), 0, 1);
    const { value, derivative } = activations[name];
    return {
      name,
      slope,
      z: clamp(state.get("z"), -REACH, REACH),
      f: (/** @type {number} */ z) => value(z, slope),
      df: (/** @type {number} */ z) => derivative(z, slope),
    };
  };
  let x = scale([-REACH, REACH], [0, 1]);
  const frame = svg("g", { "aria-hidden": true });
  const clipName = `xf-clip-${Math.random().toString(36).slice(2)}`;
  const clip = svg("rect", { y: UPPER.top, height: UPPER.height });
  const curve = svg("path", { class: "xf-function" });
  const slopeCurve = svg("path", { class: "xf-derivative" });
  const tangent = line(0, 0, 0, 0, "xf-tangent");
  const drop = line(0, 0, 0, 0, "xf-drop");
  const stem = line(0, 0, 0, 0, "xf-stem");
  const dot = svg("circle", { r: 6, class: "xf-slope-dot" });
  const picture = svg(
    "svg",
    { class: "xf-activation", role: "group", "aria-label": "activation and derivative" },
    svg("style", {}, ACTIVATION_CSS),
    svg("clipPath", { id: clipName }, clip),
    drop,
    frame,
    svg("g", { "clip-path": `url(#${clipName})` }, curve, tangent),
    slopeCurve,
    stem,
    dot,
  );
  const point = handle({
    label: "z, where the tangent touches",
    shape: "xf-model",
    picture,
    min: -REACH,
    max: REACH,
    onMove: (px) => state.set({ z: onStep(x.value(px)) }),
    onStep: (dx, dy) => state.set({ z: onStep(read().z + (dx + dy) * 2 * STEP) }),
  });
  point.element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    state.set({ z: event.key === "Home" ? -REACH : REACH });
  });
  picture.append(point.element);
  picture.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    state.set({ z: onStep(x.value(positionIn(picture, event)[0])) });
  });

  const kinds = choice({
    legend: "activation σ",
    options: CHOICES.map((name) => [name, activations[name].label]),
    onChange: (name) => state.set({ activation: name }),
  });
  const place = slider({
    label: "z",
    min: -REACH,
    max: REACH,
    step: STEP,
    format: fixed,
    onInput: (z) => state.set({ z: onStep(z) }),
  });
  const leak = slider({
    label: "slope",
    name: `slope of leaky ReLU below zero (usually ${LEAKY_SLOPE})`,
    min: 0,
    max: 0.5,
    step: 0.01,
    format: fixed,
    onInput: (slope) => state.set({ slope }),
  });
  const formula = html("p", { class: "xf-formula" });
  const numbers = html("p", {});
  const note = html("p", { class: "xf-note" });
  const stage = html("div", { class: "xf-stage" }, picture);
  const element = html(
    "div",
    { class: "xf-columns" },
    stage,
    html(
      "div",
      {},
      kinds.element,
      place.element,
      leak.element,
      html("div", { class: "xf-readout" }, formula, numbers, note),
    ),
  );

  /** @param {number} width */
  function resize(width) {
    x = scale([-REACH, REACH], [MARGIN.left, Math.min(width, 520) - MARGIN.right]);
    const full = x.pixel(REACH) + MARGIN.right;
    assign(picture, { width: full, height: HEIGHT, viewBox: `0 0 ${full} ${HEIGHT}` });
    assign(clip, { x: MARGIN.left, width: full - MARGIN.left - MARGIN.right });
  }

  function update() {
    const { name, slope, z, f, df } = read();
    const upperDomain = HEIGHTS[name] ?? [-1.5, REACH];
    const lowerDomain = /** @type {[number, number]} */ ([-0.25, 1.25]);
    const upper = scale(upperDomain, [UPPER.top + UPPER.height, UPPER.top]);
    const lower = scale(lowerDomain, [LOWER.top + LOWER.height, LOWER.top]);
    const xDomain = /** @type {[number, number]} */ ([-REACH, REACH]);
    const small = upperDomain[1] < 2;
    frame.replaceChildren(
      axes({
        x,
        y: upper,
        xDomain,
        yDomain: upperDomain,
        xStep: 1,
        yStep: small ? 0.5 : 1,
        yDigits: small ? 1 : 0,
      }),
      axes({ x, y: lower, xDomain, yDomain: lowerDomain, xStep: 1, yStep: 0.5, yDigits: 1 }),
      svg("text", { x: 4, y: UPPER.top - 12 }, "σ(z)"),
      svg(
        "text",
        { x: 4, y: LOWER.top - 12, class: "xf-halo" },
        "σ′(z), the slope of the curve above",
      ),
      svg("text", { x: x.pixel(0), y: HEIGHT - 6, "text-anchor": "middle" }, "z"),
    );
    const samples = ticks(-REACH, REACH, STEP);
    const jumps = name === "relu" || name === "leaky_relu";
    /** @type {(g: typeof f, y: typeof upper, zs: number[]) => string} */
    const path = (g, y, zs) => polyline(zs.map((each) => [x.pixel(each), y.pixel(g(each))]));
    curve.setAttribute("d", path(f, upper, samples));
    slopeCurve.setAttribute(
      "d",
      jumps
        ? path(() => df(-1), lower, [-REACH, 0]) + path(() => df(1), lower, [0, REACH])
        : path(df, lower, samples),
    );
    const [value, rise] = [f(z), df(z)];
    assign(tangent, {
      x1: x.pixel(z - 2),
      y1: upper.pixel(value - 2 * rise),
      x2: x.pixel(z + 2),
      y2: upper.pixel(value + 2 * rise),
    });
    const at = x.pixel(z);
    assign(drop, { x1: at, x2: at, y1: upper.pixel(value), y2: lower.pixel(0) });
    assign(stem, { x1: at, x2: at, y1: lower.pixel(0), y2: lower.pixel(rise) });
    assign(dot, { cx: at, cy: lower.pixel(rise) });
    point.place(
      at,
      upper.pixel(value),
      Number(z.toFixed(2)),
      `z ${fixed(z)}: value ${fixed(value, 3)}, slope ${fixed(rise, 3)}`,
    );
    kinds.show(name);
    place.show(z);
    leak.show(slope);
    leak.element.hidden = name !== "leaky_relu";
    formula.textContent = `σ(z) = ${activations[name].formula}`;
    numbers.innerHTML =
      `σ(${fixed(z)}) = <b data-value="value">${fixed(value, 4)}</b><br>` +
      `σ′(${fixed(z)}) = <b data-value="derivative">${fixed(rise, 4)}</b>`;
    const atKink = jumps && Math.abs(z) < STEP / 2;
    note.textContent = atKink
      ? "At the kink the slope jumps: no derivative exists. By convention it is the left one."
      : "";
    note.hidden = !atKink;
  }

  return { element, stage, resize, update };
}

const ACTIVATION_CSS = `
.xf-activation { cursor: crosshair; }
.xf-function { fill: none; stroke: var(--xf-model); stroke-width: 3.5; stroke-linejoin: round; }
.xf-derivative { fill: none; stroke: var(--xf-gradient); stroke-width: 3; stroke-dasharray: 7 4; }
.xf-tangent { stroke: var(--xf-gradient); stroke-width: 3; stroke-linecap: round; }
.xf-drop { stroke: var(--xf-muted); stroke-width: 1.5; stroke-dasharray: 2 4; }
.xf-stem { stroke: var(--xf-gradient); stroke-width: 3; }
.xf-slope-dot { fill: var(--xf-surface); stroke: var(--xf-gradient); stroke-width: 3; }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "Activation functions and their derivatives", defaults, build });
}

export default { render };
