/**
 * The error of a finite difference against its step. Too long a step and the curve bends away; too
 * short a step and rounding takes over. The reader moves the step.
 */

import { difference, examples, precisions, rules } from "./lib/differences.js";
import { choice, slider } from "./lib/controls.js";
import { handle, positionIn } from "./lib/handles.js";
import { line, polyline, scale, ticks } from "./lib/axes.js";
import { clamp, fixed } from "./lib/format.js";
import { assign, html, svg } from "./lib/dom.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "example": "sine",
  "precision": "float64",
  "rule": "central",
  "power": -2
};

/** @type {[number, number]} */
const POWERS = [-16, 0]; // of ten: the step
/** @type {[number, number]} */
const ERRORS = [-16, 2]; // of ten: the relative error
const FINE = 1 / 12; // of a power of ten, from one mark to the next
const MARGIN = { left: 44, right: 12, top: 28, bottom: 44 };
const HEIGHT = 400;
const ROLES = { forward: "data", central: "model", richardson: "gradient" };

/** @param {number} power @returns {number} on the grid of steps, within reach */
const onGrid = (power) => clamp(Math.round(power * 4) / 4, ...POWERS);

/** @param {number} error @returns {number} its power of ten, kept within the plot */
const powerOf = (error) => clamp(error > 0 ? Math.log10(error) : ERRORS[0], ...ERRORS);

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  /** @template T @param {Record<string, T>} table @param {keyof typeof defaults} name */
  const pick = (table, name) => {
    const key = state.get(name) in table ? state.get(name) : defaults[name];
    return { key, record: table[key] };
  };
  const read = () => ({
    example: pick(examples, "example"),
    precision: pick(precisions, "precision"),
    rule: pick(rules, "rule"),
    power: clamp(state.get("power"), ...POWERS),
  });
  let x = scale(POWERS, [0, 1]);
  const y = scale(ERRORS, [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const frame = svg("g", { "aria-hidden": true });
  const marks = svg("g", { "aria-hidden": true });
  const clipName = `xf-clip-${Math.random().toString(36).slice(2)}`;
  const clip = svg("rect");
  const branches = [svg("path", { class: "xf-branch" }), svg("path", { class: "xf-branch" })];
  const names = [
    svg("text", { class: "xf-halo xf-branch-name" }, "rounding"),
    svg("text", { class: "xf-halo xf-branch-name" }, "truncation"),
  ];
  const drop = line(0, 0, 0, 0, "xf-drop");
  const picture = svg(
    "svg",
    { class: "xf-errors", role: "group", "aria-label": "error against step, both logarithmic" },
    svg("style", {}, STEP_CSS),
    svg("clipPath", { id: clipName }, clip),
    frame,
    drop,
    svg("g", { "clip-path": `url(#${clipName})`, "aria-hidden": true }, ...branches),
    marks,
    ...names,
  );
  const point = handle({
    label: "step h",
    shape: "xf-chosen",
    picture,
    min: POWERS[0],
    max: POWERS[1],
    onMove: (px) => state.set({ power: onGrid(x.value(px)) }),
    onStep: (dx, dy) => state.set({ power: onGrid(read().power + (dx + dy) / 4) }),
  });
  picture.append(point.element);
  picture.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    state.set({ power: onGrid(x.value(positionIn(picture, event)[0])) });
  });

  /** @param {string} legend @param {string} key @param {Record<string, { label: string }>} table */
  const choose = (legend, key, table) =>
    choice({
      legend,
      options: Object.entries(table).map(([name, { label }]) => [name, label]),
      onChange: (name) => state.set({ [key]: name }),
    });
  const functions = choose("function and place", "example", examples);
  const kinds = choose("difference", "rule", rules);
  const types = choose("computed in", "precision", precisions);
  const stepSlider = slider({
    label: "h",
    name: "step h, as a power of ten",
    min: POWERS[0],
    max: POWERS[1],
    step: 0.25,
    format: (power) => scientific(10 ** power, 0),
    onInput: (power) => state.set({ power }),
  });
  const formula = html("p");
  const measured = html("b", { "data-value": "estimate" });
  const truth = html("span", { "data-value": "slope" });
  const error = html("b", { "data-value": "error" });
  const part = html("p", { class: "xf-note" });
  const stage = html("div", { class: "xf-stage" }, picture);
  const element = html(
    "div",
    { class: "xf-columns" },
    stage,
    html(
      "div",
      {},
      kinds.element,
      types.element,
      functions.element,
      stepSlider.element,
      html(
        "div",
        { class: "xf-readout" },
        formula,
        html("p", {}, "measured ", measured, html("br"), "true slope ", truth),
        html("p", {}, "relative error ", error),
        part,
      ),
    ),
  );

  /** @param {number} width */
  function resize(width) {
    const full = Math.min(width, 560);
    x = scale(POWERS, [MARGIN.left, full - MARGIN.right]);
    assign(picture, { width: full, height: HEIGHT, viewBox: `0 0 ${full} ${HEIGHT}` });
    assign(clip, {
      x: MARGIN.left,
      y: MARGIN.top,
      width: full - MARGIN.left - MARGIN.right,
      height: HEIGHT - MARGIN.top - MARGIN.bottom,
    });
    frame.replaceChildren(...grid(x, y));
  }

  function update() {
    const { example, precision, rule, power } = read();
    const at = (/** @type {string} */ name, /** @type {number} */ p) =>
      difference(example.record, rules[name], precision.record, 10 ** p);
    const fine = ticks(...POWERS, FINE);
    marks.replaceChildren(
      ...Object.keys(rules)
        .sort((a, b) => Number(a === rule.key) - Number(b === rule.key))
        .map((name) => {
          const points = fine.map((p) => [x.pixel(p), y.pixel(powerOf(at(name, p).error))]);
          return cloud(name, name === rule.key, points);
        }),
    );
    const theory = POWERS.map((p) => at(rule.key, p));
    [branches[0], branches[1]].forEach((branch, i) => {
      const key = i ? "truncation" : "rounding";
      const ends = POWERS.map((p, end) => [x.pixel(p), y.pixel(Math.log10(theory[end][key]))]);
      branch.setAttribute("d", polyline(/** @type {[number, number][]} */ (ends)));
      const [step, height] = spotOn(theory, key, i ? -14.6 : -1);
      assign(names[i], {
        x: x.pixel(step) + (i ? -8 : 8),
        y: y.pixel(height) + (i ? 4 : -2),
        "text-anchor": i ? "end" : "start",
      });
    });
    const now = at(rule.key, power);
    const spot = [x.pixel(power), y.pixel(powerOf(now.error))];
    assign(drop, { x1: spot[0], x2: spot[0], y1: spot[1], y2: y.pixel(ERRORS[0]) });
    const role = ROLES[/** @type {"central"} */ (rule.key)];
    assign(point.element, { class: `xf-handle xf-chosen xf-${role}` });
    point.place(
      spot[0],
      spot[1],
      power,
      `h ${scientific(10 ** power, 1)}: relative error ${scientific(now.error, 1)}`,
    );
    kinds.show(rule.key);
    types.show(precision.key);
    functions.show(example.key);
    stepSlider.show(power);
    const digits = precision.key === "float32" ? 8 : 15;
    formula.textContent = rule.record.formula;
    measured.textContent = fixed(now.estimate, digits);
    truth.textContent = fixed(example.record.slope, digits);
    error.textContent = scientific(now.error, 1);
    part.textContent = blame(now, example.key === "kink" && 10 ** power > 1e-3);
  }

  return { element, stage, resize, update };
}

