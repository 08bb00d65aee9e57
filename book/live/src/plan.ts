// Which cells have to run before another one, so that Run works anywhere on the page.

/** A cell or an exercise, in the order of the page. `needs` are the steps that it builds on. */
export interface Step {
  id: string;
  kind: "cell" | "exercise";
  source: string;
  needs: string[];
  /** Why it cannot run in the browser; empty where it can. */
  local: string;
  hidden: boolean;
  /** Of the setup of an exercise page: what it defines beside `np`. */
  gives: string[];
}

/** The steps that `id` builds on, directly or not, which have not run; in the order of the page. */
export function before(steps: Step[], id: string, hasRun: (id: string) => boolean): Step[] {
  const wanted = closure(steps, [id], hasRun);
  return steps.filter((step) => wanted.has(step.id) && step.id !== id && !step.local);
}

/** Every step above `id` that a reader sees and that can run here, and what these build on. */
export function above(steps: Step[], id: string): Step[] {
  const at = Math.max(steps.findIndex((step) => step.id === id), 0);
  const seen = steps.slice(0, at).filter((step) => !step.hidden && !step.local);
  const wanted = closure(steps, [...seen.map((step) => step.id), id], () => false);
  return steps.slice(0, at).filter((step) => wanted.has(step.id) && !step.local);
}

function closure(steps: Step[], ids: string[], hasRun: (id: string) => boolean): Set<string> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const wanted = new Set(ids);
  const visit = (id: string): void => {
    for (const need of byId.get(id)?.needs ?? []) {
      if (wanted.has(need) || hasRun(need)) continue;
      wanted.add(need);
      visit(need);
    }
  };
  ids.forEach(visit);
  return wanted;
}

/**
 * Whether an answer uses what the setup defines. Most use NumPy alone, which every exercise has, and
 * are spared the seconds that Matplotlib takes to load.
 */
export function uses(answer: string, setup: Step): boolean {
  return setup.gives.some((name) => new RegExp(`\\b${name}\\b`).test(answer));
}
