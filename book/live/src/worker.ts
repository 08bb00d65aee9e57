// The page's one Python. A classic worker: importScripts works from any static host.

import figures from "./python/page_figures.py";
import shell from "./python/page.py";
import type { Checked, Output, Reply, Request } from "./protocol.ts";

type Start = Extract<Request, { type: "start" }>;

interface PythonShell {
  start(take: (output: string) => void): void;
  use_the_books_style(): void;
  run(source: string, label: string): boolean;
  check(exercise: string): string;
}

interface Pyodide {
  FS: { writeFile(path: string, text: string): void };
  setInterruptBuffer(buffer: Uint8Array): void;
  pyimport(name: string): unknown;
  loadPackage(names: string[], options: LoadOptions): Promise<unknown>;
  loadPackagesFromImports(source: string, options: LoadOptions): Promise<unknown>;
}

interface LoadOptions {
  messageCallback(message: string): void;
  errorCallback?(message: string): void;
}

declare function importScripts(...addresses: string[]): void;
declare function loadPyodide(options: Record<string, unknown>): Promise<Pyodide>;

const STEPS = 4; // of the bar, until the first result: interpreter, two packages, ready
const NAMES: Record<string, string> = {
  matplotlib: "Matplotlib",
  autograder: "the checks",
  course: "the course's data",
  numpy: "NumPy",
};

let python: Promise<{ pyodide: Pyodide; shell: PythonShell }>;
let current = 0;

function tell(reply: Reply): void {
  (self as unknown as { postMessage(reply: Reply): void }).postMessage(reply);
}

function loading(): LoadOptions {
  let done = 1;
  return {
    messageCallback(message) {
      const names = /^Loading (.+)$/.exec(message)?.[1]?.split(", ");
      if (names) {
        const known = Object.keys(NAMES).filter((name) => names.includes(name));
        const says = known.map((name) => NAMES[name]).join(" and ") || names[0];
        tell({ type: "progress", says: `Loading ${says}`, share: done / STEPS });
      }
      if (message.startsWith("Loaded ")) done = Math.min(done + 1, STEPS - 1);
    },
  };
}

async function start({ pyodide: address, packages, interrupt }: Start) {
  const began = performance.now();
  tell({ type: "progress", says: "Starting Python", share: 0.05 });
  importScripts(`${address}pyodide.js`);
  const options = loading();
  const pyodide = await loadPyodide({ indexURL: address, packages, ...options });
  tell({ type: "progress", says: "Almost there", share: 0.9 });
  if (interrupt) pyodide.setInterruptBuffer(interrupt);
  pyodide.FS.writeFile("page.py", shell);
  pyodide.FS.writeFile("page_figures.py", figures);
  const page = pyodide.pyimport("page") as PythonShell;
  page.start((text) => {
    tell({ type: "output", id: current, output: JSON.parse(text) as Output });
  });
  tell({ type: "ready", took: performance.now() - began });
  return { pyodide, shell: page };
}

/** The keys of the chapters whose exercises a cell checks, and the data sets that it loads;
 *  `own_wheels.py` gives them these names. */
function alsoNamedIn(source: string): string {
  const keys = [...source.matchAll(/\bcheck\(\s*["'](\w+)\./g)].map(([, chapter]) => `keys.${chapter}`);
  const data = [...source.matchAll(/\bload_\w+/g)].map(([loader]) => `data.${loader}`);
  return [...keys, ...data].map((name) => `import course.${name}\n`).join("");
}

async function run(id: number, source: string, label: string): Promise<void> {
  const { pyodide, shell } = await python;
  current = id;
  await pyodide.loadPackagesFromImports(source, loading());
  await pyodide.loadPackagesFromImports(alsoNamedIn(source), loading());
  if (/\b(matplotlib|plots)\b/.test(source)) {
    await pyodide.loadPackage(["book"], loading());
    shell.use_the_books_style();
  }
  const began = performance.now();
  const ok = shell.run(source, label);
  tell({ type: "done", id, ok, took: performance.now() - began });
}

async function check(id: number, exercise: string): Promise<void> {
  const { shell } = await python;
  current = id;
  const began = performance.now();
  const checked = JSON.parse(shell.check(exercise)) as Checked;
  tell({ type: "done", id, ok: true, took: performance.now() - began, checked });
}

// One at a time, in the order in which they were asked for.
let queue: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<Request>) => {
  if (data.type === "start") {
    python = start(data);
    python.catch((error) => tell({ type: "failed", message: String(error) }));
    return;
  }
  const work = () =>
    data.type === "run" ? run(data.id, data.source, data.label) : check(data.id, data.exercise);
  queue = queue.then(work).catch((error) => {
    tell({ type: "output", id: data.id, output: { kind: "error", text: String(error), missing: "" } });
    tell({ type: "done", id: data.id, ok: false, took: 0 });
  });
};
