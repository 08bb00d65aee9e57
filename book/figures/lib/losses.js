/** Three losses of a straight line y = w x + b, their gradients, and the lines that fit best. */

/**
 * @typedef {object} Loss
 * @property {string} label
 * @property {(error: number, delta: number) => number} value what one error costs
 * @property {(error: number, delta: number) => number} slope and how fast that grows with it
 */

/** @type {Record<string, Loss>} */
export const losses = {
  mse: {
    label: "MSE",
    value: (error) => error * error,
    slope: (error) => 2 * error,
  },
  mae: {
    label: "MAE",
    value: (error) => Math.abs(error),
    slope: (error) => Math.sign(error),
  },
  huber: {
    label: "Huber",
    value: (error, delta) => {
      const inner = Math.min(Math.abs(error), delta);
      return inner * (Math.abs(error) - inner / 2);
    },
    slope: (error, delta) => Math.min(delta, Math.max(-delta, error)),
  },
};

/** @typedef {[number, number][]} Points */

/**
 * @param {string} name of the loss
 * @param {Points} points
 * @param {number} w @param {number} b
 * @param {number} delta
 */
export function meanLoss(name, points, w, b, delta) {
  const { value, slope } = losses[name];
  let [total, dw, db] = [0, 0, 0];
  for (const [x, y] of points) {
    const error = w * x + b - y;
    const push = slope(error, delta);
    total += value(error, delta);
    dw += push * x;
    db += push;
  }
  const n = points.length;
  return { loss: total / n, dw: dw / n, db: db / n };
}

/**
 * Least squares, each point with a weight of its own.
 * @param {Points} points @param {number[]} weights
 * @returns {[number, number]} w and b
 */
function weightedLine(points, weights) {
  let [sum, sx, sy] = [0, 0, 0];
  points.forEach(([x, y], i) => {
    sum += weights[i];
    sx += weights[i] * x;
    sy += weights[i] * y;
  });
  const [mx, my] = [sx / sum, sy / sum];
  let [sxx, sxy] = [0, 0];
  points.forEach(([x, y], i) => {
    sxx += weights[i] * (x - mx) ** 2;
    sxy += weights[i] * (x - mx) * (y - my);
  });
  const w = sxy / sxx;
  return [w, my - w * mx];
}

/**
 * The line with the smallest mean absolute error. One of the best passes through two points.
 * @param {Points} points
 * @returns {[number, number]}
 */
function middleLine(points) {
  /** @type {[number, number]} */
  let best = [0, 0];
  let least = Infinity;
  for (let i = 0; i < points.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const [[x1, y1], [x2, y2]] = [points[i], points[j]];
      if (x1 === x2) continue;
      const w = (y2 - y1) / (x2 - x1);
      const b = y1 - w * x1;
      let total = 0;
      for (const [x, y] of points) total += Math.abs(w * x + b - y);
      if (total < least) [least, best] = [total, [w, b]];
    }
  }
  return best;
}

/**
 * Huber's line: least squares again and again, errors beyond delta counting for less each time.
 * @param {Points} points @param {number} delta
 * @returns {[number, number]}
 */
function huberLine(points, delta) {
  let [w, b] = weightedLine(points, points.map(() => 1));
  for (let round = 0; round < 2000; round += 1) {
    const weights = points.map(([x, y]) => Math.min(1, delta / Math.abs(w * x + b - y)));
    const [newW, newB] = weightedLine(points, weights);
    const moved = Math.abs(newW - w) + Math.abs(newB - b);
    [w, b] = [newW, newB];
    if (moved < 1e-12) break;
  }
  return [w, b];
}

/**
 * @param {string} name of the loss
 * @param {Points} points
 * @param {number} delta
 * @returns {[number, number]} w and b of the line with the smallest loss
 */
export function fitLine(name, points, delta) {
  if (name === "mae") return middleLine(points);
  if (name === "huber") return huberLine(points, delta);
  return weightedLine(points, points.map(() => 1));
}

/**
 * The share that one point has in all the pull on a line: its slope over the sum of all.
 * @param {string} name @param {Points} points @param {number} which
 * @param {number} w @param {number} b @param {number} delta
 */
export function shareOfPull(name, points, which, w, b, delta) {
  const pulls = points.map(([x, y]) => Math.abs(losses[name].slope(w * x + b - y, delta)));
  const total = pulls.reduce((sum, pull) => sum + pull, 0);
  return total > 0 ? pulls[which] / total : 0;
}
