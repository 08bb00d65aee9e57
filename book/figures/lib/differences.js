/** Finite differences and their errors: pure functions, tested against NumPy. */

/** @typedef {(number: number) => number} Round to the precision in which f is computed */

/**
 * @typedef {object} Precision
 * @property {string} label
 * @property {Round} round
 * @property {number} grain the gap between 1 and the next number
 */

/** @type {Record<string, Precision>} */
export const precisions = {
  float64: { label: "float64", round: (number) => number, grain: 2 ** -52 },
  float32: { label: "float32", round: Math.fround, grain: 2 ** -23 },
};

/**
 * @typedef {object} Example
 * @property {string} label the function and the place
 * @property {number} x
 * @property {(x: number, round: Round) => number} f every operation is rounded
 * @property {number} slope the derivative at x
 * @property {number[]} derivatives sizes of the second, third and fifth derivative at x
 */

const [SIN1, COS1] = [Math.sin(1), Math.cos(1)];

/** @type {Record<string, Example>} */
export const examples = {
  exp: {
    label: "eˣ at 1",
    x: 1,
    f: (x, round) => round(Math.exp(x)),
    slope: Math.E,
    derivatives: [Math.E, Math.E, Math.E],
  },
  sine: {
    label: "sin x at 1",
    x: 1,
    f: (x, round) => round(Math.sin(x)),
    slope: COS1,
    derivatives: [SIN1, COS1, COS1],
  },
  offset: {
    label: "1000 + sin x at 1",
    x: 1,
    f: (x, round) => round(1000 + round(Math.sin(x))),
    slope: COS1,
    derivatives: [SIN1, COS1, COS1],
  },
  kink: {
    label: "sin x, a kink at 1.001",
    x: 1,
    f: (x, round) =>
      round(round(Math.sin(x)) + Math.max(0, round(x - round(1.001)))),
    slope: COS1,
    derivatives: [SIN1, COS1, COS1],
  },
};

/**
 * @typedef {object} Rule
 * @property {string} label
 * @property {string} formula
 * @property {(f: (x: number) => number, x: number, h: number, round: Round) => number} estimate
 * @property {(derivatives: number[], h: number) => number} truncation its leading term
 * @property {number} noise how much of grain · (|f| + |x f′|) / h rounding may add
 */

/** @param {(x: number) => number} f @param {number} x @param {number} h @param {Round} round */
const central = (f, x, h, round) =>
  round(round(f(round(x + h)) - f(round(x - h))) / round(2 * h));

/** @type {Record<string, Rule>} */
export const rules = {
  forward: {
    label: "forward",
    formula: "(f(x + h) − f(x)) / h",
    estimate: (f, x, h, round) => round(round(f(round(x + h)) - f(x)) / round(h)),
    truncation: ([second], h) => (second * h) / 2,
    noise: 1,
  },
  central: {
    label: "central",
    formula: "(f(x + h) − f(x − h)) / 2h",
    estimate: central,
    truncation: ([, third], h) => (third * h ** 2) / 6,
    noise: 1 / 2,
  },
  richardson: {
    label: "Richardson",
    formula: "(4 · central(h/2) − central(h)) / 3",
    estimate: (f, x, h, round) =>
      round(
        round(round(4 * central(f, x, h / 2, round)) - central(f, x, h, round)) / 3,
      ),
    truncation: ([, , fifth], h) => (fifth * h ** 4) / 480,
    noise: 3 / 2,
  },
};

/**
 * @param {Example} example @param {Rule} rule @param {Precision} precision @param {number} h
 * @returns {{ estimate: number, error: number, truncation: number, rounding: number }} the measured
 *     slope, its relative error, and what theory says of the two parts of that error
 */
export function difference(example, rule, { round, grain }, h) {
  const { x, slope, derivatives } = example;
  const f = (/** @type {number} */ at) => example.f(at, round);
  const estimate = rule.estimate(f, x, round(h), round);
  return {
    estimate,
    error: Math.abs(estimate / slope - 1),
    truncation: rule.truncation(derivatives, h) / Math.abs(slope),
    rounding: (rule.noise * grain * (Math.abs(f(x)) + Math.abs(x * slope))) / h / Math.abs(slope),
  };
}
