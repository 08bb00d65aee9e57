/**
 * Fifty real digits run through ten layers with random weights: a histogram of what comes out of
 * each layer, and its root mean square on a logarithmic axis.
 */

import { DEPTH, bends, histogram, layerOutputs, rms, rules } from "./lib/signal.js";
import { choice, slider } from "./lib/controls.js";
import { clamp, fixed } from "./lib/format.js";
import { line, polyline, scale } from "./lib/axes.js";
import { assign, html, svg } from "./lib/dom.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "activation": "relu",
  "rule": "fixed",
  "factor": 1
};

const ROW = 36;
const TOP = 34;
const FOOT = 24;
const BAR = 26; // height of the tallest bar
const BINS = 40;
const LABEL = 52;
const LEAST = 1e-12;
const MOST = 1e6;
/** @type {Record<string, [number, number]>} what the histograms show of each activation */
const RANGES = { relu: [-3, 3], tanh: [-1, 1] };
const SATURATED = 0.97;

/** @param {number} value @returns {string} 0.71, 0.00012 as 1.2 · 10⁻⁴ */
function size(value) {
  if (value === 0) return "0";
  const power = Math.floor(Math.log10(value));
  if (power >= -2 && power < 3) return fixed(value, Math.max(0, 2 - Math.max(power, 0)));
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const raised = String(Math.abs(power)).replace(/\d/g, (digit) => digits[Number(digit)]);
  return `${fixed(value / 10 ** power, 1)}\u00a0·\u00a010${power < 0 ? "⁻" : ""}${raised}`;
}