/**
 * @param {string} name of the rule @param {boolean} chosen @param {number[][]} points pixels
 * @returns {SVGGElement} one mark a step; each rule has a shape of its own, for who sees no colour
 */
function cloud(name, chosen, points) {
  const shapes = {
    forward: (/** @type {number[]} */ [px, py]) => svg("circle", { cx: px, cy: py, r: 2.6 }),
    central: (/** @type {number[]} */ [px, py]) =>
      svg("rect", { x: px - 2.3, y: py - 2.3, width: 4.6, height: 4.6 }),
    richardson: (/** @type {number[]} */ [px, py]) =>
      svg("path", { d: `M${px} ${py - 3.4}L${px + 3.2} ${py + 2.4}L${px - 3.2} ${py + 2.4}Z` }),
  };
  return svg(
    "g",
    { class: `xf-cloud xf-${name}${chosen ? "" : " xf-other"}` },
    ...points.map(shapes[/** @type {"central"} */ (name)]),
  );
}

/**
 * @param {{ truncation: number, rounding: number }[]} theory at both ends of the plot
 * @param {"truncation" | "rounding"} key
 * @param {number} height wanted, a power of ten
 * @returns {[number, number]} powers of step and error on the branch, as near to that height as fits
 */
function spotOn(theory, key, height) {
  const [low, high] = theory.map((each) => Math.log10(each[key]));
  const perPower = (high - low) / (POWERS[1] - POWERS[0]);
  const [first, last] = key === "truncation" ? [POWERS[0] + 5, POWERS[1]] : [POWERS[0], POWERS[1] - 4];
  const step = clamp(POWERS[0] + (height - low) / perPower, first, last);
  return [step, low + perPower * (step - POWERS[0])];
}

