import assert from "node:assert/strict";
import { test } from "node:test";
import { Answers } from "../src/storage.ts";

/** What of localStorage is used. */
class Memory {
  [key: string]: unknown;
  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? String(this[key]) : null;
  }
  setItem(key: string, value: string): void {
    this[key] = value;
  }
  removeItem(key: string): void {
    delete this[key];
  }
}

function answers(storage: unknown = new Memory(), site = "/book/"): Answers {
  return new Answers(storage as Storage, site);
}

const right = { points: 1, outOf: 1, right: true, source: "a" };

test("an answer survives a reload", () => {
  const storage = new Memory();
  answers(storage).saveAnswer("structure.relu", "def relu(z): ...");
  assert.equal(answers(storage).answer("structure.relu"), "def relu(z): ...");
});

test("two books on one host do not mix", () => {
  const storage = new Memory();
  answers(storage, "/one/").saveAnswer("a.b", "x");
  assert.equal(answers(storage, "/two/").answer("a.b"), null);
  answers(storage, "/two/").clear();
  assert.equal(answers(storage, "/one/").answer("a.b"), "x");
});

test("what was solved once stays open, and the result is that of the last check", () => {
  const mine = answers();
  mine.saveResult("a.b", right);
  mine.saveResult("a.b", { ...right, points: 0, right: false, source: "b" });
  const { points, solved } = mine.result("a.b")!;
  assert.deepEqual({ points, solved }, { points: 0, solved: true });
});

test("a result that something else wrote counts as none", () => {
  const storage = new Memory();
  storage.setItem("nn-book:/book/:result:a.b", "{not JSON");
  assert.equal(answers(storage).result("a.b"), null);
});

test("where storage is forbidden nothing is kept and nothing fails", () => {
  const forbidden = new Proxy({}, { get: () => () => { throw new Error("denied"); } });
  const mine = answers(forbidden);
  mine.saveAnswer("a.b", "x");
  assert.equal(mine.answer("a.b"), null);
  assert.equal(mine.any, false);
});

test("a listener hears of changes here and in another tab, and of nobody else's", () => {
  const mine = answers();
  const heard: string[] = [];
  const tab = new EventTarget();
  mine.listen(tab, (name) => heard.push(name));
  mine.saveAnswer("a.b", "x");
  for (const key of ["nn-book:/book/:result:a.b", "theme", null]) {
    tab.dispatchEvent(Object.assign(new Event("storage"), { key }));
  }
  assert.deepEqual(heard, ["answer:a.b", "result:a.b", ""]);
});
