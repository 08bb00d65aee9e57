/** Draws a computational graph: values and gradients on its edges, the busy operation ringed. */

import { assign, svg } from "./dom.js";
import { fixed } from "./format.js";
import { inputsOf, madeOf, operations } from "./graphs.js";
import { line } from "./axes.js";

const RADIUS = 21;
const [COLUMNS, ROWS] = [5, 2]; // the last column and the last row of every graph
const NARROW = 540; // below this width the graph runs from top to bottom

/** @param {number} step @param {number} steps @returns {string} */
export function whereWeAre(step, steps) {
  if (step === 0) return "Start: only the inputs are known";
  if (step <= steps) return `Forward, operation ${step} of ${steps}`;
  if (step === steps + 1) return "Backward begins at the end";
  return `Backward, operation ${step - steps - 1} of ${steps}`;
}

/**
 * @typedef {object} Moment
 * @property {import("./graphs.js").Graph} graph
 * @property {Record<string, number>} values
 * @property {ReturnType<typeof import("./graphs.js").backward>} result
 * @property {number} step @property {number} steps
 * @property {string[]} known nodes that have been computed
 */

/** @param {SVGSVGElement} picture @param {number} width @param {Moment} moment */
export function drawGraph(picture, width, { graph, values, result, step, steps, known }) {
  const narrow = width < NARROW;
  const height = narrow ? 620 : 290;
  assign(picture, {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "aria-label": `graph with ${steps} operations: ${whereWeAre(step, steps)}`,
  });
  /** @type {(at: [number, number]) => [number, number]} */
  const pixel = ([column, row]) =>
    narrow
      ? [52 + (row / ROWS) * (width - 104), 48 + (column / COLUMNS) * (height - 114)]
      : [46 + (column / COLUMNS) * (width - 140), 42 + (row / ROWS) * (height - 84)];
  const places = Object.fromEntries(graph.nodes.map((node) => [node.name, pixel(node.at)]));
  const isKnown = (/** @type {string} */ name) =>
    known.includes(name) || inputsOf(graph).some((node) => node.name === name);
  const messages = result.sent.flat();
  const busy =
    step > steps + 1 ? result.sent[result.sent.length - 1][0].from : known[known.length - 1];
  const way = step > steps ? "xf-backward" : "xf-forward";

  const edges = madeOf(graph).flatMap(({ name, from }) =>
    from.map((source) => {
      const [start, stop] = shortened(places[source], places[name], RADIUS + 2);
      const message = messages.find((each) => each.from === name && each.to === source);
      const group = svg("g", { class: `xf-edge${busy === name ? ` ${way}` : ""}` });
      group.append(line(...start, ...stop, isKnown(source) ? "xf-wire" : "xf-wire xf-idle"));
      group.append(svg("path", { d: tip(start, stop), class: "xf-tip" }));
      const middle = [(start[0] + stop[0]) / 2, (start[1] + stop[1]) / 2];
      const value = isKnown(source) ? values[source] : undefined;
      const upright = Math.abs(stop[0] - start[0]) < 15;
      group.append(...numbers(middle, value, message?.amount, upright));
      return group;
    }),
  );
  const last = madeOf(graph)[steps - 1].name;
  const [x, y] = places[last];
  const beyond = narrow ? [x, y + RADIUS + 20] : [x + RADIUS + 28, y];
  const out = step >= steps ? values[last] : undefined;
  const seed = step > steps ? 1 : undefined;
  const end = svg("g", { class: "xf-edge" }, ...numbers(beyond, out, seed, narrow));

  const nodes = graph.nodes.map(({ name, operation }) => {
    const [cx, cy] = places[name];
    const isBusy = busy === name && (operation ? way : "");
    const group = svg("g", { class: `xf-node ${operation ? "xf-made" : "xf-input"} ${isBusy || ""}` });
    if (operation) {
      group.append(
        svg("circle", { cx, cy, r: RADIUS, class: isKnown(name) ? "" : "xf-idle" }),
        svg(
          "text",
          { x: cx, y: cy + 5, "text-anchor": "middle", class: "xf-sign" },
          operations[operation].sign,
        ),
        // Where the edges leave room: beside the circle, or above it.
        svg(
          "text",
          narrow
            ? { x: cx + RADIUS + 5, y: cy + 5, class: "xf-symbol xf-halo" }
            : { x: cx, y: cy - RADIUS - 6, "text-anchor": "middle", class: "xf-symbol xf-halo" },
          name,
        ),
      );
    } else {
      const side = RADIUS - 3;
      group.append(
        svg("rect", { x: cx - side, y: cy - side, width: 2 * side, height: 2 * side, rx: 6 }),
        svg("text", { x: cx, y: cy + 5, "text-anchor": "middle", class: "xf-symbol" }, name),
      );
      const uses = madeOf(graph).filter((node) => node.from.includes(name)).length;
      const arrived = messages.filter((each) => each.to === name);
      if (uses > 1 && arrived.length) {
        group.append(
          svg(
            "text",
            {
              x: cx,
              y: narrow ? cy - side - 8 : cy + side + 17, // where no edge leaves
              "text-anchor": "middle",
              class: "xf-arrived xf-halo",
            },
            `Σ ${fixed(result.gradients[name])}`,
          ),
        );
      }
    }
    return group;
  });
  picture.replaceChildren(...edges, end, ...nodes);
}

