import assert from "node:assert/strict";
import { test } from "node:test";
import type { Output, Reply, Request } from "../src/protocol.ts";
import { Session, type Loading, type Port } from "../src/session.ts";

/** A worker that answers when the test says so. */
class FakeWorker {
  asked: Request[] = [];
  ended = false;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  postMessage(request: Request): void {
    this.asked.push(request);
  }
  terminate(): void {
    this.ended = true;
  }
  reply(reply: Reply): void {
    this.onmessage?.({ data: reply } as MessageEvent);
  }
}

function session(isolated = false) {
  const workers: FakeWorker[] = [];
  const make = () => {
    workers.push(new FakeWorker());
    return workers.at(-1) as unknown as Port;
  };
  return { session: new Session(make, "../pyodide/", ["numpy"], isolated), workers };
}

const run = { type: "run", source: "1", label: "cell 1" } as const;

test("Python starts at the first request, once", () => {
  const { session: mine, workers } = session();
  assert.equal(workers.length, 0);
  void mine.ask(run, () => {});
  void mine.ask(run, () => {});
  assert.equal(workers.length, 1);
  assert.deepEqual(workers[0]!.asked.map(({ type }) => type), ["start", "run", "run"]);
});

test("each request hears its own output and its own end", async () => {
  const { session: mine, workers } = session();
  const heard: Output[][] = [[], []];
  const ends = heard.map((list) => mine.ask(run, (output) => list.push(output)));
  workers[0]!.reply({ type: "output", id: 2, output: { kind: "text", text: "two" } });
  workers[0]!.reply({ type: "done", id: 2, ok: true, took: 3 });
  workers[0]!.reply({ type: "done", id: 1, ok: false, took: 1 });
  const ok = (await Promise.all(ends)).map((end) => end.how === "done" && end.ok);
  assert.deepEqual(ok, [false, true]);
  assert.deepEqual(heard, [[], [{ kind: "text", text: "two" }]]);
});

test("without shared memory a stop ends Python, says that its state is lost, and a new one starts", async () => {
  const { session: mine, workers } = session();
  const end = mine.ask(run, () => {});
  await mine.stop();
  assert.deepEqual(await end, { how: "stopped", lost: true });
  assert.equal(workers[0]!.ended, true);
  void mine.ask(run, () => {});
  assert.equal(workers.length, 2);
  assert.equal(mine.generation, 2);
});

test("with shared memory a stop is an interrupt, and what cells defined stays", async () => {
  const { session: mine, workers } = session(true);
  const end = mine.ask(run, () => {});
  const start = workers[0]!.asked[0] as Extract<Request, { type: "start" }>;
  const stopping = mine.stop();
  assert.equal(start.interrupt![0], 2);
  workers[0]!.reply({ type: "done", id: 1, ok: false, took: 9 });
  await stopping;
  assert.equal((await end).how, "done");
  assert.equal(workers[0]!.ended, false);
});

test("an interrupt that nobody heeds becomes an end", async () => {
  const { session: mine, workers } = session(true);
  const end = mine.ask(run, () => {});
  await mine.stop();
  assert.deepEqual(await end, { how: "stopped", lost: true });
  assert.equal(workers[0]!.ended, true);
});

test("what is loading is told, and its end too", () => {
  const { session: mine, workers } = session();
  const told: (Loading | null)[] = [];
  mine.onLoading((loading) => told.push(loading));
  mine.start();
  workers[0]!.reply({ type: "progress", says: "Loading NumPy", share: 0.5 });
  workers[0]!.reply({ type: "ready", took: 1 });
  assert.deepEqual(told, [{ says: "Loading NumPy", share: 0.5 }, null]);
});

test("a Python that cannot start fails every request with the reason, and may be tried again", async () => {
  const { session: mine, workers } = session();
  const end = mine.ask(run, () => {});
  workers[0]!.reply({ type: "failed", message: "no such file" });
  assert.deepEqual(await end, { how: "failed", message: "no such file" });
  assert.equal(mine.started, false);
});
