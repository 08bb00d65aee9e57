/** Surfaces to walk down, and the optimizers that walk. PyTorch's forms, as in the exercises. */

/** @typedef {[number, number]} Point */

/**
 * @typedef {object} Ground
 * @property {string} label
 * @property {(w: Point) => number} height
 * @property {(w: Point) => Point} slope
 * @property {Point} start
 * @property {Point} bottom one of the lowest points
 * @property {Record<string, number>} rates a learning rate that suits each optimizer here
 */

/** @type {Record<string, Ground>} */
export const grounds = {
  valley: {
    label: "a narrow valley",
    height: ([a, b]) => 0.25 * a * a + 5 * b * b,
    slope: ([a, b]) => [0.5 * a, 10 * b],
    start: [-2.6, 1.4],
    bottom: [0, 0],
    rates: { sgd: 0.1, momentum: 0.02, rmsprop: 0.1, adam: 0.2 },
  },
  saddle: {
    label: "a saddle",
    height: ([a, b]) => 0.5 * a * a + 0.25 * b ** 4 - b * b + 1,
    slope: ([a, b]) => [a, b ** 3 - 2 * b],
    start: [-2.4, 0.02],
    bottom: [0, Math.SQRT2],
    rates: { sgd: 0.2, momentum: 0.1, rmsprop: 0.1, adam: 0.2 },
  },
  bend: {
    label: "a bent valley",
    height: ([a, b]) => (1 - a) ** 2 + 5 * (b - a * a) ** 2,
    slope: ([a, b]) => [-2 * (1 - a) - 20 * a * (b - a * a), 10 * (b - a * a)],
    start: [-1.4, 2.4],
    bottom: [1, 1],
    rates: { sgd: 0.02, momentum: 0.02, rmsprop: 0.1, adam: 0.2 },
  },
};

export const BETA = 0.9;
export const RHO = 0.9;
const [BETA1, BETA2, EPS] = [0.9, 0.99, 1e-8];

/** @type {Record<string, (w: Point, g: Point, memory: number[], rate: number, t: number) => Point>} */
const steps = {
  sgd: (w, g, _, rate) => [w[0] - rate * g[0], w[1] - rate * g[1]],
  momentum: (w, g, memory, rate) =>
    both((i) => {
      memory[i] = BETA * memory[i] + g[i];
      return w[i] - rate * memory[i];
    }),
  rmsprop: (w, g, memory, rate) =>
    both((i) => {
      memory[i] = RHO * memory[i] + (1 - RHO) * g[i] ** 2;
      return w[i] - (rate * g[i]) / (Math.sqrt(memory[i]) + EPS);
    }),
  adam: (w, g, memory, rate, t) =>
    both((i) => {
      memory[i] = BETA1 * memory[i] + (1 - BETA1) * g[i];
      memory[2 + i] = BETA2 * memory[2 + i] + (1 - BETA2) * g[i] ** 2;
      const m = memory[i] / (1 - BETA1 ** t);
      const s = memory[2 + i] / (1 - BETA2 ** t);
      return w[i] - (rate * m) / (Math.sqrt(s) + EPS);
    }),
};

export const OPTIMIZERS = Object.keys(steps);

/** @param {(i: number) => number} of @returns {Point} */
const both = (of) => [of(0), of(1)];

/**
 * @param {string} optimizer @param {string} ground @param {Point} start
 * @param {number} rate @param {number} count
 * @returns {Point[]} the start and the point after each step
 */
export function walk(optimizer, ground, start, rate, count) {
  const memory = [0, 0, 0, 0];
  const path = [start];
  for (let t = 1; t <= count; t += 1) {
    const w = path[path.length - 1];
    path.push(steps[optimizer](w, grounds[ground].slope(w), memory, rate, t));
  }
  return path;
}

/**
 * Gradient descent in a bowl with these two curvatures.
 * @param {Point} curvature @param {Point} start @param {number} rate @param {number} count
 * @returns {Point[]}
 */
export function descend(curvature, start, rate, count) {
  const path = [start];
  for (let t = 0; t < count; t += 1) {
    const w = path[path.length - 1];
    path.push(both((i) => w[i] - rate * curvature[i] * w[i]));
  }
  return path;
}

/** @param {Point} curvature @param {Point} w @returns {number} the loss in that bowl */
export const bowl = (curvature, w) => (curvature[0] * w[0] ** 2 + curvature[1] * w[1] ** 2) / 2;
