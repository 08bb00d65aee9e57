// Run steps one after the other, with what they need before them.

import type { Page } from "./page.ts";
import { above, before, uses, type Step } from "./plan.ts";
import type { Output } from "./protocol.ts";
import type { Ended } from "./session.ts";

export function hasRun(page: Page, id: string): boolean {
  return page.session.started && page.ranIn.get(id) === page.session.generation;
}

export function sourceOf(page: Page, step: Step): string {
  return page.source.get(step.id)?.() ?? step.source;
}

/** Which of the steps above run first: those that are needed and have not run, or all of them. */
export function firstOf(page: Page, id: string, all: boolean): Step[] {
  const steps = all
    ? above(page.data.steps, id)
    : before(page.data.steps, id, (each) => hasRun(page, each));
  const me = page.data.steps.find((step) => step.id === id);
  const answer = me?.kind === "exercise" ? sourceOf(page, me) : null;
  return steps.filter((step) => {
    if (step.kind === "exercise") return sourceOf(page, step) !== step.source; // else a stub
    return answer === null || uses(answer, step);
  });
}

/** Run one step. */
export async function runStep(
  page: Page,
  step: Step,
  output: (output: Output) => void,
): Promise<Ended> {
  const label = `${step.kind} ${step.id}`;
  const end = await page.session.ask({ type: "run", source: sourceOf(page, step), label }, output);
  if (end.how === "done" && end.ok) page.ranIn.set(step.id, page.session.generation);
  else page.ranIn.delete(step.id);
  return end;
}

export interface Before {
  end: Ended;
  /** The step that went wrong, with what it said. */
  step: Step;
  said: Output[];
}

/**
 * Run steps that stand above, quietly. Returns what went wrong, if anything did. An exercise that
 * goes wrong is the student's unfinished work and no reason to stop.
 */
export async function runFirst(
  page: Page,
  steps: Step[],
  says: (done: number) => void,
): Promise<Before | null> {
  for (const [done, step] of steps.entries()) {
    says(done);
    const said: Output[] = [];
    const end = await runStep(page, step, (output) => said.push(output));
    if (end.how !== "done") return { end, step, said };
    if (!end.ok && step.kind === "cell") return { end, step, said };
  }
  return null;
}