/** @param {number} share */
const percent = (share) => `${fixed(100 * share, 0)}%`;

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => {
    const activation = state.get("activation") in bends ? state.get("activation") : "relu";
    const rule = state.get("rule") in rules ? state.get("rule") : "fixed";
    return { activation, rule, factor: clamp(state.get("factor"), 0.25, 4) };
  };
  let bars = scale([-1, 1], [LABEL, 200]);
  let sizes = scale([Math.log10(LEAST), Math.log10(MOST)], [220, 320]);
  let full = 330;
  const height = TOP + (DEPTH + 1) * ROW + FOOT;
  const drawing = svg("g", {});
  const picture = svg("svg", { role: "img" }, svg("style", {}, HISTOGRAM_CSS), drawing);
  const stage = html("div", { class: "xf-stage" }, picture);
  const kinds = choice({
    legend: "activation",
    options: Object.entries(bends).map(([name, { label }]) => [name, label]),
    onChange: (activation) => state.set({ activation }),
  });
  const spreads = choice({
    legend: "standard deviation of the weights",
    options: Object.entries(rules).map(([name, { label }]) => [name, label]),
    onChange: (rule) => state.set({ rule }),
  });
  const times = slider({
    label: "times",
    name: "factor on the standard deviation of the weights",
    min: -2,
    max: 2,
    step: 0.05,
    format: (power) => fixed(2 ** power),
    onInput: (power) => state.set({ factor: 2 ** power }),
  });
  const words = html("p", { "aria-live": "polite" });
  const element = html(
    "div",
    { class: "xf-columns" },
    stage,
    html(
      "div",
      {},
      kinds.element,
      spreads.element,
      times.element,
      html("div", { class: "xf-readout" }, words),
    ),
  );

  /** @param {number} width */
  function resize(width) {
    full = Math.min(width, 520);
    const middle = LABEL + (full - LABEL) * 0.56;
    bars = scale([-1, 1], [LABEL, middle]);
    sizes = scale([Math.log10(LEAST), Math.log10(MOST)], [middle + 34, full - 16]);
    assign(picture, { width: full, height, viewBox: `0 0 ${full} ${height}` });
  }

  /** @param {number} layer @returns {number} */
  const floor = (layer) => TOP + layer * ROW + ROW - 5;

  /**
   * @param {Float64Array} values
   * @param {number} layer 0: the inputs
   * @param {[number, number]} range
   * @param {string} activation
   */
  function row(values, layer, [low, high], activation) {
    const { shares, zeros, below, above } = histogram(values, low, high, BINS);
    const y = floor(layer);
    const x = scale([low, high], [bars.pixel(-1), bars.pixel(1)]);
    const width = (high - low) / BINS;
    const tallest = Math.max(...shares, 0.02);
    const path = Array.from(shares, (share, bin) => {
      const [from, to] = [x.pixel(low + bin * width), x.pixel(low + (bin + 1) * width)];
      const top = y - (BAR * share) / tallest;
      return share > 0 ? `M${from.toFixed(1)} ${y}V${top.toFixed(1)}H${to.toFixed(1)}V${y}Z` : "";
    }).join("");
    const parts = [
      svg("text", { x: 0, y: y - 4 }, layer === 0 ? "digits" : `layer ${layer}`),
      line(x.pixel(low), y, x.pixel(high), y, "xf-zero"),
      svg("path", { d: path, class: layer === 0 ? "xf-bars xf-input" : "xf-bars" }),
    ];
    if (layer === 0 && activation !== "relu") {
      parts.push(svg("text", { x: x.pixel(high), y: y - 15, class: "xf-aside xf-beyond" }, "−3 to 3"));
    }
    if (layer > 0 && zeros > 0) {
      parts.push(svg("text", { x: x.pixel(low), y: y - 4, class: "xf-aside" }, `${percent(zeros)} are 0`));
    }
    if (layer > 0 && above + below > 0.005) {
      parts.push(
        svg("text", { x: x.pixel(high), y: y - 15, class: "xf-aside xf-beyond" }, `${percent(above + below)} beyond →`),
      );
    }
    return parts;
  }

  function update() {
    const { activation, rule, factor } = read();
    const outputs = layerOutputs(activation, rule, factor);
    const range = RANGES[activation];
    const strengths = outputs.map(rms);
    const at = strengths.map((strength) => {
      const shown = clamp(Math.log10(Math.max(strength, LEAST)), Math.log10(LEAST), Math.log10(MOST));
      return sizes.pixel(shown);
    });
    const middle = (/** @type {number} */ layer) => floor(layer) - ROW / 2 + 5;
    const bottom = floor(DEPTH) + 4;
    const room = sizes.pixel(6) - sizes.pixel(-12);
    const grid = (room < 110 ? [-12, 0] : [-12, -6, 0, 6]).flatMap((power) => [
      line(sizes.pixel(power), TOP, sizes.pixel(power), bottom, power ? "xf-grid" : "xf-zero"),
      svg(
        "text",
        { x: sizes.pixel(power), y: bottom + 16, "text-anchor": "middle", class: "xf-aside" },
        { "-12": "10⁻¹²", "-6": "10⁻⁶", "0": "1", "6": "10⁶" }[String(power)] ?? "",
      ),
    ]);
    const [low, high] = range;
    const ends = [low, 0, high].map((value) =>
      svg(
        "text",
        {
          x: scale(range, [bars.pixel(-1), bars.pixel(1)]).pixel(value),
          y: bottom + 16,
          "text-anchor": "middle",
          class: "xf-aside",
        },
        fixed(value, 0),
      ),
    );
    drawing.replaceChildren(
      svg("text", { x: bars.pixel(0), y: 16, "text-anchor": "middle" }, "what comes out"),
      svg("text", { x: sizes.pixel(0), y: 16, "text-anchor": "middle" }, "its size (rms)"),
      ...grid,
      ...ends,
      ...outputs.flatMap((values, layer) => row(values, layer, layer === 0 ? [-3, 3] : range, activation)),
      svg("path", { d: polyline(at.map((x, layer) => [x, middle(layer)])), class: "xf-trace" }),
      ...at.map((x, layer) =>
        svg("circle", { cx: x, cy: middle(layer), r: 4, class: layer === 0 ? "xf-dot xf-input" : "xf-dot" }),
      ),
    );
    const last = outputs[DEPTH];
    const stuck = last.filter((value) => Math.abs(value) > SATURATED).length / last.length;
    const growth = (strengths[DEPTH] / strengths[1]) ** (1 / (DEPTH - 1));
    const sentences = [
      `Size after layer 1: <b data-value="first">${size(strengths[1])}</b>, ` +
        `after layer 10: <b data-value="last">${size(strengths[DEPTH])}</b>`,
      `From layer to layer: times <b data-value="growth">${fixed(growth)}</b> on average`,
    ];
    if (activation === "tanh") {
      sentences.push(`Layer 10: <b data-value="stuck">${percent(stuck)}</b> beyond ±${SATURATED}, saturated`);
    }
    words.innerHTML = sentences.join("<br>");
    assign(picture, {
      "aria-label": `Histograms of ten layers, ${bends[activation].label}, ${rules[rule].label} times ${fixed(factor)}: size ${size(strengths[1])} after layer 1, ${size(strengths[DEPTH])} after layer 10.`,
    });
    kinds.show(activation);
    spreads.show(rule);
    times.show(Math.log2(factor));
  }

  return { element, stage, resize, update };
}

const HISTOGRAM_CSS = `
.xf-bars { fill: var(--xf-model); }
.xf-bars.xf-input, .xf-dot.xf-input { fill: var(--xf-data); }
.xf-dot { fill: var(--xf-model); stroke: var(--xf-surface); stroke-width: 1; }
.xf-trace { fill: none; stroke: var(--xf-model); stroke-width: 2; }
.xf svg text.xf-aside { font-size: 11.5px; fill: var(--xf-muted); }
.xf svg text.xf-beyond { text-anchor: end; }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "Activations of ten layers with random weights", defaults, build });
}

export default { render };
