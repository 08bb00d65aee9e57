/** Polynomials fitted to the slants of real ones, by least squares with an L2 penalty: tested against NumPy. */

import { slants } from "./slants.js";

export const MOST = 20; // points that may be learned from; the others are held out
export const HIGHEST = 11;
export const PLANE = { x: [-1.5, 5], y: [-6, 4.5] };

/** @type {[number, number][]} */
const points = slants.map(([x, y]) => [x, y]);
export const heldOut = points.slice(MOST);
/** @param {number} count @returns {[number, number][]} */
export const learnedFrom = (count) => points.slice(0, count);

/** @param {number} x @param {number} degree @returns {number[]} Chebyshev polynomials, 0 to degree */
export function features(x, degree) {
  const [low, high] = PLANE.x;
  const t = (2 * x - low - high) / (high - low);
  const row = [1, t];
  while (row.length <= degree) row.push(2 * t * row[row.length - 1] - row[row.length - 2]);
  return row.slice(0, degree + 1);
}

/**
 * Least squares by Householder reflections; below the points stands a row for each penalized weight.
 * @param {[number, number][]} data
 * @param {number} degree
 * @param {number} strength λ: the sum of squares plus λ times the squared weights is made small. The
 *   constant is a bias, and is not penalized.
 * @returns {number[]} weights of the features
 */
export function fit(data, degree, strength) {
  const columns = degree + 1;
  const rows = data.map(([x, y]) => [...features(x, degree), y]);
  for (let k = 1; k < columns && strength > 0; k += 1) {
    const row = new Array(columns + 1).fill(0);
    row[k] = Math.sqrt(strength);
    rows.push(row);
  }
  for (let k = 0; k < columns; k += 1) {
    const v = rows.slice(k).map((row) => row[k]);
    const length = Math.hypot(...v);
    if (length === 0) continue;
    v[0] += v[0] >= 0 ? length : -length;
    const square = v.reduce((sum, each) => sum + each * each, 0);
    for (let j = k; j <= columns; j += 1) {
      const along = v.reduce((sum, each, i) => sum + each * rows[k + i][j], 0);
      v.forEach((each, i) => {
        rows[k + i][j] -= (2 * along * each) / square;
      });
    }
  }
  const weights = new Array(columns).fill(0);
  for (let k = columns - 1; k >= 0; k -= 1) {
    let rest = rows[k][columns];
    for (let j = k + 1; j < columns; j += 1) rest -= rows[k][j] * weights[j];
    weights[k] = rest / rows[k][k];
  }
  return weights;
}

/** @param {number[]} weights @param {number} x */
export const predict = (weights, x) =>
  features(x, weights.length - 1).reduce((sum, each, k) => sum + each * weights[k], 0);

/** @param {number[]} weights @param {[number, number][]} data @returns {number} root of the mean squared error, in pixels */
export const error = (weights, data) =>
  Math.sqrt(data.reduce((sum, [x, y]) => sum + (predict(weights, x) - y) ** 2, 0) / data.length);
