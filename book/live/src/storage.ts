// What the reader wrote and solved, in this browser only. Two tabs see each other's changes.

/** What the last check of an exercise found. */
export interface Result {
  points: number;
  outOf: number;
  right: boolean;
  /** Once right, always: what success shows stays open while its code is played with. */
  solved: boolean;
  /** The answer that was checked. */
  source: string;
}

type Listener = (name: string) => void;

export class Answers {
  #storage: Storage;
  #prefix: string;
  #listeners = new Set<Listener>();

  /** `site` keeps two books on one host apart. */
  constructor(storage: Storage, site: string) {
    this.#storage = storage;
    this.#prefix = `nn-book:${site}:`;
  }

  /**
   * Hear of changes, also of those that another tab made. The name is "answer:…" or "result:…", and
   * empty where everything changed.
   */
  listen(target: EventTarget, listener: Listener): void {
    this.#listeners.add(listener);
    target.addEventListener("storage", (event) => {
      const { key } = event as StorageEvent;
      if (key === null) listener("");
      else if (key.startsWith(this.#prefix)) listener(key.slice(this.#prefix.length));
    });
  }

  answer(name: string): string | null {
    return this.#get(`answer:${name}`);
  }

  saveAnswer(name: string, text: string): void {
    this.#set(`answer:${name}`, text);
  }

  clearAnswer(name: string): void {
    this.#remove(`answer:${name}`);
  }

  result(exercise: string): Result | null {
    const text = this.#get(`result:${exercise}`);
    try {
      return text === null ? null : (JSON.parse(text) as Result);
    } catch {
      return null; // written by something else
    }
  }

  saveResult(exercise: string, result: Omit<Result, "solved">): void {
    const solved = result.right || (this.result(exercise)?.solved ?? false);
    this.#set(`result:${exercise}`, JSON.stringify({ ...result, solved }));
  }

  clearResult(exercise: string): void {
    this.#remove(`result:${exercise}`);
  }

  /** Forget everything of this book. */
  clear(): void {
    for (const key of this.#keys()) this.#remove(key.slice(this.#prefix.length));
  }

  /** Whether anything is kept. */
  get any(): boolean {
    return this.#keys().length > 0;
  }

  #keys(): string[] {
    try {
      return Object.keys(this.#storage).filter((key) => key.startsWith(this.#prefix));
    } catch {
      return [];
    }
  }

  #get(name: string): string | null {
    try {
      return this.#storage.getItem(this.#prefix + name);
    } catch {
      return null; // storage is forbidden here: the page works, and forgets
    }
  }

  #set(name: string, text: string): void {
    try {
      this.#storage.setItem(this.#prefix + name, text);
    } catch {
      return; // full or forbidden: Download still has everything that is on the page
    }
    for (const listener of this.#listeners) listener(name);
  }

  #remove(name: string): void {
    try {
      this.#storage.removeItem(this.#prefix + name);
    } catch {
      return;
    }
    for (const listener of this.#listeners) listener(name);
  }
}
