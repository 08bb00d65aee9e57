/** A gradient on its way back through the steps of a recurrent cell: tested against NumPy. */

import { normals } from "./signal.js";

export const HIDDEN = 16;
export const LONGEST = 60;

/** Number of blocks of weights; block 1 is the forget gate of an LSTM, the update gate of a GRU. */
export const cells = { vanilla: 1, LSTM: 4, GRU: 3 };

/** @param {number} z */
const sigmoid = (z) => 0.5 * (1 + Math.tanh(0.5 * z));

/** @type {Float64Array | undefined} */
let drawn;

function draws() {
  drawn ??= normals(HIDDEN * 4 * HIDDEN + 4 * HIDDEN + LONGEST);
  return drawn;
}

/**
 * The weighted sums of one block.
 * @param {number} block @param {Float64Array} h @param {number} size
 */
function fromState(block, h, size) {
  const w = draws();
  return Float64Array.from({ length: HIDDEN }, (_, j) => {
    let sum = 0;
    for (let k = 0; k < HIDDEN; k += 1) sum += h[k] * w[k * 4 * HIDDEN + block * HIDDEN + j];
    return (sum * size) / Math.sqrt(HIDDEN);
  });
}

/** @param {number} block @param {number} t */
function fromInput(block, t) {
  const w = draws();
  const [from, inputs] = [4 * HIDDEN * HIDDEN, 4 * HIDDEN * HIDDEN + 4 * HIDDEN];
  return Float64Array.from(
    { length: HIDDEN },
    (_, j) => 0.3 * w[from + block * HIDDEN + j] * w[inputs + t],
  );
}

/**
 * Back through the weights of one block.
 * @param {number} block @param {Float64Array} dz @param {number} size @param {Float64Array} onto
 */
function back(block, dz, size, onto) {
  const w = draws();
  for (let k = 0; k < HIDDEN; k += 1) {
    let sum = 0;
    for (let j = 0; j < HIDDEN; j += 1) sum += dz[j] * w[k * 4 * HIDDEN + block * HIDDEN + j];
    onto[k] += (sum * size) / Math.sqrt(HIDDEN);
  }
}

/**
 * A sequence goes forward, a gradient of norm 1 at the last hidden state comes back.
 * @param {object} network
 * @param {keyof typeof cells} network.cell
 * @param {number} network.steps
 * @param {number} network.size of the state's weights, times 1/√HIDDEN
 * @param {number} network.bias of the forget or the update gate
 * @returns {number[]} the norm of the gradient at the state before step 0, before step 1, …, and
 *   after the last; of hidden and cell state together
 */
export function walkBack({ cell, steps, size, bias }) {
  const zeros = () => new Float64Array(HIDDEN);
  let [h, c] = [zeros(), zeros()];
  /** @type {Record<string, Float64Array>[]} */
  const kept = [];
  for (let t = 0; t < steps; t += 1) {
    const sums = Array.from({ length: cells[cell] }, (_, block) => ({
      x: fromInput(block, t),
      h: fromState(block, h, size),
    }));
    const added = (/** @type {number} */ block, shift = 0) =>
      sums[block].x.map((value, j) => value + sums[block].h[j] + shift);
    if (cell === "vanilla") {
      h = added(0).map(Math.tanh);
      kept.push({ h });
    } else if (cell === "LSTM") {
      const [i, f, o] = [added(0), added(1, bias), added(3)].map((z) => z.map(sigmoid));
      const g = added(2).map(Math.tanh);
      const before = c;
      c = before.map((value, j) => f[j] * value + i[j] * g[j]);
      h = c.map((value, j) => o[j] * Math.tanh(value));
      kept.push({ i, f, g, o, before, c });
    } else {
      const [r, z] = [added(0), added(1, bias)].map((sum) => sum.map(sigmoid));
      const n = sums[2].x.map((value, j) => Math.tanh(value + r[j] * sums[2].h[j]));
      const before = h;
      h = before.map((value, j) => (1 - z[j]) * n[j] + z[j] * value);
      kept.push({ r, z, n, before, inner: sums[2].h });
    }
  }
  let dh = new Float64Array(HIDDEN).fill(1 / Math.sqrt(HIDDEN));
  let dc = zeros();
  const norms = [1];
  for (let t = steps - 1; t >= 0; t -= 1) {
    const step = kept[t];
    let onto = zeros();
    if (cell === "vanilla") {
      back(0, dh.map((value, j) => value * (1 - step.h[j] ** 2)), size, onto);
    } else if (cell === "LSTM") {
      const { i, f, g, o, before } = step;
      const shown = step.c.map(Math.tanh);
      const now = dc.map((value, j) => value + dh[j] * o[j] * (1 - shown[j] ** 2));
      back(0, now.map((value, j) => value * g[j] * i[j] * (1 - i[j])), size, onto);
      back(1, now.map((value, j) => value * before[j] * f[j] * (1 - f[j])), size, onto);
      back(2, now.map((value, j) => value * i[j] * (1 - g[j] ** 2)), size, onto);
      back(3, dh.map((value, j) => value * shown[j] * o[j] * (1 - o[j])), size, onto);
      dc = now.map((value, j) => value * f[j]);
    } else {
      const { r, z, n, before, inner } = step;
      const dn = dh.map((value, j) => value * (1 - z[j]) * (1 - n[j] ** 2));
      onto = dh.map((value, j) => value * z[j]);
      back(0, dn.map((value, j) => value * inner[j] * r[j] * (1 - r[j])), size, onto);
      back(1, dh.map((value, j) => value * (before[j] - n[j]) * z[j] * (1 - z[j])), size, onto);
      back(2, dn.map((value, j) => value * r[j]), size, onto);
    }
    dh = onto;
    norms.push(Math.hypot(...dh, ...dc));
  }
  return norms.reverse();
}
