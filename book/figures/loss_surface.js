/**
 * The loss of a straight line as a landscape over its two parameters. The reader moves a point over
 * the landscape; beside it the line that this point stands for, among real data.
 */

import { losses, meanLoss } from "./lib/losses.js";
import { contour, roundStep, surface } from "./lib/contours.js";
import { axes, line, polyline, scale } from "./lib/axes.js";
import { choice, slider } from "./lib/controls.js";
import { clamp, fixed } from "./lib/format.js";
import { handle, positionIn } from "./lib/handles.js";
import { assign, html, svg } from "./lib/dom.js";
import { slants } from "./lib/slants.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "w": -2.2,
  "b": -0.6,
  "loss": "mse",
  "delta": 0.5
};

/** The map: as wide as high, so that a right angle on it is one on the screen. */
export const MAP = { w: [-2.6, 1], b: [-1.2, 2.4] };
const MARGIN = { left: 36, right: 10, top: 28, bottom: 42 };
const SIDE = 73; // points of the grid on which the loss is known
const LEVELS = 26;
const LONGEST = 110; // pixels of the arrow where the landscape is steepest
const STEP = 0.05;

/** @param {number} value */
const onStep = (value) => Math.round(value / STEP) * STEP;

/** @param {number} value @param {number[]} range */
const within = (value, [low, high]) => clamp(value, low, high);

