/**
 * Held-out houses on the map of their city, with what a model says of each: too high, too low,
 * about right. Beside it predicted against true price; a house chosen in one shows in the other.
 */

import { mean, median, nearest, relativeErrors, rSquared } from "./lib/valuation.js";
import { houses, neighborhoods } from "./lib/houses.js";
import { choice, slider } from "./lib/controls.js";
import { clamp, fixed, whole } from "./lib/format.js";
import { positionIn } from "./lib/handles.js";
import { assign, html, svg } from "./lib/dom.js";
import { scale, line } from "./lib/axes.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "model": "linear",
  "show": "error",
  "house": 560
};

const PLACE = { x: [-4.5, 4.3], y: [-5.7, 3.5] };
const PRICE = [300, 7000]; // hundreds of dollars, on a logarithmic scale
const ABOUT_RIGHT = 0.1;
/** @type {Record<string, { label: string, values: number[] }>} */
const MODELS = {
  mean: { label: "mean", values: houses.map(() => mean(houses.map((each) => each[2]))) },
  linear: { label: "linear", values: houses.map((each) => each[3]) },
  network: { label: "network", values: houses.map((each) => each[4]) },
  trees: { label: "trees", values: houses.map((each) => each[5]) },
};
const TRUE = houses.map((each) => each[2]);

/** @param {number} hundreds @returns {string} */
const dollars = (hundreds) => `$${whole(Math.round(hundreds) * 100)}`;

/** @param {number} error @returns {string} */
const percent = (error) => `${error > 0 ? "+" : ""}${fixed(100 * error, 0)}%`;

/** @param {number} error @returns {string} the class of a mark */
function kindOf(error) {
  if (error > ABOUT_RIGHT) return "xf-high";
  return error < -ABOUT_RIGHT ? "xf-low" : "xf-near";
}

