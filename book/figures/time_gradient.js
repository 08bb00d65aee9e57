/**
 * A gradient on its way back through time: through the steps of a vanilla cell, an LSTM and a GRU
 * that read the same sequence. The cell, the number of steps, the size of the state's weights and the
 * bias of the gate that keeps are the reader's.
 */

import { LONGEST, cells, walkBack } from "./lib/through_time.js";
import { choice, slider } from "./lib/controls.js";
import { clamp, fixed } from "./lib/format.js";
import { line, polyline, scale, ticks } from "./lib/axes.js";
import { assign, html, svg } from "./lib/dom.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "cell": "vanilla",
  "steps": 40,
  "size": 0.8,
  "bias": 0
};

const POWERS = [-16, 8];
const MARGIN = { left: 46, right: 14, top: 16, bottom: 44 };
const HEIGHT = 320;
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const KEEPER = { vanilla: "", LSTM: "forget gate", GRU: "update gate" };

/** @param {number} power */
const tenTo = (power) =>
  power === 0
    ? "1"
    : `10${power < 0 ? "⁻" : ""}${String(Math.abs(power)).replace(/\d/g, (digit) => RAISED[Number(digit)])}`;

/** @param {number} value @returns {string} 0.71, 0.00012 as 1.2 · 10⁻⁴ */
function amount(value) {
  const power = Math.floor(Math.log10(value));
  if (power >= -2 && power < 3) return fixed(value, Math.max(0, 2 - Math.max(power, 0)));
  return `${fixed(value / 10 ** power, 1)}\u00a0·\u00a0${tenTo(power)}`;
}

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => ({
    cell: /** @type {keyof typeof cells} */ (state.get("cell") in cells ? state.get("cell") : "vanilla"),
    steps: Math.round(clamp(state.get("steps"), 2, LONGEST)),
    size: clamp(state.get("size"), 0.2, 3),
    bias: clamp(state.get("bias"), -2, 5),
  });
  const y = scale([POWERS[0], POWERS[1]], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  let full = 400;
  const drawing = svg("g", {});
  const picture = svg("svg", { role: "img" }, svg("style", {}, TIME_CSS), drawing);
  const stage = html("div", { class: "xf-stage" }, picture);
  const kinds = choice({
    legend: "cell",
    options: Object.keys(cells).map((name) => [name, name]),
    onChange: (cell) => state.set({ cell }),
  });
  const lengths = slider({
    label: "steps",
    min: 2,
    max: LONGEST,
    step: 1,
    format: (value) => fixed(value, 0),
    onInput: (steps) => state.set({ steps }),
  });
  const sizes = slider({
    label: "weights",
    name: "size of the state's weights, in units of one over the root of the number of units",
    min: 0.2,
    max: 3,
    step: 0.1,
    format: (value) => `× ${fixed(value, 1)}`,
    onInput: (size) => state.set({ size }),
  });
  const biases = slider({
    label: "bias",
    name: "bias of the forget gate of the LSTM, of the update gate of the GRU",
    min: -2,
    max: 5,
    step: 0.5,
    format: (value) => fixed(value, 1),
    onInput: (bias) => state.set({ bias }),
  });
  const words = html("p", { "aria-live": "polite" });
  const element = html(
    "div",
    { class: "xf-columns" },
    html("div", {}, stage, html("div", { class: "xf-readout" }, words)),
    html("div", {}, kinds.element, lengths.element, sizes.element, biases.element),
  );

  /** @param {number} width */
  function resize(width) {
    full = Math.min(width, 520);
    assign(picture, { width: full, height: HEIGHT, viewBox: `0 0 ${full} ${HEIGHT}` });
  }

  /** @param {number} value */
  const height = (value) =>
    y.pixel(clamp(Math.log10(Math.max(value, 1e-300)), POWERS[0], POWERS[1]));

  function update() {
    const network = read();
    const { cell, steps, size, bias } = network;
    const norms = walkBack(network);
    const x = scale([0, steps], [MARGIN.left, full - MARGIN.right]);
    const bottom = y.pixel(POWERS[0]);
    const grid = ticks(POWERS[0], POWERS[1], 4).flatMap((power) => [
      line(MARGIN.left, y.pixel(power), full - MARGIN.right, y.pixel(power), power ? "xf-grid" : "xf-zero"),
      svg("text", { x: MARGIN.left - 7, y: y.pixel(power) + 4, "text-anchor": "end" }, tenTo(power)),
    ]);
    const numbers = ticks(0, steps, steps > 20 ? 10 : steps > 8 ? 5 : 1).map((step) =>
      svg("text", { x: x.pixel(step), y: bottom + 17, "text-anchor": "middle" }, fixed(step, 0)),
    );
    const places = /** @type {[number, number][]} */ (
      norms.map((norm, step) => [x.pixel(step), height(norm)])
    );
    drawing.replaceChildren(
      svg("g", { class: "xf-axes" }, ...grid, ...numbers),
      svg("text", { x: (MARGIN.left + full) / 2, y: HEIGHT - 8, "text-anchor": "middle" }, "steps read"),
      svg("path", { d: polyline(places), class: "xf-back" }),
      ...places.map(([cx, cy], step) => svg("circle", { cx, cy, r: step === 0 ? 5.5 : 2.6, class: "xf-dot" })),
    );
    const share = norms[0];
    const verdict = share < 1e-3 ? "It vanishes." : share > 1e3 ? "It explodes." : "It arrives.";
    words.innerHTML =
      `Of a gradient of norm 1 after the last step, <b data-value="share">${amount(share)}</b> reaches the ` +
      `first state: times <b data-value="each">${fixed(share ** (1 / steps))}</b> a step. ` +
      `<b data-value="verdict">${verdict}</b>`;
    const keeper = KEEPER[cell] && `, bias of the ${KEEPER[cell]} ${fixed(bias, 1)}`;
    assign(picture, {
      "aria-label":
        `Gradient norm by time step, ${cell} cell, ${steps} steps, weights times ${fixed(size, 1)}` +
        `${keeper}: ${amount(share)} reaches the first state.`,
    });
    kinds.show(cell);
    lengths.show(steps);
    sizes.show(size);
    biases.show(bias);
    biases.element.style.opacity = cell === "vanilla" ? "0.45" : "";
  }

  return { element, stage, resize, update };
}

const TIME_CSS = `
.xf-back { fill: none; stroke: var(--xf-gradient); stroke-width: 2.5; }
.xf-dot { fill: var(--xf-gradient); stroke: var(--xf-surface); stroke-width: 1; }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "A gradient on its way back through time", defaults, build });
}

export default { render };
