/** How good predicted prices are: pure functions, tested against NumPy. */

/** @param {number[]} values @returns {number} */
export const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;

/** @param {number[]} values @returns {number} */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** @param {number[]} prediction @param {number[]} price @returns {number} */
export function rSquared(prediction, price) {
  const middle = mean(price);
  const square = (/** @type {number} */ value) => value * value;
  const residual = price.reduce((sum, each, i) => sum + square(each - prediction[i]), 0);
  return 1 - residual / price.reduce((sum, each) => sum + square(each - middle), 0);
}

/** @param {number[]} prediction @param {number[]} price @returns {number[]} 0.1: 10 % too high */
export const relativeErrors = (prediction, price) =>
  prediction.map((each, i) => each / price[i] - 1);

/**
 * @param {[number, number][]} places pixels
 * @param {number} x @param {number} y
 * @returns {number} which place is nearest
 */
export function nearest(places, x, y) {
  let [best, least] = [0, Infinity];
  places.forEach(([px, py], i) => {
    const distance = (px - x) ** 2 + (py - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}