const points = /** @type {import("./lib/losses.js").Points} */ (slants);

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => ({
    w: within(state.get("w"), MAP.w),
    b: within(state.get("b"), MAP.b),
    name: losses[state.get("loss")] ? state.get("loss") : "mse",
    delta: clamp(state.get("delta"), 0.1, 3),
  });
  const moveTo = (/** @type {number} */ w, /** @type {number} */ b) =>
    state.set({ w: onStep(within(w, MAP.w)), b: onStep(within(b, MAP.b)) });

  let x = scale([MAP.w[0], MAP.w[1]], [0, 1]);
  let y = scale([MAP.b[0], MAP.b[1]], [1, 0]);
  /** @type {Record<string, string>} */
  let colours = {};
  /** @type {{ key: string, ground: import("./lib/contours.js").Surface, steepest: number, step: number } | undefined} */
  let known;

  const canvas = html("canvas", { "aria-hidden": true });
  const frame = svg("g", { "aria-hidden": true });
  const levels = svg("path", { class: "xf-contour", "aria-hidden": true });
  const here = svg("path", { class: "xf-here", "aria-hidden": true });
  const arrow = svg("path", { class: "xf-downhill", "aria-hidden": true });
  const arrowLabel = svg("text", { class: "xf-halo", "aria-hidden": true }, "−∇J");
  const lowest = svg("path", { d: "M-7 0H7M0 -7V7", class: "xf-lowest", "aria-hidden": true });
  const picture = svg(
    "svg",
    { class: "xf-map", role: "group", "aria-label": "map of the loss over weight and bias" },
    svg("style", {}, SURFACE_CSS),
    frame,
    levels,
    here,
    lowest,
    arrow,
    arrowLabel,
  );
  const point = handle({
    label: "the parameters: left and right change w, up and down change b",
    shape: "xf-model",
    picture,
    min: MAP.w[0],
    max: MAP.w[1],
    onMove: (px, py) => moveTo(x.value(px), y.value(py)),
    onStep: (dx, dy) => moveTo(read().w + dx * STEP, read().b + dy * STEP),
  });
  picture.append(point.element);
  picture.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const [px, py] = positionIn(picture, event);
    const [w, b] = [x.value(px), y.value(py)];
    if (w === within(w, MAP.w) && b === within(b, MAP.b)) moveTo(w, b);
  });

  const kinds = choice({
    legend: "loss J",
    options: Object.entries(losses).map(([name, { label }]) => [name, label]),
    onChange: (name) => state.set({ loss: name }),
  });
  const corner = slider({
    label: "δ",
    name: "delta, where Huber's loss becomes linear",
    min: 0.1,
    max: 3,
    step: 0.1,
    format: (value) => fixed(value, 1),
    onInput: (delta) => state.set({ delta }),
  });
  const data = dataPlot();
  const numbers = html("p", {});
  const note = html("p", { class: "xf-note" });
  const stage = html("div", { class: "xf-stage" }, canvas, picture);
  const element = html(
    "div",
    { class: "xf-columns" },
    stage,
    html(
      "div",
      {},
      kinds.element,
      corner.element,
      data.element,
      html("div", { class: "xf-readout" }, numbers, note),
    ),
  );

  /** @param {number} width */
  function resize(width) {
    const side = Math.min(width, 460) - MARGIN.left - MARGIN.right;
    x = scale([MAP.w[0], MAP.w[1]], [MARGIN.left, MARGIN.left + side]);
    y = scale([MAP.b[0], MAP.b[1]], [MARGIN.top + side, MARGIN.top]);
    const full = {
      width: side + MARGIN.left + MARGIN.right,
      height: side + MARGIN.top + MARGIN.bottom,
    };
    assign(picture, { ...full, viewBox: `0 0 ${full.width} ${full.height}` });
    assign(canvas, { width: SIDE, height: SIDE });
    canvas.style.cssText =
      `left: ${MARGIN.left}px; top: ${MARGIN.top}px; width: ${side}px; height: ${side}px`;
    const domain = (/** @type {number[]} */ [low, high]) =>
      /** @type {[number, number]} */ ([low, high]);
    frame.replaceChildren(
      axes({ x, y, xDomain: domain(MAP.w), yDomain: domain(MAP.b), xStep: 1, yStep: 1, grid: false }),
      svg(
        "text",
        { x: MARGIN.left + side / 2, y: full.height - 6, "text-anchor": "middle" },
        "weight w",
      ),
      svg("text", { x: 4, y: 16 }, "bias b"),
    );
    known = undefined;
  }

  /** Measure the landscape anew where the loss is another one. */
  function ground() {
    const { name, delta } = read();
    const key = name === "huber" ? `huber ${delta}` : name;
    if (known?.key === key) return known;
    let steepest = 0;
    const measured = surface(SIDE, (column, row) => {
      const w = MAP.w[0] + (column / (SIDE - 1)) * (MAP.w[1] - MAP.w[0]);
      const b = MAP.b[0] + (row / (SIDE - 1)) * (MAP.b[1] - MAP.b[0]);
      const { loss, dw, db } = meanLoss(name, points, w, b, delta);
      steepest = Math.max(steepest, Math.hypot(dw, db));
      return loss;
    });
    const step = roundStep(measured.most - measured.least, LEVELS);
    known = { key, ground: measured, steepest, step };
    levels.setAttribute("d", "");
    for (let level = step * Math.ceil(measured.least / step); level < measured.most; level += step) {
      levels.setAttribute("d", levels.getAttribute("d") + pathOf(contour(measured, level)));
    }
    const low = measured.heights.indexOf(measured.least);
    lowest.setAttribute("transform", `translate(${onMap(low % SIDE, Math.floor(low / SIDE))})`);
    return known;
  }

  /** @param {number} column @param {number} row @returns {[number, number]} pixels */
  const onMap = (column, row) => [
    x.pixel(MAP.w[0]) + (column / (SIDE - 1)) * (x.pixel(MAP.w[1]) - x.pixel(MAP.w[0])),
    y.pixel(MAP.b[0]) + (row / (SIDE - 1)) * (y.pixel(MAP.b[1]) - y.pixel(MAP.b[0])),
  ];

  /** @param {[number, number, number, number][]} pieces @returns {string} */
  const pathOf = (pieces) =>
    pieces.map(([x1, y1, x2, y2]) => polyline([onMap(x1, y1), onMap(x2, y2)])).join("");

  function update() {
    const { w, b, name, delta } = read();
    const { ground: measured, steepest, step } = ground();
    shade(canvas, measured, colours);
    const { loss, dw, db } = meanLoss(name, points, w, b, delta);
    here.setAttribute("d", pathOf(contour(measured, loss)));
    const at = [x.pixel(w), y.pixel(b)];
    const reach = LONGEST / steepest;
    const tip = [at[0] - dw * reach, at[1] + db * reach];
    arrow.setAttribute("d", arrowPath(at, tip));
    const away = Math.hypot(dw, db) * reach;
    arrowLabel.style.display = away > 26 ? "" : "none";
    const [ux, uy] = away > 0 ? [(tip[0] - at[0]) / away, (tip[1] - at[1]) / away] : [0, 0];
    assign(arrowLabel, { x: tip[0] + ux * 16 - 14, y: tip[1] + uy * 14 + 5 });
    point.place(
      at[0],
      at[1],
      Number(w.toFixed(2)),
      `w ${fixed(w)}, b ${fixed(b)}: loss ${fixed(loss, 3)}, ` +
        `slopes ${fixed(dw, 3)} and ${fixed(db, 3)}`,
    );
    kinds.show(name);
    corner.show(delta);
    corner.element.hidden = name !== "huber";
    data.show(w, b);
    numbers.innerHTML =
      `w = ${fixed(w)}, b = ${fixed(b)}<br>J = <b data-value="loss">${fixed(loss, 4)}</b><br>` +
      `∂J/∂w = <b data-value="dw">${fixed(dw, 4)}</b><br>` +
      `∂J/∂b = <b data-value="db">${fixed(db, 4)}</b>`;
    note.textContent =
      `From one contour to the next J changes by ${Number(step.toPrecision(1))}. ` +
      "The cross is the lowest point of the map; the thick contour passes through yours.";
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
 * Colour the landscape: the higher the loss, the more of the error's colour.
 * @param {HTMLCanvasElement} canvas
 * @param {import("./lib/contours.js").Surface} ground
 * @param {Record<string, string>} palette
 */
function shade(canvas, { side, heights, least, most }, palette) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, side, side);
  context.fillStyle = palette.error;
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const share = (heights[row * side + column] - least) / (most - least);
      context.globalAlpha = 0.75 * Math.sqrt(share);
      context.fillRect(column, side - 1 - row, 1, 1);
    }
  }
  context.globalAlpha = 1;
}

