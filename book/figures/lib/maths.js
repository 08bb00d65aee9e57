/** The numbers that the figures show: pure functions, tested against NumPy. */

/**
 * erf by its series of positive terms: nothing cancels, so it is accurate where |x| is small.
 * @param {number} x
 * @returns {number}
 */
function erfSeries(x) {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/**
 * erfc by its continued fraction, from the inside out: accurate where x is large.
 * @param {number} x at least 2
 * @returns {number}
 */
function erfcFraction(x) {
  let tail = 0;
  for (let n = 80; n >= 1; n -= 1) tail = n / 2 / (x + tail);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + tail);
}

/** @param {number} x @returns {number} the error function */
export function erf(x) {
  if (Math.abs(x) < 2) return erfSeries(x);
  return Math.sign(x) * (1 - erfcFraction(Math.abs(x)));
}

/** @param {number} x @returns {number} 1 - erf(x), without cancellation */
export function erfc(x) {
  if (x >= 2) return erfcFraction(x);
  return 1 - erf(x);
}

/** @param {number} z @returns {number} the standard normal distribution function */
const normalCdf = (z) => erfc(-z / Math.SQRT2) / 2;

/** @param {number} z @returns {number} the standard normal density */
const normalPdf = (z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** @param {number} z @returns {number} */
export function sigmoid(z) {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const small = Math.exp(z);
  return small / (1 + small);
}

/**
 * @typedef {object} Activation
 * @property {string} label its name
 * @property {string} formula what it is, as text
 * @property {(z: number, slope?: number) => number} value
 * @property {(z: number, slope?: number) => number} derivative
 */

export const LEAKY_SLOPE = 0.01;

/** @type {Record<string, Activation>} */
export const activations = {
  sigmoid: {
    label: "sigmoid",
    formula: "1 / (1 + e⁻ᶻ)",
    value: sigmoid,
    derivative: (z) => sigmoid(z) * sigmoid(-z),
  },
  tanh: {
    label: "tanh",
    formula: "(eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ)",
    value: (z) => Math.tanh(z),
    derivative: (z) => 4 * sigmoid(2 * z) * sigmoid(-2 * z),
  },
  relu: {
    label: "ReLU",
    formula: "max(0, z)",
    value: (z) => Math.max(0, z),
    derivative: (z) => (z > 0 ? 1 : 0),
  },
  leaky_relu: {
    label: "leaky ReLU",
    formula: "z if z > 0, else slope · z",
    value: (z, slope = LEAKY_SLOPE) => (z > 0 ? z : slope * z),
    derivative: (z, slope = LEAKY_SLOPE) => (z > 0 ? 1 : slope),
  },
  gelu: {
    label: "GELU",
    formula: "z · Φ(z), Φ the normal distribution",
    value: (z) => z * normalCdf(z),
    derivative: (z) => normalCdf(z) + z * normalPdf(z),
  },
  softplus: {
    label: "softplus",
    formula: "ln(1 + eᶻ)",
    value: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
    derivative: sigmoid,
  },
  identity: {
    label: "none",
    formula: "z",
    value: (z) => z,
    derivative: () => 1,
  },
};

/**
 * @param {number[]} x inputs
 * @param {number[]} w weights, as many
 * @param {number} b bias
 * @returns {number} the weighted sum z
 */
export function weightedSum(x, w, b) {
  return x.reduce((sum, input, index) => sum + input * w[index], b);
}

/**
 * @param {number[]} sizes neurons in each layer, inputs first
 * @returns {{from: number, to: number, weights: number, biases: number}[]} one record a layer
 */
export function layerTerms(sizes) {
  return sizes.slice(1).map((to, index) => ({
    from: sizes[index],
    to,
    weights: sizes[index] * to,
    biases: to,
  }));
}

/** @param {number[]} sizes neurons in each layer, inputs first @returns {number} */
export function countParameters(sizes) {
  return layerTerms(sizes).reduce((sum, term) => sum + term.weights + term.biases, 0);
}
