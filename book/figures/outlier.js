/**
 * One wild point among real data, and the three lines that fit best: by squared error, by absolute
 * error, by Huber's loss. The reader moves the point.
 */

import { fitLine, losses, shareOfPull } from "./lib/losses.js";
import { axes, line, polyline, scale, ticks } from "./lib/axes.js";
import { slider } from "./lib/controls.js";
import { clamp, fixed } from "./lib/format.js";
import { handle, positionIn } from "./lib/handles.js";
import { assign, html, svg } from "./lib/dom.js";
import { slants } from "./lib/slants.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "x": 4,
  "y": -2.5,
  "delta": 0.5
};

const PLANE = { x: [-3, 6], y: [-5, 10] };
const MARGIN = { left: 34, right: 12, top: 28, bottom: 42 };
const HEIGHT = 400;
const STEP = 0.1;
const NAMES = ["mse", "mae", "huber"];

/** @param {number} value */
const tenth = (value) => Math.round(value * 10) / 10;

/** @param {number} value @param {number[]} range */
const within = (value, [low, high]) => clamp(value, low, high);

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => ({
    wild: /** @type {[number, number]} */ ([
      within(state.get("x"), PLANE.x),
      within(state.get("y"), PLANE.y),
    ]),
    delta: clamp(state.get("delta"), 0.1, 10),
  });
  const moveTo = (/** @type {number} */ px, /** @type {number} */ py) =>
    state.set({ x: tenth(within(px, PLANE.x)), y: tenth(within(py, PLANE.y)) });

  let x = scale([PLANE.x[0], PLANE.x[1]], [0, 1]);
  let y = scale([PLANE.y[0], PLANE.y[1]], [1, 0]);
  const frame = svg("g", { "aria-hidden": true });
  const dots = svg("g", { "aria-hidden": true });
  const clip = svg("rect");
  const clipName = `xf-clip-${Math.random().toString(36).slice(2)}`;
  const lines = NAMES.map((name) => line(0, 0, 0, 0, `xf-fit xf-${name}`));
  const picture = svg(
    "svg",
    { class: "xf-scatter", role: "group", "aria-label": "data, a wild point and three lines" },
    svg("style", {}, OUTLIER_CSS),
    svg("clipPath", { id: clipName }, clip),
    frame,
    dots,
    svg("g", { "clip-path": `url(#${clipName})`, "aria-hidden": true }, ...lines),
  );
  const point = handle({
    label: "the wild point",
    shape: "xf-wild",
    mark: svg("path", { d: "M0 -10L10 0L0 10L-10 0Z", class: "xf-mark" }),
    picture,
    min: PLANE.y[0],
    max: PLANE.y[1],
    onMove: (px, py) => moveTo(x.value(px), y.value(py)),
    onStep: (dx, dy) => moveTo(read().wild[0] + dx * STEP, read().wild[1] + dy * STEP),
  });
  picture.append(point.element);
  picture.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const [px, py] = positionIn(picture, event);
    const at = [x.value(px), y.value(py)];
    if (at[0] === within(at[0], PLANE.x) && at[1] === within(at[1], PLANE.y)) moveTo(at[0], at[1]);
  });

  const corner = slider({
    label: "δ",
    name: "delta, where Huber's loss becomes linear",
    min: 0.1,
    max: 10,
    step: 0.1,
    format: (value) => fixed(value, 1),
    onInput: (delta) => state.set({ delta: tenth(delta) }),
  });
  const curves = lossCurves();
  const rows = NAMES.map((name) => {
    const cells = ["slope", "error", "pull"].map((what) =>
      html("td", { "data-value": `${name}-${what}` }),
    );
    const key = svg(
      "svg",
      { width: 34, height: 12, "aria-hidden": true },
      line(2, 6, 32, 6, `xf-fit xf-${name}`),
    );
    const head = html("th", { scope: "row" }, key, ` ${losses[name].label}`);
    return { cells, element: html("tr", {}, head, ...cells) };
  });
  const heads = ["loss", "slope of the line", "error of the point", "its share of the pull"];
  const table = html(
    "table",
    { class: "xf-lines" },
    html("thead", {}, html("tr", {}, ...heads.map((each) => html("th", { scope: "col" }, each)))),
    html("tbody", {}, ...rows.map((each) => each.element)),
  );
  const stage = html("div", { class: "xf-stage" }, picture);
  const element = html(
    "div",
    { class: "xf-columns" },
    stage,
    html("div", {}, corner.element, curves.element, html("div", { class: "xf-readout" }, table)),
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
      axes({
        x,
        y,
        xDomain: [PLANE.x[0], PLANE.x[1]],
        yDomain: [PLANE.y[0], PLANE.y[1]],
        xStep: 2,
        yStep: 5,
      }),
      svg(
        "text",
        { x: (MARGIN.left + full - MARGIN.right) / 2, y: HEIGHT - 6, "text-anchor": "middle" },
        "lean of the upper half of a one, in pixels",
      ),
      svg("text", { x: 4, y: 16 }, "lean of its lower half"),
    );
    dots.replaceChildren(
      ...slants.map(([px, py]) =>
        svg("circle", { cx: x.pixel(px), cy: y.pixel(py), r: 4, class: "xf-datum" }),
      ),
    );
  }

  function update() {
    const { wild, delta } = read();
    const points = /** @type {import("./lib/losses.js").Points} */ ([...slants, wild]);
    const last = points.length - 1;
    /** @type {number[]} */
    const errors = [];
    NAMES.forEach((name, i) => {
      const [w, b] = fitLine(name, points, delta);
      const [left, right] = PLANE.x;
      assign(lines[i], {
        x1: x.pixel(left),
        y1: y.pixel(w * left + b),
        x2: x.pixel(right),
        y2: y.pixel(w * right + b),
      });
      const error = w * wild[0] + b - wild[1];
      errors.push(error);
      const [slopeCell, errorCell, pullCell] = rows[i].cells;
      slopeCell.textContent = fixed(w);
      errorCell.textContent = fixed(error);
      const share = shareOfPull(name, points, last, w, b, delta);
      pullCell.textContent = `${fixed(100 * share, 0)}%`;
    });
    point.place(
      x.pixel(wild[0]),
      y.pixel(wild[1]),
      wild[1],
      `x ${fixed(wild[0], 1)}, y ${fixed(wild[1], 1)}: slope of the line ` +
        NAMES.map((name, i) => `${losses[name].label} ${rows[i].cells[0].textContent}`).join(", "),
    );
    corner.show(delta);
    curves.show(errors, delta);
  }

  return { element, stage, resize, update };
}

