/**
 * A fully connected network, layer by layer. Sliders change its shape; the number of parameters
 * follows, term by term.
 */

import { choice, slider } from "./lib/controls.js";
import { clamp, whole } from "./lib/format.js";
import { countParameters, layerTerms } from "./lib/maths.js";
import { assign, html, svg } from "./lib/dom.js";
import { line } from "./lib/axes.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "inputs": 784,
  "hidden": 1,
  "width": 16,
  "outputs": 10
};

/** @type {Record<string, [number, number]>} */
const LIMITS = { inputs: [1, 1024], hidden: [0, 5], width: [1, 128], outputs: [1, 20] };
/** @type {Record<string, {label: string, shape: Record<string, number>}>} */
const PRESETS = {
  digits: { label: "digits", shape: { inputs: 784, hidden: 1, width: 16, outputs: 10 } },
  deep: { label: "deeper", shape: { inputs: 784, hidden: 2, width: 16, outputs: 10 } },
  linear: { label: "no hidden layer", shape: { inputs: 784, hidden: 0, width: 16, outputs: 10 } },
  xor: { label: "XOR", shape: { inputs: 2, hidden: 1, width: 2, outputs: 1 } },
};
const HEIGHT = 300;
const TOP = 16;
const BOTTOM = 50;
const MOST = 10; // neurons of a layer that are drawn one by one

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => {
    const shape = Object.fromEntries(
      Object.entries(LIMITS).map(([name, [low, high]]) => [
        name,
        clamp(Math.round(state.get(name)), low, high),
      ]),
    );
    const sizes = [shape.inputs, ...Array(shape.hidden).fill(shape.width), shape.outputs];
    return { shape, sizes };
  };
  let width = 0;
  const picture = svg("svg", { role: "img", class: "xf-network" });
  const presets = choice({
    legend: "start from",
    options: Object.entries(PRESETS).map(([name, { label }]) => [name, label]),
    onChange: (name) => state.set(PRESETS[name].shape),
  });
  const sliders = [
    ["inputs", "inputs"],
    ["hidden", "hidden layers"],
    ["width", "neurons in each"],
    ["outputs", "outputs"],
  ].map(([key, label]) => ({
    key,
    control: slider({
      label,
      min: LIMITS[key][0],
      max: LIMITS[key][1],
      step: 1,
      format: whole,
      onInput: (value) => state.set({ [key]: value }),
    }),
  }));
  const terms = html("tbody");
  const total = html("b", { "data-value": "parameters" });
  const sum = html("p", { class: "xf-sum" });
  const table = html(
    "table",
    { class: "xf-terms" },
    html(
      "thead",
      {},
      html(
        "tr",
        {},
        html("th", { scope: "col" }, "layer"),
        html("th", { scope: "col" }, "shapes of w and b"),
        html("th", { scope: "col" }, "parameters"),
      ),
    ),
    terms,
  );
  const stage = html("div", { class: "xf-stage" }, picture);
  const element = html(
    "div",
    {},
    html("style", {}, NETWORK_CSS),
    stage,
    html(
      "div",
      { class: "xf-columns xf-even" },
      html("div", {}, presets.element, ...sliders.map((each) => each.control.element)),
      html(
        "div",
        { class: "xf-readout" },
        html("p", {}, total, " parameters"),
        sum,
        table,
      ),
    ),
  );

  /** @param {number} at which layer of weights, or -1 for none */
  function highlight(at) {
    picture.classList.toggle("xf-picking", at >= 0);
    for (const each of picture.querySelectorAll(".xf-edges")) {
      each.classList.toggle("xf-picked", each.dataset.layer === String(at));
    }
  }

  function update() {
    const { shape, sizes } = read();
    drawNetwork(picture, sizes, width);
    assign(picture, {
      "aria-label": `network with ${sizes.join(", ")} neurons from input to output`,
    });
    for (const { key, control } of sliders) control.show(shape[key]);
    const preset = Object.entries(PRESETS).find(([, each]) =>
      Object.entries(each.shape).every(([name, value]) => shape[name] === value),
    );
    presets.show(preset?.[0] ?? "");
    sliders[2].control.element.classList.toggle("xf-idle", shape.hidden === 0);

    const records = layerTerms(sizes);
    const count = countParameters(sizes);
    total.textContent = whole(count);
    sum.innerHTML =
      "= " +
      records.map(({ from, to }) => `<span>${from}·${to} + ${to}</span>`).join(" + ");
    const rows = records.map(({ from, to, weights, biases }, index) => {
      const name = index === records.length - 1 ? "output" : `hidden ${index + 1}`;
      const share = html("span", { class: "xf-share", "aria-hidden": true });
      share.style.width = `${((weights + biases) / count) * 100}%`;
      const row = html(
        "tr",
        {},
        html("th", { scope: "row" }, name),
        html("td", {}, `(${from}, ${to}) and (${to},)`),
        html("td", {}, whole(weights + biases), share),
      );
      row.addEventListener("pointerenter", () => highlight(index));
      row.addEventListener("pointerleave", () => highlight(-1));
      return row;
    });
    terms.replaceChildren(...rows);
  }

  return {
    element,
    stage,
    /** @param {number} now */
    resize: (now) => {
      width = now;
    },
    update,
  };
}

