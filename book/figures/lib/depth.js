/** A deep network with random weights, and how much of a gradient comes back through it: tested against NumPy. */

import { inputs, normals, rms } from "./signal.js";

export const WIDTH = 32;
export const DEEPEST = 40;
const PIXELS = 196;
const EPS = 1e-5;

/** @type {Record<string, { label: string, value: (z: number) => number, slope: (a: number) => number }>} */
export const bends = {
  sigmoid: {
    label: "sigmoid",
    value: (z) => {
      const small = Math.exp(-Math.abs(z));
      return (z >= 0 ? 1 : small) / (1 + small);
    },
    slope: (a) => a * (1 - a),
  },
  tanh: { label: "tanh", value: Math.tanh, slope: (a) => 1 - a * a },
  relu: { label: "ReLU", value: (z) => Math.max(z, 0), slope: (a) => (a > 0 ? 1 : 0) },
};

/** Over what a normalization takes its mean and its variance. */
export const norms = { none: "none", batch: "batch norm", layer: "layer norm" };

/** @type {Float64Array | undefined} */
let draws;
/** @type {Float64Array | undefined} */
let first;
/** @type {Float64Array | undefined} */
let arriving;
let n = 0;

function prepare() {
  if (draws && first && arriving) return { draws, first, arriving };
  const digits = inputs();
  n = digits.length;
  draws = normals(PIXELS * WIDTH + DEEPEST * WIDTH * WIDTH);
  first = new Float64Array(n * WIDTH);
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < PIXELS; k += 1) {
      const input = digits[i][k] / Math.sqrt(PIXELS);
      for (let j = 0; j < WIDTH; j += 1) first[i * WIDTH + j] += input * draws[k * WIDTH + j];
    }
  }
  arriving = normals(n * WIDTH, 2);
  const length = Math.sqrt(arriving.reduce((sum, each) => sum + each * each, 0));
  arriving = arriving.map((each) => each / length);
  return { draws, first, arriving };
}

/**
 * @param {Float64Array} values (n, WIDTH), changed in place
 * @param {string} norm "batch" or "layer"
 * @param {(group: number[]) => void} act is given the places of the entries that belong together
 */
function eachGroup(values, norm, act) {
  const [groups, members] = norm === "batch" ? [WIDTH, n] : [n, WIDTH];
  for (let group = 0; group < groups; group += 1) {
    act(
      Array.from({ length: members }, (_, i) =>
        norm === "batch" ? i * WIDTH + group : group * WIDTH + i,
      ),
    );
  }
}

/** @param {Float64Array} z changed in place @param {string} norm @returns {Float64Array} the deviations, entry by entry */
function standardize(z, norm) {
  const std = new Float64Array(z.length).fill(1);
  eachGroup(z, norm, (group) => {
    let mean = 0;
    for (const at of group) mean += z[at] / group.length;
    let variance = 0;
    for (const at of group) variance += (z[at] - mean) ** 2 / group.length;
    const deviation = Math.sqrt(variance + EPS);
    for (const at of group) {
      z[at] = (z[at] - mean) / deviation;
      std[at] = deviation;
    }
  });
  return std;
}

/** @param {Float64Array} g changed in place @param {Float64Array} xhat @param {Float64Array} std @param {string} norm */
function backThroughNorm(g, xhat, std, norm) {
  eachGroup(g, norm, (group) => {
    let [mean, along] = [0, 0];
    for (const at of group) {
      mean += g[at] / group.length;
      along += (g[at] * xhat[at]) / group.length;
    }
    for (const at of group) g[at] = (g[at] - mean - xhat[at] * along) / std[at];
  });
}

/**
 * The digits go forward, a random gradient of norm 1 comes back.
 * @param {object} network
 * @param {number} network.depth layers
 * @param {string} network.activation
 * @param {string} network.norm
 * @param {boolean} network.skip whether each layer is added to its own input
 * @param {number} network.factor standard deviation of the weights, times √WIDTH
 * @returns {{ gradients: number[], signals: number[] }} norm of the gradient and rms of the signal,
 *   before layer 1, after layer 1, … after the last layer
 */
export function walk({ depth, activation, norm, skip, factor }) {
  const { draws: w, first: start, arriving: top } = prepare();
  const { value, slope } = bends[activation];
  const std = factor / Math.sqrt(WIDTH);
  let a = Float64Array.from(start);
  const signals = [rms(a)];
  /** @type {{ h: Float64Array, xhat: Float64Array, deviations: Float64Array | null }[]} */
  const kept = [];
  for (let layer = 0; layer < depth; layer += 1) {
    const offset = PIXELS * WIDTH + layer * WIDTH * WIDTH;
    const z = new Float64Array(n * WIDTH);
    for (let i = 0; i < n; i += 1) {
      for (let k = 0; k < WIDTH; k += 1) {
        const input = a[i * WIDTH + k] * std;
        if (input === 0) continue;
        for (let j = 0; j < WIDTH; j += 1) z[i * WIDTH + j] += input * w[offset + k * WIDTH + j];
      }
    }
    const deviations = norm === "none" ? null : standardize(z, norm);
    const h = z.map(value);
    kept.push({ h, xhat: z, deviations });
    a = skip ? a.map((each, at) => each + h[at]) : h;
    signals.push(rms(a));
  }
  let g = Float64Array.from(top);
  const gradients = [1];
  for (let layer = depth - 1; layer >= 0; layer -= 1) {
    const offset = PIXELS * WIDTH + layer * WIDTH * WIDTH;
    const { h, xhat, deviations } = kept[layer];
    const dz = g.map((each, at) => each * slope(h[at]));
    if (deviations) backThroughNorm(dz, xhat, deviations, norm);
    const back = skip ? Float64Array.from(g) : new Float64Array(n * WIDTH);
    for (let i = 0; i < n; i += 1) {
      for (let k = 0; k < WIDTH; k += 1) {
        let sum = 0;
        const row = offset + k * WIDTH;
        for (let j = 0; j < WIDTH; j += 1) sum += dz[i * WIDTH + j] * w[row + j];
        back[i * WIDTH + k] += sum * std;
      }
    }
    g = back;
    gradients.push(rms(g) * Math.sqrt(g.length));
  }
  return { gradients: gradients.reverse(), signals };
}
