// "Your work" on an exercise page: how far it is, the notebook to hand in, forgetting everything.

import { pressedTwice } from "./box.ts";
import { download, withAnswers, type Notebook } from "./notebook.ts";
import type { ExerciseStep, Page } from "./page.ts";

export class MyWork {
  #page: Page;
  #exercises: ExerciseStep[];
  #says: HTMLElement;
  #status: HTMLElement;

  constructor(page: Page, exercises: ExerciseStep[], panel: HTMLElement) {
    this.#page = page;
    this.#exercises = exercises;
    this.#says = panel.querySelector<HTMLElement>(".live-work-says")!;
    this.#status = panel.querySelector<HTMLElement>(".live-status")!;
    panel
      .querySelector<HTMLButtonElement>("[data-act=download]")!
      .addEventListener("click", () => void this.#download());
    const clear = panel.querySelector<HTMLButtonElement>("[data-act=clear]")!;
    const says = clear.textContent;
    clear.addEventListener("click", () => {
      if (!pressedTwice(clear, "Forget my answers of this chapter?")) return;
      clear.textContent = says;
      this.#clear();
      this.#status.textContent = "Your answers of this chapter are forgotten.";
    });
    this.show();
  }

  show(): void {
    const results = this.#exercises.map(({ name }) => this.#page.answers.result(name));
    const solved = results.filter((result) => result?.right).length;
    const points = results.reduce((sum, result) => sum + (result?.points ?? 0), 0);
    const outOf = this.#exercises.reduce((sum, each) => sum + each.outOf, 0);
    this.#says.textContent =
      `${solved} of ${this.#exercises.length} exercises solved, ` +
      `${Math.round(points * 100) / 100} of ${outOf} points. Kept in this browser only.`;
  }

  async #download(): Promise<void> {
    const { chapter, notebook, written } = this.#page.data;
    try {
      const answer = await fetch(notebook);
      if (!answer.ok) throw new Error(`The notebook is not there (${answer.status}).`);
      const released = (await answer.json()) as Notebook;
      const answers = new Map<string, string>();
      const cells = [
        ...this.#exercises.map(({ answer, gradeId }) => ({ name: answer, gradeId })),
        ...written,
      ];
      for (const { name, gradeId } of cells) {
        const text = this.#page.answers.answer(name);
        if (text !== null) answers.set(gradeId, text);
      }
      const mine = withAnswers(released, answers);
      download(`${chapter}.ipynb`, JSON.stringify(mine, null, 1) + "\n");
      const count = ["no answer", "1 answer"][answers.size] ?? `${answers.size} answers`;
      this.#status.textContent = `Saved ${chapter}.ipynb with ${count} in it.${this.#unchecked()}`;
    } catch (error) {
      this.#status.textContent = `The notebook could not be made. ${(error as Error).message}`;
    }
  }

  /** What changed since its check may score differently. */
  #unchecked(): string {
    const names = this.#exercises
      .filter(({ name, answer }) => {
        const text = this.#page.answers.answer(answer);
        return text !== null && text !== this.#page.answers.result(name)?.source;
      })
      .map(({ name }) => name.split(".")[1]);
    return names.length ? ` Not checked since you changed it: ${names.join(", ")}.` : "";
  }

  #clear(): void {
    for (const each of this.#exercises) {
      this.#page.answers.clearAnswer(each.answer);
      this.#page.answers.clearResult(each.name);
    }
    for (const each of this.#page.data.written) this.#page.answers.clearAnswer(each.name);
  }
}
