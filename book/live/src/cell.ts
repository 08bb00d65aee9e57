// A cell of an explanatory chapter: the build's output until the reader runs it.

import { CodeBox, type Act } from "./box.ts";
import { OutputArea } from "./outputs.ts";
import type { ExerciseStep, Page } from "./page.ts";
import type { Step } from "./plan.ts";
import { firstOf, hasRun, runStep } from "./running.ts";
import { follow, work } from "./work.ts";

export class LiveCell {
  #page: Page;
  #step: Step;
  #box: CodeBox;
  #area: OutputArea;
  #built: HTMLElement[];

  constructor(page: Page, step: Step, root: HTMLElement) {
    this.#page = page;
    this.#step = step;
    const code = root.querySelector<HTMLElement>(".cell_input")!;
    const bar = root.querySelector<HTMLElement>(".live-bar")!;
    this.#area = new OutputArea("Output of your run");
    this.#built = place(root, bar, this.#area.element);
    this.#box = new CodeBox(
      { code, bar, label: "Python code of the cell", text: step.source },
      { act: (what) => this.#act(what), change: () => page.ranIn.delete(step.id) },
    );
    page.source.set(step.id, () => this.#box.text);
    follow(page, step, this.#box);
    code.addEventListener("dblclick", () => void this.#edit());
  }

  #act(what: Act): void {
    if (what === "edit") void this.#edit();
    else if (what === "run") void this.#run(false);
    else if (what === "all") void this.#run(true);
    else if (what === "stop") void this.#page.session.stop();
    else if (what === "reset") this.#reset();
  }

  async #edit(): Promise<void> {
    this.#page.session.start(); // it loads while the reader reads and types
    this.#show(true);
    await this.#box.edit(true);
  }

  #show(touched: boolean): void {
    this.#box.show("edit", !touched);
    this.#box.show("all", touched);
    this.#box.show("reset", touched);
  }

  async #run(all: boolean): Promise<void> {
    const first = firstOf(this.#page, this.#step.id, all);
    let missing = "";
    const end = await work(this.#page, this.#step, this.#box, this.#area, first, () => {
      for (const element of this.#built) element.hidden = true;
      return runStep(this.#page, this.#step, (output) => {
        this.#area.show(output);
        if (output.kind === "error") missing = output.missing;
      });
    });
    if (!end) return;
    this.#show(true);
    this.#box.show("edit", !this.#box.editing);
    if (missing) this.#explainMissing(missing);
  }

  /** A name that is not defined is often that of an exercise, or of a cell that has not run. */
  #explainMissing(name: string): void {
    const exercise = this.#page.data.steps.find(
      (step) => step.kind === "exercise" && (step as ExerciseStep).answer.endsWith(`.${name}`),
    );
    const cells = firstOf(this.#page, this.#step.id, true);
    let says = "";
    if (exercise) says = `${name} is an exercise on this page: write it first, then run this cell.`;
    else if (cells.some((step) => !hasRun(this.#page, step.id)))
      says = `${name} is not defined yet. If a cell above defines it, press “Run all above”.`;
    if (says) this.#area.show({ kind: "text", text: says });
  }

  #reset(): void {
    this.#box.close(this.#step.source);
    this.#area.clear();
    for (const element of this.#built) element.hidden = false;
    this.#show(false);
    this.#box.say("");
    this.#page.ranIn.delete(this.#step.id);
    this.#box.button("edit")?.focus();
  }
}

/** Put the live output where the built one stands; return what it takes the place of. */
function place(root: HTMLElement, bar: HTMLElement, area: HTMLElement): HTMLElement[] {
  const output = root.querySelector<HTMLElement>(".cell_output");
  if (!output) {
    bar.after(area);
    return [];
  }
  const figure = output.querySelector<HTMLElement>("figure");
  if (figure) {
    figure.prepend(area); // the caption stays
    return [...figure.children].filter(
      (child) => child !== area && child.tagName !== "FIGCAPTION",
    ) as HTMLElement[];
  }
  const outer = output.closest<HTMLElement>("details") ?? output;
  const built = root.contains(outer) ? outer : output;
  built.after(area);
  return [built];
}
