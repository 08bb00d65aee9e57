// What the build says about this page, and what all its cells share.

import type { Step } from "./plan.ts";
import { Session } from "./session.ts";
import { Answers } from "./storage.ts";

export interface ExerciseStep extends Step {
  kind: "exercise";
  /** The exercise's full name, and the name of the answer: several exercises may grow one class. */
  name: string;
  answer: string;
  /** Of the answer's cell in the released notebook. */
  gradeId: string;
  outOf: number;
}

export interface Written {
  name: string;
  gradeId: string;
}

export interface PageData {
  chapter: string;
  /** Addresses, relative to the page; empty where the build leaves them out. */
  notebook: string;
  /** What nearly every cell of the page needs. */
  packages: string[];
  solutions: string;
  steps: (Step | ExerciseStep)[];
  written: Written[];
}

/** Everything that cells and exercises of one page have in common. */
export interface Page {
  data: PageData;
  session: Session;
  answers: Answers;
  /** What a step would run now: the text in its editor, or as it was built. */
  source: Map<string, () => string>;
  /** Which Python each step last ran in. */
  ranIn: Map<string, number>;
  /** What one step does to the whole page. */
  busy: BusyState;
}

/** Only one thing runs at a time; buttons follow. */
export class BusyState {
  #who: string | null = null;
  #listeners = new Set<(who: string | null) => void>();

  get who(): string | null {
    return this.#who;
  }

  set who(who: string | null) {
    this.#who = who;
    for (const listener of this.#listeners) listener(who);
  }

  listen(listener: (who: string | null) => void): void {
    this.#listeners.add(listener);
  }
}

/** What is kept in this browser; two books on one host differ in their folder. */
export function answersOfThisSite(): Answers {
  return new Answers(localStorage, new URL("../../", import.meta.url).pathname);
}

export function readPage(): Page | null {
  const element = document.getElementById("live-page");
  if (!element?.textContent) return null;
  const data = JSON.parse(element.textContent) as PageData;
  const worker = () => new Worker(new URL("worker.js", import.meta.url));
  const pyodide = new URL("../pyodide/", import.meta.url).href;
  return {
    data,
    session: new Session(worker, pyodide, data.packages, globalThis.crossOriginIsolated === true),
    answers: answersOfThisSite(),
    source: new Map(),
    ranIn: new Map(),
    busy: new BusyState(),
  };
}
