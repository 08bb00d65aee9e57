/** Small computational graphs, run forward and backward: pure functions, tested against NumPy. */

/**
 * @typedef {object} Operation
 * @property {string} sign what stands in its circle
 * @property {(...inputs: number[]) => number} value
 * @property {(...inputs: number[]) => number[]} slopes the local derivative for each input
 * @property {string[]} rules what each local derivative is, in words; %1 and %2 stand for the inputs
 */

/** @type {Record<string, Operation>} */
export const operations = {
  times: { sign: "×", value: (a, b) => a * b, slopes: (a, b) => [b, a], rules: ["%2", "%1"] },
  plus: { sign: "+", value: (a, b) => a + b, slopes: () => [1, 1], rules: ["1", "1"] },
  minus: { sign: "−", value: (a, b) => a - b, slopes: () => [1, -1], rules: ["1", "−1"] },
  square: { sign: "( )²", value: (a) => a * a, slopes: (a) => [2 * a], rules: ["2%1"] },
  relu: {
    sign: "ReLU",
    value: (a) => Math.max(a, 0),
    slopes: (a) => [a > 0 ? 1 : 0],
    rules: ["1 if %1 > 0, else 0"],
  },
  max: {
    sign: "max",
    value: (a, b) => Math.max(a, b),
    slopes: (a, b) => (a >= b ? [1, 0] : [0, 1]),
    rules: ["1 if it is the larger, else 0", "1 if it is the larger, else 0"],
  },
};

/**
 * A node: its name, the operation that makes it (none: an input), the names of that operation's
 * inputs, and its place: column, row.
 * @typedef {object} Node
 * @property {string} name
 * @property {string} [operation]
 * @property {string[]} from
 * @property {[number, number]} at
 */

/**
 * @typedef {object} Graph
 * @property {string} label
 * @property {Node[]} nodes in an order in which they can be computed
 * @property {number[]} start of the inputs
 */

/** @type {(name: string, at: [number, number]) => Node} */
const input = (name, at) => ({ name, from: [], at });

/** @type {(name: string, operation: string, from: string[], at: [number, number]) => Node} */
const made = (name, operation, from, at) => ({ name, operation, from, at });

/** @type {Record<string, Graph>} */
export const graphs = {
  neuron: {
    label: "a neuron and its loss",
    nodes: [
      input("x", [0, 0]),
      input("w", [0, 1]),
      input("b", [1, 2]),
      input("t", [3, 2]),
      made("u", "times", ["x", "w"], [1, 0.5]),
      made("z", "plus", ["u", "b"], [2, 0.5]),
      made("a", "relu", ["z"], [3, 0.5]),
      made("e", "minus", ["a", "t"], [4, 0.5]),
      made("J", "square", ["e"], [5, 0.5]),
    ],
    start: [2, 1.5, -1, 0.5],
  },
  skip: {
    label: "x is used twice",
    nodes: [
      input("x", [0, 1.5]),
      input("w", [0.6, 0]),
      made("u", "times", ["x", "w"], [1.6, 0.5]),
      made("a", "relu", ["u"], [2.8, 0.5]),
      made("y", "plus", ["a", "x"], [3.9, 1.2]),
      made("J", "square", ["y"], [5, 1.2]),
    ],
    start: [2, 0.5],
  },
  switch: {
    label: "a maximum",
    nodes: [
      input("p", [0, 0]),
      input("q", [0, 1]),
      input("r", [0, 2]),
      made("u", "times", ["p", "q"], [1.6, 0.4]),
      made("v", "plus", ["q", "r"], [1.6, 1.6]),
      made("m", "max", ["u", "v"], [3.3, 1]),
      made("J", "square", ["m"], [5, 1]),
    ],
    start: [2, 1.5, -0.5],
  },
};

/** @param {Graph} graph @returns {Node[]} */
export const inputsOf = (graph) => graph.nodes.filter((node) => !node.operation);

/** @param {Graph} graph @returns {Node[]} in the order of the forward pass */
export const madeOf = (graph) => graph.nodes.filter((node) => node.operation);

/**
 * @param {Graph} graph
 * @param {number[]} inputs
 * @returns {Record<string, number>} the value of every node
 */
export function forward(graph, inputs) {
  /** @type {Record<string, number>} */
  const values = {};
  inputsOf(graph).forEach((node, index) => {
    values[node.name] = inputs[index];
  });
  for (const { name, operation, from } of madeOf(graph)) {
    const { value } = operations[/** @type {string} */ (operation)];
    values[name] = value(...from.map((each) => values[each]));
  }
  return values;
}

/**
 * @typedef {object} Message what one operation sends back along one of its edges
 * @property {string} from the node whose gradient it is made of
 * @property {string} to
 * @property {number} slope the local derivative
 * @property {number} amount upstream times slope
 * @property {string} rule the slope in words
 */

/**
 * Run backward from the last node.
 * @param {Graph} graph
 * @param {Record<string, number>} values
 * @param {number} [count] how many operations have sent their messages; all by default
 * @returns {{ gradients: Record<string, number>, sent: Message[][] }} what has arrived at each node,
 *     and the messages of each operation, the last operation's first
 */
export function backward(graph, values, count = Infinity) {
  const order = madeOf(graph).reverse();
  /** @type {Record<string, number>} */
  const gradients = { [order[0].name]: 1 };
  const sent = order.slice(0, count).map(({ name, operation, from }) => {
    const { slopes, rules } = operations[/** @type {string} */ (operation)];
    const local = slopes(...from.map((each) => values[each]));
    return from.map((to, index) => {
      const amount = gradients[name] * local[index];
      gradients[to] = (gradients[to] ?? 0) + amount;
      const rule = rules[index].replace("%1", from[0]).replace("%2", from[1]);
      return { from: name, to, slope: local[index], amount, rule };
    });
  });
  return { gradients, sent };
}
