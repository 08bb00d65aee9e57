import assert from "node:assert/strict";
import { test } from "node:test";
import { withAnswers } from "../src/notebook.ts";

const cell = (grade_id: string, solution: boolean, source: string) => ({
  cell_type: "code",
  source,
  metadata: { nbgrader: { grade_id, solution } },
});

const released = {
  nbformat: 4,
  cells: [
    { cell_type: "markdown", source: "Text", metadata: {} },
    cell("structure-relu-code", true, "stub"),
    cell("structure-relu", false, 'check("structure.relu")'),
    cell("structure-gelu-code", true, "stub"),
  ],
};

test("an answer goes into its cell, line by line, and everything else stays", () => {
  const filled = withAnswers(released, new Map([["structure-relu-code", "def relu(z):\n    pass"]]));
  assert.deepEqual(filled.cells[1]!.source, ["def relu(z):\n", "    pass"]);
  assert.equal(filled.cells[3]!.source, "stub");
  assert.equal(released.cells[1]!.source, "stub");
});

test("a locked cell is never written to", () => {
  const filled = withAnswers(released, new Map([["structure-relu", "1.0"]]));
  assert.deepEqual(filled, released);
});