/**
 * A value and a gradient: one above the other, or side by side.
 * @param {number[]} middle @param {number | undefined} value @param {number | undefined} gradient
 * @param {boolean} beside
 */
function numbers([x, y], value, gradient, beside) {
  const parts = [];
  const places = beside
    ? [{ x: x - 7, y: y + 5, "text-anchor": "end" }, { x: x + 7, y: y + 5 }]
    : [{ x, y: y - 5, "text-anchor": "middle" }, { x, y: y + 15, "text-anchor": "middle" }];
  if (value !== undefined) {
    parts.push(svg("text", { ...places[0], class: "xf-number xf-halo" }, fixed(value)));
  }
  if (gradient !== undefined) {
    parts.push(svg("text", { ...places[1], class: "xf-number xf-back xf-halo" }, fixed(gradient)));
  }
  return parts;
}

/**
 * @param {[number, number]} a @param {[number, number]} b @param {number} gap at both ends
 * @returns {[[number, number], [number, number]]}
 */
function shortened([x1, y1], [x2, y2], gap) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  return [
    [x1 + ux * gap, y1 + uy * gap],
    [x2 - ux * gap, y2 - uy * gap],
  ];
}

/** @param {number[]} start @param {number[]} stop @returns {string} the head of an arrow */
function tip([x1, y1], [x2, y2]) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  const wing = (/** @type {number} */ side) =>
    `${x2 - ux * 8 - uy * 4 * side} ${y2 - uy * 8 + ux * 4 * side}`;
  return `M${wing(1)}L${x2} ${y2}L${wing(-1)}`;
}

export const graphCss = `
.xf-wire { stroke: var(--xf-muted); stroke-width: 1.6; }
.xf-wire.xf-idle { stroke-dasharray: 3 5; }
.xf-tip { fill: none; stroke: var(--xf-muted); stroke-width: 1.6; }
.xf-edge.xf-forward .xf-wire, .xf-edge.xf-forward .xf-tip { stroke: var(--xf-model);
  stroke-width: 2.6; }
.xf-edge.xf-backward .xf-wire, .xf-edge.xf-backward .xf-tip { stroke: var(--xf-gradient);
  stroke-width: 2.6; }
.xf-node circle { fill: var(--xf-surface); stroke: var(--xf-ink); stroke-width: 1.8; }
.xf-node circle.xf-idle { stroke-dasharray: 3 4; stroke: var(--xf-muted); }
.xf-node rect { fill: var(--xf-panel); stroke: var(--xf-data); stroke-width: 2; }
.xf-node.xf-forward circle { stroke: var(--xf-model); stroke-width: 4; }
.xf-node.xf-backward circle { stroke: var(--xf-gradient); stroke-width: 4; }
.xf svg .xf-number { font-size: 14px; font-variant-numeric: tabular-nums; }
.xf svg .xf-back, .xf svg .xf-arrived { fill: var(--xf-gradient); font-weight: 650;
  font-size: 14px; }
.xf svg .xf-node .xf-sign { font-size: 14px; }
`;
