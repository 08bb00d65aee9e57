/** A deep network with random weights, and what its layers send on: tested against NumPy. */

import { smallDigits } from "./small_digits.js";

export const DEPTH = 10;
export const WIDTH = 100;

/**
 * Standard normal numbers, the same ones everywhere: the generator mulberry32 and Box-Muller.
 * @param {number} count
 * @param {number} [seed]
 * @returns {Float64Array}
 */
export function normals(count, seed = 1) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  const drawn = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    drawn[i] = radius * Math.cos(angle);
    if (i + 1 < count) drawn[i + 1] = radius * Math.sin(angle);
  }
  return drawn;
}

/** @returns {Float64Array[]} the digits, mean 0 and standard deviation 1 over all pixels */
export function inputs() {
  const rows = smallDigits.map((row) => Float64Array.from(row, (each) => Number.parseInt(each, 16)));
  const all = rows.flatMap((row) => [...row]);
  const mean = all.reduce((sum, each) => sum + each, 0) / all.length;
  const variance = all.reduce((sum, each) => sum + (each - mean) ** 2, 0) / all.length;
  return rows.map((row) => row.map((each) => (each - mean) / Math.sqrt(variance)));
}

/** @type {Record<string, { label: string, value: (z: number) => number }>} */
export const bends = {
  relu: { label: "ReLU", value: (z) => Math.max(z, 0) },
  tanh: { label: "tanh", value: Math.tanh },
};

/**
 * The standard deviation of a layer's weights under each rule.
 * @type {Record<string, { label: string, std: (fanIn: number, fanOut: number) => number }>}
 */
export const rules = {
  xavier: { label: "Xavier", std: (fanIn, fanOut) => Math.sqrt(2 / (fanIn + fanOut)) },
  he: { label: "He", std: (fanIn) => Math.sqrt(2 / fanIn) },
  fixed: { label: "always 0.01", std: () => 0.01 },
};

/** @type {Float64Array[] | undefined} */
let digits;
/** @type {Float64Array | undefined} */
let draws;

/**
 * What comes out of every layer, all digits and units in one array; the inputs first.
 * @param {string} bend
 * @param {string} rule
 * @param {number} factor what the rule's standard deviation is multiplied by
 * @returns {Float64Array[]}
 */
export function layerOutputs(bend, rule, factor) {
  digits ??= inputs();
  const first = digits[0].length;
  draws ??= normals(first * WIDTH + (DEPTH - 1) * WIDTH * WIDTH);
  const { value } = bends[bend];
  const n = digits.length;
  const flat = new Float64Array(n * first);
  digits.forEach((row, i) => flat.set(row, i * first));
  const outputs = [flat];
  let start = 0;
  for (let layer = 0; layer < DEPTH; layer += 1) {
    const fanIn = layer === 0 ? first : WIDTH;
    const std = factor * rules[rule].std(fanIn, WIDTH);
    const before = outputs[layer];
    const after = new Float64Array(n * WIDTH);
    for (let i = 0; i < n; i += 1) {
      for (let k = 0; k < fanIn; k += 1) {
        const input = before[i * fanIn + k] * std;
        if (input === 0) continue;
        const row = start + k * WIDTH;
        for (let j = 0; j < WIDTH; j += 1) after[i * WIDTH + j] += input * draws[row + j];
      }
    }
    for (let i = 0; i < after.length; i += 1) after[i] = value(after[i]);
    outputs.push(after);
    start += fanIn * WIDTH;
  }
  return outputs;
}

/** @param {Float64Array} values @returns {number} root of the mean square */
export function rms(values) {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}

/**
 * Shares of the values in equal bins from low to high. Exact zeros and what lies beyond the ends are
 * counted apart.
 * @param {Float64Array} values @param {number} low @param {number} high @param {number} bins
 */
export function histogram(values, low, high, bins) {
  const shares = new Float64Array(bins);
  let [zeros, below, above] = [0, 0, 0];
  for (const value of values) {
    if (value === 0) zeros += 1;
    else if (value < low) below += 1;
    else if (value > high) above += 1;
    else shares[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))] += 1;
  }
  const n = values.length;
  return { shares: shares.map((each) => each / n), zeros: zeros / n, below: below / n, above: above / n };
}
