// What the page and its worker say to each other.

/** One thing that a cell shows. */
export type Output =
  | { kind: "stdout" | "stderr"; text: string }
  | { kind: "text"; text: string }
  | { kind: "html"; html: string }
  | { kind: "error"; text: string; missing: string };

/** What `check` found, as the page needs it. */
export interface Checked {
  html: string;
  points: number;
  outOf: number;
  right: boolean;
  notStarted: boolean;
}

export type Request =
  // `packages` are fetched while the interpreter itself still starts; others follow when imported.
  | { type: "start"; pyodide: string; packages: string[]; interrupt: Uint8Array | null }
  | { type: "run"; id: number; source: string; label: string }
  | { type: "check"; id: number; exercise: string };

export type Reply =
  | { type: "progress"; says: string; share: number }
  | { type: "ready"; took: number }
  | { type: "failed"; message: string }
  | { type: "output"; id: number; output: Output }
  // `took` is in milliseconds, without what had to be loaded first.
  | { type: "done"; id: number; ok: boolean; took: number; checked?: Checked };
