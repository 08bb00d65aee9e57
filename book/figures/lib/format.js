/** Numbers as the book writes them. */

/**
 * @param {number} value
 * @param {number} [digits] after the point
 * @returns {string} with a real minus sign, and never "−0.00"
 */
export function fixed(value, digits = 2) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** @param {number} value @param {number} [digits] @returns {string} in brackets if negative */
export function factor(value, digits = 2) {
  const text = fixed(value, digits);
  return text.startsWith("−") ? `(${text})` : text;
}

/** @param {number} value @returns {string} 12,730 */
export const whole = (value) => value.toLocaleString("en-US");

/** @param {number} value @param {number} low @param {number} high @returns {number} */
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
