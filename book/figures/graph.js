/**
 * A computational graph that is run one operation at a time: forward with values on every edge, then
 * backward with gradients. The inputs can be changed.
 */

import { backward, forward, graphs, inputsOf, madeOf, operations } from "./lib/graphs.js";
import { choice, slider } from "./lib/controls.js";
import { clamp, factor, fixed } from "./lib/format.js";
import { drawGraph, graphCss, whereWeAre } from "./lib/graph_picture.js";
import { assign, html, svg } from "./lib/dom.js";
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
    html("style", {}, graphCss + CONTROLS_CSS),
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
    drawGraph(picture, width, { graph, values, result, step, steps, known: known.map((n) => n.name) });
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

const CONTROLS_CSS = `
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