/** @param {{ truncation: number, rounding: number }} now @param {boolean} beyond the kink */
function blame(now, beyond) {
  if (beyond) return "The step reaches across the kink: it sees two slopes and mixes them.";
  if (now.rounding >= 1) return "Rounding has eaten every digit.";
  if (now.truncation > now.rounding) return "The step is long: the curve bends within it (truncation).";
  return "The step is short: few digits of f differ (rounding).";
}

/** @param {number} value @param {number} digits @returns {string} 3 · 10⁻⁷ */
function scientific(value, digits) {
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential(digits).split("e");
  const signs = [...String(Number(exponent))];
  const raised = signs.map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)])).join("");
  return digits === 0 && mantissa === "1" ? `10${raised}` : `${mantissa}·10${raised}`;
}

/** @param {import("./lib/axes.js").Scale} x @param {import("./lib/axes.js").Scale} y */
function grid(x, y) {
  const group = svg("g", { class: "xf-axes" });
  for (const power of ticks(...POWERS, 4)) {
    const at = x.pixel(power);
    group.append(line(at, y.pixel(ERRORS[0]), at, y.pixel(ERRORS[1]), "xf-grid"));
    const label = power === 0 ? "1" : scientific(10 ** power, 0);
    const below = { x: at, y: y.pixel(ERRORS[0]) + 18, "text-anchor": power ? "middle" : "end" };
    group.append(svg("text", below, label));
  }
  for (const power of ticks(...ERRORS, 4)) {
    const at = y.pixel(power);
    group.append(line(x.pixel(POWERS[0]), at, x.pixel(POWERS[1]), at, "xf-grid"));
    const label = power === 0 ? "1" : scientific(10 ** power, 0);
    group.append(svg("text", { x: MARGIN.left - 6, y: at + 4, "text-anchor": "end" }, label));
  }
  return [
    group,
    svg("text", { x: 4, y: 16 }, "relative error of the measured slope"),
    svg("text", { x: x.pixel(-8), y: HEIGHT - 6, "text-anchor": "middle" }, "step h"),
  ];
}

const STEP_CSS = `
.xf-errors { cursor: crosshair; }
.xf-branch { fill: none; stroke: var(--xf-ink); stroke-width: 1.6; stroke-dasharray: 7 5; }
.xf-cloud.xf-forward { fill: var(--xf-data); }
.xf-cloud.xf-central { fill: var(--xf-model); }
.xf-cloud.xf-richardson { fill: var(--xf-gradient); }
.xf-cloud.xf-other { opacity: 0.3; }
.xf-drop { stroke: var(--xf-muted); stroke-width: 1.5; stroke-dasharray: 2 4; }
.xf-handle.xf-data .xf-mark { fill: var(--xf-data); }
.xf svg .xf-branch-name { font-style: italic; }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "Error of a measured slope against the step", defaults, build });
}

export default { render };
