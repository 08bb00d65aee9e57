// Brings a page's cells and exercises to life. Nothing heavy loads before the reader asks for it.

import { LiveCell } from "./cell.ts";
import { LiveExercise } from "./exercise.ts";
import { startOnIntent } from "./intent.ts";
import { MyWork } from "./mywork.ts";
import { readPage, type ExerciseStep, type Page } from "./page.ts";
import { LiveWritten } from "./written.ts";

function bring(page: Page): void {
  const exercises: LiveExercise[] = [];
  for (const step of page.data.steps) {
    const element = document.getElementById(elementOf(step.id, step.kind));
    if (!element || step.local || step.hidden) continue;
    if (step.kind === "cell") new LiveCell(page, step, element);
    else exercises.push(new LiveExercise(page, step as ExerciseStep, element));
  }
  const written = page.data.written.map(
    (each) => new LiveWritten(page, each, document.getElementById(elementOf(each.name, "exercise"))!),
  );
  startOnIntent(page, document.querySelectorAll(".live-bar"));
  const steps = exercises.map(({ step }) => step);
  const panel = document.querySelector<HTMLElement>(".live-work");
  const work = panel && steps.length ? new MyWork(page, steps, panel) : null;
  page.answers.listen(window, (changed) => {
    for (const each of exercises) {
      const mine = ["", `answer:${each.step.answer}`, `result:${each.step.name}`];
      if (mine.includes(changed)) each.follow();
    }
    for (const each of written) each.follow();
    work?.show();
    dispatchEvent(new Event("live:changed")); // progress.ts listens
  });
}

function elementOf(id: string, kind: "cell" | "exercise"): string {
  return kind === "cell" ? `cell-${id}` : `exercise-${id.replace(/[._]/g, "-")}`;
}

const page = readPage();
if (page) bring(page);