/** @param {string} kind @param {number} r @returns {string} a triangle up, one down, a dot */
function shapeOf(kind, r) {
  const wide = 0.95 * r;
  if (kind === "xf-high") return `M0 ${-r}L${wide} ${0.7 * r}L${-wide} ${0.7 * r}Z`;
  if (kind === "xf-low") return `M0 ${r}L${wide} ${-0.7 * r}L${-wide} ${-0.7 * r}Z`;
  return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
}

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => ({
    model: MODELS[state.get("model")] ? state.get("model") : defaults.model,
    show: ["error", "price", "prediction"].includes(state.get("show"))
      ? state.get("show")
      : defaults.show,
    house: Math.round(clamp(state.get("house"), 1, houses.length)) - 1,
  });
  /** @type {[number, number][]} */
  let onMap = houses.map(() => [0, 0]);
  const frame = svg("g", { "aria-hidden": true });
  const marks = houses.map(() => svg("path", { class: "xf-house" }));
  const ring = svg("circle", { r: 11, class: "xf-ring" });
  const cross = svg("circle", { r: 2.5, class: "xf-core" });
  const map = svg(
    "svg",
    { class: "xf-map", role: "img", "aria-label": "600 houses on the map of Ames" },
    svg("style", {}, MAP_CSS),
    frame,
    svg("g", { "aria-hidden": true }, ...marks, ring, cross),
  );
  const scatter = priceScatter((index) => state.set({ house: index + 1 }));
  follow(map, () => onMap, (index) => state.set({ house: index + 1 }));

  const which = choice({
    legend: "Model",
    options: Object.entries(MODELS).map(([value, { label }]) => [value, label]),
    onChange: (model) => state.set({ model }),
  });
  const what = choice({
    legend: "The map shows",
    options: [
      ["error", "error"],
      ["price", "price"],
      ["prediction", "prediction"],
    ],
    onChange: (show) => state.set({ show }),
  });
  const pick = slider({
    label: "house",
    name: "house, from the cheapest to the dearest",
    min: 1,
    max: houses.length,
    step: 1,
    format: (value) => `${value}`,
    onInput: (house) => state.set({ house }),
  });
  const score = html("p", {});
  const chosen = html("p", { "aria-live": "polite" });
  const around = html("p", {});
  const key = html("p", { class: "xf-note xf-key" });
  const stage = html("div", { class: "xf-stage" }, map);
  const element = html(
    "div",
    { class: "xf-columns" },
    html("div", {}, stage, key, pick.element),
    html(
      "div",
      {},
      which.element,
      what.element,
      scatter.element,
      html("div", { class: "xf-readout" }, score, chosen, around),
    ),
  );

  /** @param {number} width */
  function resize(width) {
    const full = Math.min(width, 470);
    const perKilometer = full / (PLACE.x[1] - PLACE.x[0]);
    const height = Math.round(perKilometer * (PLACE.y[1] - PLACE.y[0]));
    const x = scale([PLACE.x[0], PLACE.x[1]], [0, full]);
    const y = scale([PLACE.y[0], PLACE.y[1]], [height, 0]);
    assign(map, { width: full, height, viewBox: `0 0 ${full} ${height}` });
    onMap = houses.map(([east, north]) => [x.pixel(east), y.pixel(north)]);
    const [left, right, low] = [x.pixel(-4.2), x.pixel(-2.2), height - 14];
    frame.replaceChildren(
      svg("rect", { x: 0.5, y: 0.5, width: full - 1, height: height - 1, class: "xf-border" }),
      line(left, low, right, low, "xf-measure"),
      svg("text", { x: (left + right) / 2, y: low - 6, "text-anchor": "middle" }, "2 km"),
      svg("text", { x: full - 16, y: 24, "text-anchor": "middle" }, "N"),
      svg("path", { d: `M${full - 16} 30l5 12h-10Z`, class: "xf-north" }),
    );
  }

  function update() {
    const { model, show, house } = read();
    const { values } = MODELS[model];
    const errors = relativeErrors(values, TRUE);
    marks.forEach((mark, i) => {
      const [x, y] = onMap[i];
      const error = errors[i];
      const kind = show === "error" ? kindOf(error) : `xf-${show}`;
      const amount = show === "price" ? TRUE[i] : values[i];
      const share = clamp(Math.log(amount / 600) / Math.log(8), 0, 1);
      const r =
        show === "error"
          ? kind === "xf-near"
            ? 2
            : 3 + 5 * clamp(Math.abs(Math.log(1 + error)), 0, 0.8)
          : 1.5 + 4.5 * share;
      assign(mark, {
        class: `xf-house ${kind}`,
        d: shapeOf(kind, r),
        transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
        "fill-opacity": show === "error" ? 0.85 : (0.15 + 0.8 * share).toFixed(2),
      });
    });
    assign(ring, { cx: onMap[house][0], cy: onMap[house][1] });
    assign(cross, { cx: onMap[house][0], cy: onMap[house][1] });
    which.show(model);
    what.show(show);
    pick.show(house + 1);
    scatter.show(values, errors, house);
    key.textContent =
      show === "error"
        ? "▲ more than 10% too high · ▼ more than 10% too low · small dots within 10%"
        : "the larger and the fuller a dot, the dearer the house";
    const off = median(errors.map(Math.abs));
    score.replaceChildren(
      "R² = ",
      html("b", { "data-value": "r2" }, fixed(rSquared(values, TRUE), 3)),
      ", half of the predictions within ",
      html("b", { "data-value": "off" }, `${fixed(100 * off, 1)}%`),
    );
    const [, , price, , , , area, place] = houses[house];
    const name = neighborhoods[place];
    const there = errors.filter((_, i) => houses[i][7] === place);
    chosen.replaceChildren(
      `${name}, ${whole(area)} sq ft: sold for ${dollars(price)}, predicted `,
      html("b", { "data-value": "predicted" }, dollars(values[house])),
      ` (${percent(errors[house])})`,
    );
    around.textContent =
      there.length === 1
        ? "no other of these houses stands in that neighborhood"
        : `median of the ${there.length} houses there: ${percent(median(there))}`;
    around.dataset.value = "around";
  }

  return { element, stage, resize, update };
}

/**
 * Choose the nearest house under a mouse that moves, or where a finger or a click lands.
 * @param {SVGSVGElement} picture
 * @param {() => [number, number][]} places
 * @param {(index: number) => void} onChoose
 */
