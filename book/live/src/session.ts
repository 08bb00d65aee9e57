// The page's Python as the page sees it: started on first use, asked one thing at a time, stopped.

import type { Checked, Output, Reply, Request } from "./protocol.ts";

export type Ended =
  | { how: "done"; ok: boolean; took: number; checked?: Checked }
  | { how: "stopped"; lost: boolean } // `lost`: Python had to be ended, and what cells defined is gone
  | { how: "failed"; message: string };

export interface Loading {
  says: string;
  share: number; // 0 to 1
}

type Asked = { type: "run"; source: string; label: string } | { type: "check"; exercise: string };

interface Pending {
  output: (output: Output) => void;
  ended: (end: Ended) => void;
}

/** The part of a Worker that is used; tests bring their own. */
export type Port = Pick<Worker, "postMessage" | "terminate" | "onmessage" | "onerror">;

const PATIENCE = 1000; // milliseconds until an interrupt that nobody heeds becomes an end

export class Session {
  #make: () => Port;
  #pyodide: string;
  #packages: string[];
  #interrupt: Uint8Array | null;
  #port: Port | null = null;
  #pending = new Map<number, Pending>();
  #last = 0;
  #listeners = new Set<(loading: Loading | null) => void>();
  /** Counts the Pythons of this page: what ran in an earlier one is gone. */
  generation = 0;

  constructor(make: () => Port, pyodide: string, packages: string[], isolated: boolean) {
    this.#make = make;
    this.#pyodide = pyodide;
    this.#packages = packages;
    // Only a page with the headers of cross-origin isolation may share memory with its worker.
    this.#interrupt = isolated ? new Uint8Array(new SharedArrayBuffer(1)) : null;
  }

  get started(): boolean {
    return this.#port !== null;
  }

  /** Hear what is being loaded; null once Python is up. */
  onLoading(listener: (loading: Loading | null) => void): void {
    this.#listeners.add(listener);
  }

  /** Start Python unless it runs. */
  start(): Port {
    if (this.#port) return this.#port;
    const port = this.#make();
    this.#port = port;
    this.generation += 1;
    port.onmessage = ({ data }: MessageEvent<Reply>) => this.#hear(data);
    port.onerror = (event) => this.#fail((event as ErrorEvent).message || "The worker did not load.");
    const [pyodide, packages, interrupt] = [this.#pyodide, this.#packages, this.#interrupt];
    this.#send({ type: "start", pyodide, packages, interrupt });
    return port;
  }

  /** Ask for something; `output` hears what is shown on the way. */
  ask(asked: Asked, output: (output: Output) => void): Promise<Ended> {
    this.start();
    const id = ++this.#last;
    return new Promise((ended) => {
      this.#pending.set(id, { output, ended });
      if (this.#interrupt && this.#pending.size === 1) this.#interrupt[0] = 0;
      this.#send({ ...asked, id });
    });
  }

  /** Stop whatever runs. An interrupt keeps what cells defined; ending the worker does not. */
  async stop(): Promise<void> {
    if (this.#interrupt && this.#pending.size) {
      const first = [...this.#pending.keys()][0]!;
      this.#interrupt[0] = 2; // as Ctrl-C
      for (let waited = 0; waited < PATIENCE; waited += 50) {
        await new Promise((go) => setTimeout(go, 50));
        if (!this.#pending.has(first)) return;
      }
    }
    this.#end({ how: "stopped", lost: true });
  }

  #hear(reply: Reply): void {
    if (reply.type === "progress") this.#tell({ says: reply.says, share: reply.share });
    else if (reply.type === "ready") this.#tell(null);
    else if (reply.type === "failed") this.#fail(reply.message);
    else if (reply.type === "output") this.#pending.get(reply.id)?.output(reply.output);
    else {
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      this.#tell(null);
      const { ok, took, checked } = reply;
      pending?.ended({ how: "done", ok, took, checked });
    }
  }

  #fail(message: string): void {
    this.#end({ how: "failed", message });
  }

  #end(end: Ended): void {
    this.#port?.terminate();
    this.#port = null;
    this.#tell(null);
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const each of pending) each.ended(end);
  }

  #tell(loading: Loading | null): void {
    for (const listener of this.#listeners) listener(loading);
  }

  #send(request: Request): void {
    this.#port!.postMessage(request);
  }
}