/**
 * Where the drawn neurons of a layer stand; null stands for those that are left out.
 * @param {number} size
 * @returns {{ y: number | null, gap: number, places: number[] }}
 */
function placesOf(size) {
  const middle = (TOP + HEIGHT - BOTTOM) / 2;
  const leaveOut = size > MOST;
  const drawn = leaveOut ? MOST - 2 : size;
  const slots = leaveOut ? MOST : size;
  const gap = Math.min(30, (HEIGHT - TOP - BOTTOM) / Math.max(slots, 2));
  const start = middle - (gap * (slots - 1)) / 2;
  const places = Array.from({ length: drawn }, (_, index) => {
    const skip = leaveOut && index >= drawn / 2 ? 2 : 0;
    return start + gap * (index + skip);
  });
  return { y: leaveOut ? middle : null, gap, places };
}

/** @param {SVGSVGElement} picture @param {number[]} sizes @param {number} width */
function drawNetwork(picture, sizes, width) {
  assign(picture, { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` });
  const last = sizes.length - 1;
  const side = clamp(width * 0.09, 38, 90);
  const columns = sizes.map((size, index) => ({
    size,
    x: side + ((width - 2 * side) * index) / last,
    ...placesOf(size),
  }));
  const narrow = (width - 2 * side) / last < 50;
  const edges = columns.slice(1).map((to, index) => {
    const from = columns[index];
    const many = from.places.length * to.places.length;
    const group = svg("g", { class: "xf-edges", "data-layer": index });
    group.style.strokeOpacity = String(clamp(3 / Math.sqrt(many), 0.28, 0.8));
    for (const y1 of from.places) {
      for (const y2 of to.places) group.append(line(from.x, y1, to.x, y2, ""));
    }
    return group;
  });
  const layers = columns.map((column, index) => {
    const kind = index === 0 ? "input" : index === last ? "output" : "hidden";
    const group = svg("g", { class: `xf-layer xf-${kind}` });
    const radius = clamp(column.gap * 0.36, 5, 10);
    for (const y of column.places) group.append(svg("circle", { cx: column.x, cy: y, r: radius }));
    if (column.y !== null) {
      for (const dy of [-7, 0, 7]) {
        group.append(svg("circle", { cx: column.x, cy: column.y + dy, r: 2, class: "xf-dots" }));
      }
    }
    const label = { x: column.x, "text-anchor": "middle" };
    group.append(
      svg(
        "text",
        { ...label, y: HEIGHT - 26, class: narrow ? "xf-size xf-narrow" : "xf-size" },
        whole(column.size),
      ),
      svg("text", { ...label, y: HEIGHT - 8, class: "xf-kind" }, kindLabel(kind, index, last)),
    );
    if (kind === "output" && column.size === 10) {
      column.places.forEach((y, digit) => {
        group.append(svg("text", { x: column.x + radius + 8, y: y + 4.5 }, String(digit)));
      });
    }
    return group;
  });
  picture.replaceChildren(...edges, ...layers);
}

/** @param {string} kind @param {number} index @param {number} last @returns {string} */
function kindLabel(kind, index, last) {
  if (kind !== "hidden") return kind;
  return last > 3 ? `h${index}` : last > 2 ? `hidden ${index}` : "hidden";
}

const NETWORK_CSS = `
.xf-edges { stroke: var(--xf-muted); stroke-width: 1; }
.xf-picking .xf-edges { opacity: 0.25; }
.xf-picking .xf-edges.xf-picked { opacity: 1; stroke: var(--xf-model);
  stroke-opacity: 0.9 !important; }
.xf-layer circle { stroke: var(--xf-ink); stroke-width: 1.5; fill: var(--xf-surface); }
.xf-layer.xf-input circle { fill: var(--xf-data); }
.xf-layer.xf-hidden circle { fill: var(--xf-model); }
.xf-layer circle.xf-dots { fill: var(--xf-ink); stroke: none; }
.xf svg .xf-size { font-weight: 650; font-size: 15px; }
.xf svg .xf-narrow { font-size: 12px; }
.xf svg .xf-kind { fill: var(--xf-muted); }
.xf-even { margin-top: 8px; }
@container (min-width: 640px) {
  .xf-even { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
}
.xf-even .xf-slider { grid-template-columns: 7.6em minmax(0, 1fr) 2.8em; }
.xf-idle { opacity: 0.55; }
.xf-readout > p:first-child b { font-size: 22px; }
.xf-sum span { white-space: nowrap; }
.xf .xf-terms { width: 100%; border-collapse: collapse; margin: 8px 0 0; font-size: 14px;
  background: none; display: table; }
.xf .xf-terms th, .xf .xf-terms td { padding: 6px 8px 6px 0; border: 0;
  border-top: 1px solid var(--xf-grid); background: none; text-align: left; font-weight: normal; color: inherit; }
.xf .xf-terms thead th { border-top: 0; color: var(--xf-muted); font-size: 13px; }
.xf .xf-terms th:last-child, .xf .xf-terms td:last-child { text-align: right;
  width: 30%; padding-right: 0; }
.xf-share { display: block; height: 5px; background: var(--xf-model); border-radius: 2px;
  margin: 3px 0 0 auto; min-width: 1px; }
@media (prefers-reduced-motion: no-preference) {
  .xf-edges { transition: opacity 0.15s; }
}
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "A fully connected network", defaults, build });
}

export default { render };