/** @param {number[]} from @param {number[]} to @returns {string} an arrow */
function arrowPath([x1, y1], [x2, y2]) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (length < 3) return "";
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const head = Math.min(10, length * 0.6);
  const wing = (/** @type {number} */ side) =>
    `${x2 - ux * head - uy * head * 0.6 * side} ${y2 - uy * head + ux * head * 0.6 * side}`;
  return `M${x1} ${y1}L${x2} ${y2}M${wing(1)}L${x2} ${y2}L${wing(-1)}`;
}

/** The data, the line, and its errors. */
function dataPlot() {
  const [width, height] = [320, 224];
  const x = scale([-2.4, 5.4], [30, width - 8]);
  const y = scale([-5, 5], [height - 42, 18]);
  const model = line(0, 0, 0, 0, "xf-fit");
  const errors = svg("path", { class: "xf-errors" });
  const clipName = `xf-clip-${Math.random().toString(36).slice(2)}`;
  const box = { x: 30, y: 18, width: width - 38, height: height - 60 };
  const element = svg(
    "svg",
    { class: "xf-data", viewBox: `0 0 ${width} ${height}`, "aria-hidden": true },
    svg("clipPath", { id: clipName }, svg("rect", box)),
    axes({ x, y, xDomain: [-2.4, 5.4], yDomain: [-5, 5], xStep: 2, yStep: 2, grid: false }),
    svg("g", { "clip-path": `url(#${clipName})` }, errors, model),
    ...points.map(([px, py]) =>
      svg("circle", { cx: x.pixel(px), cy: y.pixel(py), r: 3.2, class: "xf-datum" }),
    ),
    svg(
      "text",
      { x: (30 + width - 8) / 2, y: height - 6, "text-anchor": "middle" },
      "x: lean of the upper half of a one",
    ),
    svg("text", { x: 2, y: 12 }, "y: lean of its lower half, in pixels"),
  );
  return {
    element,
    /** @param {number} w @param {number} b */
    show(w, b) {
      assign(model, {
        x1: x.pixel(-2.4),
        x2: x.pixel(5.4),
        y1: y.pixel(-2.4 * w + b),
        y2: y.pixel(5.4 * w + b),
      });
      errors.setAttribute(
        "d",
        points
          .map(([px, py]) => `M${x.pixel(px)} ${y.pixel(py)}V${y.pixel(w * px + b)}`)
          .join(""),
      );
    },
  };
}

const SURFACE_CSS = `
.xf-map { cursor: crosshair; }
.xf-contour { fill: none; stroke: var(--xf-ink); stroke-width: 1; opacity: 0.45; }
.xf-here { fill: none; stroke: var(--xf-ink); stroke-width: 2.5; }
.xf-lowest { stroke: var(--xf-ink); stroke-width: 2.5; }
.xf-downhill { fill: none; stroke: var(--xf-gradient); stroke-width: 4; stroke-linecap: round;
  stroke-linejoin: round; }
.xf-data { display: block; width: 100%; max-width: 360px; height: auto; margin-top: 6px; }
.xf-fit { stroke: var(--xf-model); stroke-width: 3; }
.xf-errors { stroke: var(--xf-error); stroke-width: 1.5; fill: none; }
.xf-datum { fill: var(--xf-data); }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "A loss as a landscape", defaults, build });
}

export default { render };
