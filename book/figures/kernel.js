/**
 * A kernel of 3 × 3 slides over a piece of a brick wall. The reader moves the window; below it stands
 * the sum that makes one number of the feature map.
 */

import { choice } from "./lib/controls.js";
import { convolve, pad, places, products, windowAt } from "./lib/windows.js";
import { clamp, factor, fixed } from "./lib/format.js";
import { handle, positionIn } from "./lib/handles.js";
import { assign, html, svg } from "./lib/dom.js";
import { mount } from "./lib/figure.js";
import { wall } from "./lib/wall.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "kernel": "upright",
  "stride": 1,
  "padding": 0,
  "row": 1,
  "column": 6
};

const SIDE = 3;
/** @type {Record<string, { label: string, weights: number[][] }>} */
const KERNELS = {
  upright: { label: "left minus right", weights: [[1, 0, -1], [1, 0, -1], [1, 0, -1]] },
  level: { label: "above minus below", weights: [[1, 1, 1], [0, 0, 0], [-1, -1, -1]] },
  sum: { label: "sum", weights: [[1, 1, 1], [1, 1, 1], [1, 1, 1]] },
  spot: { label: "middle minus around", weights: [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]] },
};
const GAP = 3;

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => {
    const name = state.get("kernel") in KERNELS ? state.get("kernel") : defaults.kernel;
    const stride = clamp(Math.round(state.get("stride")), 1, 3);
    const padding = clamp(Math.round(state.get("padding")), 0, 1);
    const rows = places(wall.length, SIDE, stride, padding);
    const columns = places(wall[0].length, SIDE, stride, padding);
    return {
      name,
      weights: KERNELS[name].weights,
      stride,
      padding,
      rows,
      columns,
      row: clamp(Math.round(state.get("row")), 0, rows - 1),
      column: clamp(Math.round(state.get("column")), 0, columns - 1),
    };
  };

  const kernels = choice({
    legend: "kernel",
    options: Object.entries(KERNELS).map(([value, { label }]) => [value, label]),
    onChange: (kernel) => state.set({ kernel }),
  });
  const strides = choice({
    legend: "stride",
    options: [1, 2, 3].map((each) => [String(each), String(each)]),
    onChange: (stride) => state.set({ stride: Number(stride), row: 0, column: 0 }),
  });
  const paddings = choice({
    legend: "padding",
    options: [0, 1].map((each) => [String(each), String(each)]),
    onChange: (padding) => state.set({ padding: Number(padding), row: 0, column: 0 }),
  });

  let cell = 20;
  const imageCells = svg("g", { "aria-hidden": true });
  const picture = svg("svg", { class: "xf-image", role: "group", "aria-label": "the image" }, imageCells);
  const frame = svg("rect", { class: "xf-window" });
  const grip = handle({
    label: "the window",
    shape: "xf-frame",
    mark: frame,
    picture,
    min: 0,
    max: 1,
    onMove: (x, y) => moveTo(y, x),
    onStep: (dx, dy) => {
      const { row, column, rows, columns } = read();
      state.set({
        row: clamp(row - dy, 0, rows - 1),
        column: clamp(column + dx, 0, columns - 1),
      });
    },
  });
  picture.append(grip.element);
  picture.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const [x, y] = positionIn(picture, event);
    moveTo(y, x);
  });
  /** @param {number} y @param {number} x where the middle of the window should be */
  function moveTo(y, x) {
    const { stride, rows, columns } = read();
    const begin = (/** @type {number} */ at) => Math.round((at / cell - SIDE / 2) / stride);
    state.set({ row: clamp(begin(y), 0, rows - 1), column: clamp(begin(x), 0, columns - 1) });
  }

  const mapCells = svg("g");
  const map = svg("svg", { class: "xf-map", "aria-hidden": true }, mapCells);
  const mapName = html("p", { class: "xf-note" });
  const sum = html("div", { class: "xf-readout xf-sum", "aria-live": "polite" });
  const stage = html("div", { class: "xf-stage" }, picture);
  const element = html(
    "div",
    {},
    html("div", { class: "xf-knobs" }, kernels.element, strides.element, paddings.element),
    html(
      "div",
      { class: "xf-columns" },
      html("div", {}, html("p", { class: "xf-note" }, "a piece of a brick wall, 10 × 12"), stage),
      html("div", {}, mapName, map),
    ),
    sum,
    html("style", {}, KERNEL_CSS),
  );

  /** @param {number} width */
  function resize(width) {
    cell = Math.floor(Math.min(width, 430) / (wall[0].length + 2));
  }

  /** One square with its number. */
  function square(/** @type {number} */ r, /** @type {number} */ c, /** @type {number} */ size,
    /** @type {string} */ text, /** @type {string} */ kind, /** @type {number} */ strength) {
    return svg(
      "g",
      { transform: `translate(${c * size} ${r * size})` },
      svg("rect", { width: size - 1, height: size - 1, class: "xf-paper" }),
      svg("rect", { width: size - 1, height: size - 1, class: kind, "fill-opacity": strength }),
      svg(
        "text",
        { x: (size - 1) / 2, y: size / 2 + 4, "text-anchor": "middle", class: "xf-number" },
        text,
      ),
    );
  }

  function update() {
    const now = read();
    const { weights, stride, padding, row, column } = now;
    kernels.show(now.name);
    strides.show(String(stride));
    paddings.show(String(padding));
    const padded = pad(wall, padding);
    assign(picture, {
      width: padded[0].length * cell,
      height: padded.length * cell,
      viewBox: `0 0 ${padded[0].length * cell} ${padded.length * cell}`,
    });
    imageCells.replaceChildren(
      ...padded.flatMap((values, r) =>
        values.map((value, c) => {
          const border =
            r < padding || c < padding || r >= padded.length - padding ||
            c >= padded[0].length - padding;
          return square(r, c, cell, String(value), border ? "xf-border" : "xf-light", value / 12);
        }),
      ),
    );
    const side = SIDE * cell;
    assign(frame, { x: -side / 2, y: -side / 2, width: side - 1, height: side - 1 });

    const out = convolve(wall, weights, stride, padding);
    const most = Math.max(1, ...out.flat().map(Math.abs));
    assign(map, {
      width: now.columns * cell,
      height: now.rows * cell,
      viewBox: `0 0 ${now.columns * cell} ${now.rows * cell}`,
    });
    mapCells.replaceChildren(
      ...out.flatMap((values, r) =>
        values.map((value, c) => {
          const kind = value < 0 ? "xf-negative" : "xf-positive";
          const made = square(r, c, cell, fixed(value, 0), kind, (0.75 * Math.abs(value)) / most);
          if (r === row && c === column) made.classList.add("xf-here");
          made.addEventListener("click", () => state.set({ row: r, column: c }));
          return made;
        }),
      ),
    );
    mapCells.append(...mapCells.querySelectorAll(".xf-here")); // its outline lies on top
    mapName.textContent = `feature map, ${now.rows} × ${now.columns}`;

    const window = windowAt(padded, row * stride, column * stride, SIDE);
    const total = products(window, weights);
    const lines = weights.map((each, i) =>
      each.map((weight, j) => `${factor(weight, 0)} · ${window[i][j]}`).join(" + "),
    );
    sum.replaceChildren(
      ...lines.map((line, i) =>
        html("p", {}, i ? "+ " : "", line, i === SIDE - 1 ? html("b", {}, ` = ${fixed(total, 0)}`) : ""),
      ),
    );
    grip.place(
      (column * stride + SIDE / 2) * cell,
      (row * stride + SIDE / 2) * cell,
      (row * now.columns + column) / Math.max(1, now.rows * now.columns - 1),
      `row ${row + 1} of ${now.rows}, column ${column + 1} of ${now.columns}: ${fixed(total, 0)}`,
    );
  }

  return { element, stage, resize, update };
}

const KERNEL_CSS = `
.xf-knobs { display: flex; flex-wrap: wrap; gap: 2px 24px; }
.xf-image, .xf-map { display: block; cursor: pointer; }
.xf-map { overflow: visible; max-width: 100%; height: auto; }
.xf-paper { fill: var(--xf-panel); }
.xf-light { fill: var(--xf-muted); }
.xf-border { fill: none; stroke: var(--xf-muted); stroke-dasharray: 2 3; }
.xf-positive { fill: var(--xf-model); }
.xf-negative { fill: var(--xf-data); }
.xf svg text.xf-number { font-size: 12px; pointer-events: none; }
.xf-window { fill: transparent; stroke: var(--xf-ink); stroke-width: ${GAP}; }
.xf-frame .xf-focus { display: none; }
.xf-frame:focus-visible .xf-window { stroke: var(--xf-error); stroke-width: 5; }
.xf-here .xf-paper { stroke: var(--xf-ink); stroke-width: 5; }
.xf-sum p { overflow-wrap: anywhere; }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "A kernel slides over an image", defaults, build });
}

export default { render };
