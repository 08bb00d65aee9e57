/** What every figure does: colours, style, size, state, and cleaning up. */

import { followTheme } from "./palette.js";
import { connect } from "./state.js";
import { html } from "./dom.js";
import { css } from "./style.js";

/**
 * @typedef {object} View
 * @property {HTMLElement} element what the figure shows
 * @property {HTMLElement} stage the box whose width the picture follows
 * @property {(width: number) => void} resize lay the picture out anew
 * @property {(colours: Record<string, string>) => void} [recolour] for what CSS cannot colour
 * @property {() => void} update show the state
 */

/**
 * Mount a figure: the body of an AFM module's `render`.
 * @param {object} options
 * @param {import("./state.js").Model} options.model
 * @param {HTMLElement} options.el
 * @param {string} options.label what the figure is, for screen readers
 * @param {Record<string, any>} options.defaults
 * @param {(state: ReturnType<typeof connect>) => View} options.build
 * @returns {() => void} remove the figure and all its listeners
 */
export function mount({ model, el, label, defaults, build }) {
  /** @type {View | undefined} */
  let view;
  const state = connect(model, defaults, () => view?.update());
  view = build(state);
  const shown = view;
  const root = html(
    "div",
    // JupyterLab would take the arrow keys for its own shortcuts.
    { class: "xf", role: "group", "aria-label": label, "data-lm-suppress-shortcuts": "true" },
    html("style", {}, css),
    shown.element,
  );
  el.append(root);

  let width = 0;
  const fit = () => {
    const now = Math.floor(shown.stage.clientWidth);
    if (now === 0 || now === width) return;
    width = now;
    shown.resize(width);
    shown.update();
  };
  const stopTheme = followTheme(root, (colours) => {
    shown.recolour?.(colours);
    if (width) shown.update();
  });
  const observer = new ResizeObserver(fit);
  observer.observe(shown.stage);
  fit();

  return () => {
    observer.disconnect();
    stopTheme();
    state.disconnect();
    root.remove();
  };
}
