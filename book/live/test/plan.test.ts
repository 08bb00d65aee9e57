import assert from "node:assert/strict";
import { test } from "node:test";
import { above, before, uses, type Step } from "../src/plan.ts";

function step(id: string, needs: string[], more: Partial<Step> = {}): Step {
  return { id, kind: "cell", source: "", needs, local: "", hidden: false, gives: [], ...more };
}

const steps = [
  step("1", []),
  step("2", ["1"]),
  step("3", []),
  step("4", ["2"], { local: "scikit-learn" }),
  step("5", ["2"]),
];

const ids = (found: Step[]) => found.map(({ id }) => id);

test("a cell brings what it needs, directly or not, in the order of the page", () => {
  assert.deepEqual(ids(before(steps, "5", () => false)), ["1", "2"]);
});

test("what has run does not run again, nor what only that needed", () => {
  assert.deepEqual(ids(before(steps, "5", (id) => id === "2")), []);
});

test("all above leaves out what readers do not see, unless it is needed", () => {
  const page = [step("1", [], { hidden: true }), step("2", [], { hidden: true }), step("3", ["2"])];
  assert.deepEqual(ids(above([...page, step("4", [])], "4")), ["2", "3"]);
});

test("all above means all that can run here", () => {
  assert.deepEqual(ids(above(steps, "5")), ["1", "2", "3"]);
  assert.deepEqual(above(steps, "1"), []);
});

test("an answer needs the setup only where it uses what that defines", () => {
  const setup = step("0", [], { gives: ["plt", "check"] });
  assert.equal(uses("def relu(z):\n    return np.maximum(z, 0)", setup), false);
  assert.equal(uses("plt.plot([1])", setup), true);
  assert.equal(uses("result = 1", setup), false);
});
