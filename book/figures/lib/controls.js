/** Sliders and choices beside a picture: native inputs, so that keys and screen readers work. */

import { html } from "./dom.js";

let serial = 0;

/**
 * @param {object} options
 * @param {string} options.label
 * @param {string} [options.name] for screen readers, if the label is a symbol
 * @param {number} options.min
 * @param {number} options.max
 * @param {number} options.step
 * @param {(value: number) => string} options.format
 * @param {(value: number) => void} options.onInput
 */
export function slider({ label, name = label, min, max, step, format, onInput }) {
  const input = html("input", { type: "range", min, max, step, "aria-label": name });
  const value = html("span", { class: "xf-value", "aria-hidden": true });
  input.addEventListener("input", () => onInput(input.valueAsNumber));
  const element = html(
    "label",
    { class: "xf-slider" },
    html("span", { class: "xf-label", "aria-hidden": true }, label),
    input,
    value,
  );
  return {
    element,
    /** @param {number} number */
    show(number) {
      input.value = String(number);
      value.textContent = format(number);
      input.setAttribute("aria-valuetext", format(number));
    },
  };
}

/**
 * @param {object} options
 * @param {string} options.legend
 * @param {[string, string][]} options.options value and label
 * @param {(value: string) => void} options.onChange
 */
export function choice({ legend, options, onChange }) {
  serial += 1;
  const name = `xf-choice-${serial}-${Math.random().toString(36).slice(2)}`;
  const inputs = options.map(([value, label]) => {
    const input = html("input", { type: "radio", name, value });
    input.addEventListener("change", () => onChange(value));
    const element = html("label", { class: "xf-option" }, input, html("span", {}, label));
    return { input, element };
  });
  const element = html(
    "fieldset",
    { class: "xf-choice" },
    html("legend", {}, legend),
    html("div", { class: "xf-options" }, ...inputs.map((each) => each.element)),
  );
  return {
    element,
    /** @param {string} value */
    show(value) {
      for (const { input } of inputs) input.checked = input.value === value;
    },
  };
}
