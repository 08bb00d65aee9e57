/**
 * A computational graph that is run one operation at a time: forward with values on every edge, then
 * backward with gradients. The inputs can be changed.
 */

import { backward, forward, graphs, inputsOf, madeOf, operations } from "./lib/graphs.js";
import { choice, slider } from "./lib/controls.js";
import { clamp, factor, fixed } from "./lib/format.js";
import { assign, html, svg } from "./lib/dom.js";
import { line } from "./lib/axes.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "graph": "neuron",
  "step": 5,
  "first": 2,
  "second": 1.5,
  "third": -1,
  "fourth": 0.5
};

const INPUTS = ["first", "second", "third", "fourth"];
const REACH = 3;
const NUDGE = 1e-4;
const RADIUS = 21;
const [COLUMNS, ROWS] = [5, 2]; // the last column and the last row of every graph
const NARROW = 540; // below this width the graph runs from top to bottom

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => {
    const graph = graphs[state.get("graph")] ?? graphs.neuron;
    const steps = madeOf(graph).length;
    const inputs = inputsOf(graph).map((_, i) => clamp(state.get(INPUTS[i]), -REACH, REACH));
    return {
      graph,
      inputs,
      steps,
      step: clamp(Math.round(state.get("step")), 0, 2 * steps + 1),
    };
  };
  let width = 0;
  const picture = svg("svg", { role: "img", class: "xf-graph" });
  const kinds = choice({
    legend: "graph",
    options: Object.entries(graphs).map(([name, { label }]) => [name, label]),
    onChange: (name) => {
      const { start } = graphs[name];
      const inputs = Object.fromEntries(start.map((value, i) => [INPUTS[i], value]));
      state.set({ graph: name, step: madeOf(graphs[name]).length, ...inputs });
    },
  });
  const go = (/** @type {number} */ by) => {
    const { step, steps } = read();
    state.set({ step: clamp(step + by, 0, 2 * steps + 1) });
  };
  const back = html("button", { type: "button", class: "xf-button" }, "← back");
  const next = html("button", { type: "button", class: "xf-button xf-main" }, "next step →");
  back.addEventListener("click", () => go(-1));
  next.addEventListener("click", () => go(1));
  const place = html("input", { type: "range", min: 0, step: 1, "aria-label": "step" });
  place.addEventListener("input", () => state.set({ step: place.valueAsNumber }));
  const sliders = INPUTS.map((key) => ({
    key,
    control: slider({
      label: key,
      min: -REACH,
      max: REACH,
      step: 0.25,
      format: fixed,
      onInput: (value) => state.set({ [key]: value }),
    }),
  }));
  const title = html("p", { class: "xf-title" });
  const work = html("div", { class: "xf-work" });
  const rows = html("tbody");
  const stage = html("div", { class: "xf-stage" }, picture);
  const element = html(
    "div",
    {},
    html("style", {}, GRAPH_CSS),
    kinds.element,
    stage,
    html("div", { class: "xf-steps" }, back, place, next),
    html(
      "div",
      { class: "xf-columns" },
      html("div", { class: "xf-readout", "aria-live": "polite" }, title, work),
      html(
        "div",
        {},
        ...sliders.map((each) => each.control.element),
        html("table", { class: "xf-checked" }, html("thead", {}, headings()), rows),
      ),
    ),
  );

  function update() {
    const { graph, inputs, steps, step } = read();
    const values = forward(graph, inputs);
    const result = backward(graph, values, Math.max(0, step - steps - 1));
    const known = madeOf(graph).slice(0, step);
    draw(picture, width, { graph, values, result, step, steps, known: known.map((n) => n.name) });
    kinds.show(state.get("graph"));
    assign(place, { max: 2 * steps + 1 });
    place.value = String(step);
    const now = whereWeAre(step, steps);
    place.setAttribute("aria-valuetext", now);
    back.disabled = step === 0;
    next.disabled = step === 2 * steps + 1;

    title.textContent = now;
    work.innerHTML = explain(graph, values, result, step, steps);
    const names = inputsOf(graph).map((node) => node.name);
    sliders.forEach(({ control }, i) => {
      control.element.hidden = i >= names.length;
      if (i >= names.length) return;
      control.show(inputs[i]);
      /** @type {HTMLElement} */ (control.element.querySelector(".xf-label")).textContent = names[i];
      control.element.querySelector("input").setAttribute("aria-label", `input ${names[i]}`);
    });
    const done = step === 2 * steps + 1;
    rows.replaceChildren(
      ...names.map((name, i) => {
        const arrived = done ? (result.gradients[name] ?? 0) : undefined;
        const measured = done ? slopeOf(graph, inputs, i) : undefined;
        return html(
          "tr",
          {},
          html("th", { scope: "row" }, `∂J/∂${name}`),
          html("td", { "data-value": `gradient-${name}` }, show(arrived)),
          html("td", { "data-value": `measured-${name}` }, show(measured)),
        );
      }),
    );
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

function headings() {
  return html(
    "tr",
    {},
    html("th", { scope: "col" }, ""),
    html("th", { scope: "col" }, "by backpropagation"),
    html("th", { scope: "col" }, "measured"),
  );
}

/** @param {number | undefined} value @returns {string} */
const show = (value) => (value === undefined ? "…" : fixed(value));

/** @param {number} step @param {number} steps @returns {string} */
function whereWeAre(step, steps) {
  if (step === 0) return "Start: only the inputs are known";
  if (step <= steps) return `Forward, operation ${step} of ${steps}`;
  if (step === steps + 1) return "Backward begins at the end";
  return `Backward, operation ${step - steps - 1} of ${steps}`;
}

/**
 * Nudge one input to both sides and see how fast J moves.
 * @param {import("./lib/graphs.js").Graph} graph @param {number[]} inputs @param {number} which
 */
function slopeOf(graph, inputs, which) {
  const [ahead, behind] = [NUDGE, -NUDGE].map((by) => {
    const moved = inputs.map((value, i) => value + (i === which ? by : 0));
    return forward(graph, moved).J;
  });
  return (ahead - behind) / (2 * NUDGE);
}

/**
 * @param {import("./lib/graphs.js").Graph} graph
 * @param {Record<string, number>} values
 * @param {ReturnType<typeof backward>} result
 * @param {number} step @param {number} steps
 * @returns {string} HTML: what happens in this step
 */
function explain(graph, values, { gradients, sent }, step, steps) {
  const v = (/** @type {string} */ name) => `<i>${name}</i>`;
  if (step === 0) return "<p>Step forward: each circle computes its number from those before it.</p>";
  if (step <= steps) {
    const { name, operation, from } = madeOf(graph)[step - 1];
    const { sign } = operations[/** @type {string} */ (operation)];
    const write = (/** @type {string[]} */ parts) =>
      operation === "square"
        ? `${parts[0]}²`
        : parts.length === 2 && sign !== "max"
          ? parts.join(` ${sign} `)
          : `${sign}(${parts.map((each) => each.replace(/^\((.*)\)$/, "$1")).join(", ")})`;
    const numbers = from.map((each, i) =>
      i || operation === "square" ? factor(values[each]) : fixed(values[each]),
    );
    return (
      `<p>${v(name)} = ${write(from.map(v))}<br>` +
      `&nbsp;&nbsp;= ${write(numbers)} <span class="xf-result">= <b>${fixed(values[name])}</b></span></p>`
    );
  }
  if (step === steps + 1) {
    return "<p>If <i>J</i> grows by one, <i>J</i> grows by one: ∂J/∂J = <b>1</b>.</p>";
  }
  const messages = sent[sent.length - 1];
  const { from } = messages[0];
  const upstream = gradients[from];
  const lines = messages.map(({ to, slope, amount, rule }) => {
    const named = rule === fixed(slope, 0) ? "" : ` (${rule})`;
    const before = gradients[to] - amount;
    const isSecond = sent.slice(0, -1).some((all) => all.some((each) => each.to === to));
    const total = isSecond
      ? `<br>&nbsp;&nbsp;with what has come before: ${fixed(before)} + ${factor(amount)} = <b>${fixed(gradients[to])}</b>`
      : "";
    return (
      `<li>to ${v(to)}: ${fixed(upstream)} · ${factor(slope)}${named} ` +
      `<span class="xf-result">= <b>${fixed(amount)}</b></span>${total}</li>`
    );
  });
  return (
    `<p>∂J/∂${v(from)} = ${fixed(upstream)} has arrived. ` +
    `Times the local slope, it goes on:</p><ul>${lines.join("")}</ul>`
  );
}

/**
 * @typedef {object} Moment
 * @property {import("./lib/graphs.js").Graph} graph
 * @property {Record<string, number>} values
 * @property {ReturnType<typeof backward>} result
 * @property {number} step @property {number} steps
 * @property {string[]} known nodes that have been computed
 */

/** @param {SVGSVGElement} picture @param {number} width @param {Moment} moment */
function draw(picture, width, { graph, values, result, step, steps, known }) {
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

const GRAPH_CSS = `
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
.xf .xf-slider .xf-label, .xf .xf-checked th[scope="row"] { font-style: italic; }
.xf-steps { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 12px;
  align-items: center; margin: 4px 0 10px; }
.xf-button { min-height: 44px; min-width: 44px; padding: 0 14px; border-radius: 8px;
  border: 1px solid var(--xf-muted); background: var(--xf-surface); color: var(--xf-ink);
  font: inherit; cursor: pointer; }
.xf-button.xf-main { background: var(--xf-ink); color: var(--xf-surface);
  border-color: var(--xf-ink); }
.xf-button:disabled { opacity: 0.45; cursor: default; }
.xf-button:focus-visible { outline: 3px solid var(--xf-data); outline-offset: 2px; }
.xf-title { font-weight: 650; }
.xf-work { min-height: 7.2em; }
.xf-work ul { margin: 4px 0 0; padding-left: 1.2em; }
.xf-work li { margin: 2px 0; line-height: 1.6; }
.xf .xf-checked { width: 100%; border-collapse: collapse; margin: 8px 0 0; font-size: 14px;
  background: none; display: table; }
.xf .xf-checked th, .xf .xf-checked td { padding: 5px 0 5px 8px; border: 0; background: none;
  border-top: 1px solid var(--xf-grid); text-align: right; font-weight: normal; color: inherit; }
.xf .xf-checked th:first-child { text-align: left; padding-left: 0; }
.xf .xf-checked thead th { border-top: 0; color: var(--xf-muted); font-size: 13px; }
.xf .xf-checked td:nth-child(2) { color: var(--xf-gradient); font-weight: 650; }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "A computational graph, step by step", defaults, build });
}

export default { render };