function follow(picture, places, onChoose) {
  let last = -1;
  const choose = (/** @type {MouseEvent} */ event, /** @type {number} */ reach) => {
    const box = picture.getBoundingClientRect();
    const zoom = box.width / (picture.viewBox.baseVal.width || box.width);
    const [px, py] = positionIn(picture, event).map((each) => each / zoom);
    const index = nearest(places(), px, py);
    const [x, y] = places()[index];
    if (index === last || Math.hypot(x - px, y - py) > reach) return;
    last = index;
    onChoose(index);
  };
  picture.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse") choose(event, 14);
  });
  picture.addEventListener("click", (event) => choose(event, 40));
}

/** Predicted against true price, both on logarithmic scales. @param {(i: number) => void} onChoose */
function priceScatter(onChoose) {
  const [width, height] = [320, 250];
  const log = (/** @type {number} */ value) => Math.log10(value);
  const x = scale([log(PRICE[0]), log(PRICE[1])], [44, width - 8]);
  const y = scale([log(PRICE[0]), log(PRICE[1])], [height - 38, 22]);
  const at = (/** @type {number} */ value) => log(clamp(value, PRICE[0], PRICE[1]));
  const marks = houses.map(() => svg("path", { class: "xf-house" }));
  const ring = svg("circle", { r: 8, class: "xf-ring" });
  /** @type {[number, number][]} */
  let places = houses.map(() => [0, 0]);
  const labels = [500, 1000, 2000, 5000].flatMap((value) => [
    line(x.pixel(log(value)), y.pixel(log(PRICE[0])), x.pixel(log(value)), 22, "xf-grid"),
    line(44, y.pixel(log(value)), width - 8, y.pixel(log(value)), "xf-grid"),
    svg(
      "text",
      { x: x.pixel(log(value)), y: height - 22, "text-anchor": "middle" },
      `${value / 10}`,
    ),
    svg("text", { x: 38, y: y.pixel(log(value)) + 4, "text-anchor": "end" }, `${value / 10}`),
  ]);
  const element = svg(
    "svg",
    {
      class: "xf-prices",
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": "predicted against true price",
    },
    svg("g", { class: "xf-axes", "aria-hidden": true }, ...labels),
    line(x.pixel(log(PRICE[0])), y.pixel(log(PRICE[0])), width - 8, 22, "xf-zero"),
    svg("g", { "aria-hidden": true }, ...marks, ring),
    svg("text", { x: 2, y: 12 }, "predicted, thousand dollars"),
    svg("text", { x: (44 + width - 8) / 2, y: height - 5, "text-anchor": "middle" }, "sold for"),
  );
  follow(element, () => places, onChoose);
  return {
    element,
    /** @param {number[]} values @param {number[]} errors @param {number} house */
    show(values, errors, house) {
      places = houses.map((each, i) => [x.pixel(at(each[2])), y.pixel(at(values[i]))]);
      marks.forEach((mark, i) => {
        const kind = kindOf(errors[i]);
        const [px, py] = places[i];
        assign(mark, {
          class: `xf-house ${kind}`,
          d: shapeOf(kind, kind === "xf-near" ? 1.7 : 3),
          transform: `translate(${px.toFixed(1)} ${py.toFixed(1)})`,
        });
      });
      assign(ring, { cx: places[house][0], cy: places[house][1] });
    },
  };
}

const MAP_CSS = `
.xf-map, .xf-prices { cursor: crosshair; touch-action: manipulation; }
.xf-border { fill: var(--xf-panel); stroke: var(--xf-grid); }
.xf-measure { stroke: var(--xf-muted); stroke-width: 2; }
.xf-north { fill: var(--xf-muted); }
.xf-house { stroke: none; }
.xf-high, .xf-prediction { fill: var(--xf-model); }
.xf-low, .xf-price { fill: var(--xf-data); }
.xf-near { fill: var(--xf-muted); }
.xf-ring { fill: none; stroke: var(--xf-ink); stroke-width: 2.5; }
.xf-core { fill: var(--xf-ink); }
.xf-prices { display: block; width: 100%; max-width: 360px; height: auto; }
.xf-key { margin: 6px 0 0; }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "House prices on the map of a city", defaults, build });
}

export default { render };
