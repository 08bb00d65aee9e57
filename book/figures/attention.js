/**
 * Who looks at whom in a sentence that the reader types: the weights of one attention without anything
 * learned. How sharp it is, whether positions count, and whether the future is hidden are the reader's.
 */

import { MOST, weightsOf, wordsOf } from "./lib/attention.js";
import { choice, slider } from "./lib/controls.js";
import { clamp, fixed } from "./lib/format.js";
import { assign, html, svg } from "./lib/dom.js";
import { mount } from "./lib/figure.js";

// A JSON literal on purpose: course/widgets.py reads it too.
export const defaults = {
  "sentence": "the cat sat on the mat because the mat was warm",
  "sharpness": 6,
  "positions": 0,
  "causal": "no",
  "query": 8
};

const TOP = 78;
const SHOWN = 3; // keys that the readout names

/** @param {number} share @returns {string} */
const percent = (share) => `${fixed(100 * share, 0)}%`;

/** @param {string} word @returns {string} short enough for the margin */
const short = (word) => (word.length > 9 ? `${word.slice(0, 8)}…` : word);

/** @param {ReturnType<typeof import("./lib/state.js").connect>} state */
function build(state) {
  const read = () => {
    const typed = wordsOf(String(state.get("sentence")));
    const words = typed.length ? typed : ["…"];
    return {
      words,
      sharpness: clamp(state.get("sharpness"), 0, 20),
      positions: clamp(state.get("positions"), 0, 2),
      causal: state.get("causal") === "yes",
      query: Math.round(clamp(state.get("query"), 1, words.length)) - 1,
    };
  };
  let full = 400;
  const drawing = svg("g", {});
  const picture = svg("svg", { role: "img" }, svg("style", {}, ATTENTION_CSS), drawing);
  const stage = html("div", { class: "xf-stage" }, picture);
  const input = html("input", { type: "text", class: "xf-sentence", maxlength: 120 });
  input.addEventListener("input", () => state.set({ sentence: input.value }));
  const typing = html(
    "label",
    { class: "xf-typing" },
    html("span", { class: "xf-note" }, `a sentence of yours (up to ${MOST} words)`),
    input,
  );
  const sharp = slider({
    label: "sharpness",
    min: 0,
    max: 20,
    step: 0.5,
    format: (value) => fixed(value, 1),
    onInput: (sharpness) => state.set({ sharpness }),
  });
  const place = slider({
    label: "positions",
    min: 0,
    max: 2,
    step: 0.1,
    format: (value) => `× ${fixed(value, 1)}`,
    onInput: (positions) => state.set({ positions }),
  });
  const who = slider({
    label: "query",
    name: "the word that looks",
    min: 1,
    max: MOST,
    step: 1,
    format: (value) => short(read().words[value - 1] ?? ""),
    onInput: (query) => state.set({ query }),
  });
  const hiding = choice({
    legend: "causal mask",
    options: [
      ["no", "no"],
      ["yes", "yes"],
    ],
    onChange: (causal) => state.set({ causal }),
  });
  const words = html("p", { "aria-live": "polite" });
  const element = html(
    "div",
    { class: "xf-columns" },
    html("div", {}, stage),
    html(
      "div",
      {},
      typing,
      who.element,
      sharp.element,
      place.element,
      hiding.element,
      html("div", { class: "xf-readout" }, words),
    ),
  );

  /** @param {number} width */
  function resize(width) {
    full = Math.min(width, 440);
  }

  function update() {
    const now = read();
    const { words: sentence, query, causal } = now;
    const weights = weightsOf(now);
    const side = (full - TOP) / sentence.length;
    const height = full + 4;
    assign(picture, { width: full, height, viewBox: `0 0 ${full} ${height}` });
    const cells = weights.flatMap((row, i) =>
      row.map((weight, j) =>
        svg("rect", {
          x: TOP + j * side,
          y: TOP + i * side,
          width: side - 1,
          height: side - 1,
          class: causal && j > i ? "xf-hidden" : "xf-weight",
          "fill-opacity": causal && j > i ? 1 : fixed(weight, 4),
        }),
      ),
    );
    const names = sentence.flatMap((word, i) => {
      const middle = TOP + (i + 0.5) * side;
      return [
        svg("text", { x: TOP - 7, y: middle + 4, "text-anchor": "end", class: i === query ? "xf-chosen" : "" }, short(word)),
        svg("text", { x: middle + 4, y: TOP - 7, transform: `rotate(-90 ${middle + 4} ${TOP - 7})` }, short(word)),
      ];
    });
    drawing.replaceChildren(
      ...cells,
      ...names,
      svg("rect", {
        x: TOP - 1, y: TOP + query * side - 1, width: full - TOP + 1, height: side + 1, class: "xf-row",
      }),
    );
    const seen = weights[query]
      .map((weight, j) => ({ weight, j }))
      .sort((a, b) => b.weight - a.weight || a.j - b.j)
      .slice(0, SHOWN)
      .filter(({ weight }) => weight > 0);
    const list = seen.map(({ weight, j }) => `${sentence[j]} (word ${j + 1}) ${percent(weight)}`);
    const said = `Word ${query + 1}, ${sentence[query]}, looks most at ${list.join(", ")}.`;
    words.replaceChildren(said);
    assign(picture, { "aria-label": `Attention weights of ${sentence.length} words. ${said}` });
    if (document.activeElement !== input) input.value = String(state.get("sentence"));
    assign(/** @type {Element} */ (who.element.querySelector("input")), { max: sentence.length });
    who.show(query + 1);
    sharp.show(now.sharpness);
    place.show(now.positions);
    hiding.show(causal ? "yes" : "no");
  }

  return { element, stage, resize, update };
}

const ATTENTION_CSS = `
.xf-weight { fill: var(--xf-model); stroke: var(--xf-grid); stroke-width: 0.5; }
.xf-hidden { fill: var(--xf-grid); }
.xf-row { fill: none; stroke: var(--xf-ink); stroke-width: 2; }
.xf svg text.xf-chosen { font-weight: 700; }
.xf-typing { display: block; margin: 0 0 6px; font-weight: normal; }
.xf-sentence { width: 100%; min-height: 44px; padding: 6px 10px; font: inherit; color: var(--xf-ink);
  background: var(--xf-surface); border: 1px solid var(--xf-muted); border-radius: 8px; }
.xf-sentence:focus-visible { outline: 3px solid var(--xf-data); outline-offset: 2px; }
`;

/** @param {{ model: import("./lib/state.js").Model, el: HTMLElement }} context */
function render({ model, el }) {
  return mount({ model, el, label: "Who looks at whom in a sentence", defaults, build });
}

export default { render };
