/** Scales and axes of a plot whose unit is the CSS pixel. */

import { fixed } from "./format.js";
import { svg } from "./dom.js";

/**
 * @param {[number, number]} domain
 * @param {[number, number]} range pixels
 */
export function scale([from, to], [start, end]) {
  const perUnit = (end - start) / (to - from);
  return {
    /** @param {number} value */
    pixel: (value) => start + (value - from) * perUnit,
    /** @param {number} pixel */
    value: (pixel) => from + (pixel - start) / perUnit,
  };
}

/** @param {number} low @param {number} high @param {number} step @returns {number[]} */
export function ticks(low, high, step) {
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, index) => (first + index) * step);
}

/** @typedef {ReturnType<typeof scale>} Scale */

/**
 * Grid lines, axes through zero, and numbers along the left and the bottom edge.
 * @param {object} options
 * @param {Scale} options.x
 * @param {Scale} options.y
 * @param {[number, number]} options.xDomain
 * @param {[number, number]} options.yDomain
 * @param {number} options.xStep
 * @param {number} options.yStep
 * @param {number} [options.yDigits]
 * @param {boolean} [options.grid]
 * @returns {SVGGElement}
 */
export function axes({ x, y, xDomain, yDomain, xStep, yStep, yDigits = 0, grid = true }) {
  const [left, right] = xDomain.map(x.pixel);
  const [bottom, top] = yDomain.map(y.pixel);
  const group = svg("g", { class: "xf-axes", "aria-hidden": true });
  for (const value of ticks(...xDomain, xStep)) {
    const at = x.pixel(value);
    if (grid || value === 0) {
      group.append(line(at, bottom, at, top, value === 0 ? "xf-zero" : "xf-grid"));
    }
    group.append(svg("text", { x: at, y: bottom + 16, "text-anchor": "middle" }, fixed(value, 0)));
  }
  for (const value of ticks(...yDomain, yStep)) {
    const at = y.pixel(value);
    if (grid || value === 0) {
      group.append(line(left, at, right, at, value === 0 ? "xf-zero" : "xf-grid"));
    }
    group.append(
      svg("text", { x: left - 7, y: at + 4, "text-anchor": "end" }, fixed(value, yDigits)),
    );
  }
  return group;
}

/**
 * @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2
 * @param {string} name its class
 */
export function line(x1, y1, x2, y2, name) {
  return svg("line", { x1, y1, x2, y2, class: name });
}

/** @param {[number, number][]} points pixels @returns {string} for a path's d */
export function polyline(points) {
  return points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("");
}