/** What one error costs by each loss; a dot where the wild point is. */
function lossCurves() {
  const [width, height] = [320, 190];
  const reach = 14;
  const x = scale([-reach, reach], [26, width - 8]);
  const y = scale([0, 20], [height - 36, 24]);
  const paths = NAMES.map((name) => svg("path", { class: `xf-curve xf-${name}` }));
  const dots = NAMES.map(() => svg("circle", { r: 5, class: "xf-dot" }));
  const clipName = `xf-clip-${Math.random().toString(36).slice(2)}`;
  const element = svg(
    "svg",
    { class: "xf-costs", viewBox: `0 0 ${width} ${height}`, "aria-hidden": true },
    svg(
      "clipPath",
      { id: clipName },
      svg("rect", { x: 20, y: 18, width: width - 22, height: height - 48 }),
    ),
    axes({ x, y, xDomain: [-reach, reach], yDomain: [0, 20], xStep: 5, yStep: 10, grid: false }),
    svg("g", { "clip-path": `url(#${clipName})` }, ...paths, ...dots),
    svg("text", { x: 2, y: 12 }, "what one error costs"),
    svg("text", { x: (26 + width - 8) / 2, y: height - 6, "text-anchor": "middle" }, "error"),
  );
  return {
    element,
    /** @param {number[]} errors @param {number} delta */
    show(errors, delta) {
      const samples = ticks(-reach, reach, 0.2);
      NAMES.forEach((name, i) => {
        const cost = (/** @type {number} */ error) => losses[name].value(error, delta);
        paths[i].setAttribute(
          "d",
          polyline(samples.map((each) => [x.pixel(each), y.pixel(Math.min(cost(each), 60))])),
        );
        const error = clamp(errors[i], -reach, reach);
        const high = cost(error);
        const inSight = high <= 20 && error === errors[i];
        assign(dots[i], { cx: x.pixel(error), cy: y.pixel(high) });
        dots[i].style.display = inSight ? "" : "none";
      });
    },
  };
}

const OUTLIER_CSS = `
.xf-scatter { cursor: crosshair; }
.xf-datum { fill: var(--xf-data); opacity: 0.75; }
.xf-fit, .xf-curve { fill: none; stroke: var(--xf-model); stroke-width: 3; stroke-linejoin: round; }
.xf-mse { stroke-dasharray: 10 5; }
.xf-mae { stroke-dasharray: 2 5; stroke-linecap: round; }
.xf-handle.xf-wild .xf-mark { fill: var(--xf-error); }
.xf-dot { fill: var(--xf-error); stroke: var(--xf-ink); stroke-width: 1.5; }
.xf-costs { display: block; width: 100%; max-width: 360px; height: auto; }
.xf-lines { width: 100%; border-collapse: collapse; font-size: 14px; margin: 0; }
.xf-lines th, .xf-lines td { padding: 4px 6px; text-align: right; border: 0; font-weight: normal;
  background: none; color: inherit; }
.xf-lines th:first-child { text-align: left; white-space: nowrap; }
.xf-lines thead th { color: var(--xf-muted); font-size: 12.5px; line-height: 1.25;
  vertical-align: bottom; }
.xf-lines td { font-weight: 650; }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "An outlier and three losses", defaults, build });
}

export default { render };
