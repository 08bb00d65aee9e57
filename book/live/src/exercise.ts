// An exercise in the page: the stub in an editor, Check, hints one at a time, what success opens.

import { CodeBox, pressedTwice, type Act } from "./box.ts";
import { OutputArea } from "./outputs.ts";
import type { ExerciseStep, Page } from "./page.ts";
import type { Checked } from "./protocol.ts";
import { firstOf, runStep } from "./running.ts";
import type { Ended } from "./session.ts";
import { follow, work } from "./work.ts";

export class LiveExercise {
  #page: Page;
  #step: ExerciseStep;
  #card: HTMLElement;
  #box: CodeBox;
  #area = new OutputArea("Verdict");
  #checked: Checked | null = null;

  constructor(page: Page, step: ExerciseStep, card: HTMLElement) {
    this.#page = page;
    this.#step = step;
    this.#card = card;
    const code = card.querySelector<HTMLElement>(":scope > div[class*=highlight-]")!;
    const bar = card.querySelector<HTMLElement>(".live-bar")!;
    bar.after(this.#area.element);
    const kept = page.answers.answer(step.answer);
    this.#box = new CodeBox(
      { code, bar, label: `Your ${step.name}`, text: kept ?? step.source },
      { act: (what) => this.#act(what), change: (text) => this.#changed(text) },
    );
    page.source.set(step.id, () => this.#box.text);
    follow(page, step, this.#box);
    // The editor is fetched when it is wanted: for work begun earlier, or when the stub is touched.
    if (kept !== null) {
      this.#box.show("edit", false);
      whenNear(card, () => void this.#box.edit(false));
    }
    code.addEventListener("click", () => void this.#edit());
    this.#showState();
    if (this.#page.answers.result(step.name)?.solved) void this.#showSolutions();
  }

  get step(): ExerciseStep {
    return this.#step;
  }

  /** The answer changed elsewhere: in another tab, or in another exercise on the same class. */
  follow(): void {
    const text = this.#page.answers.answer(this.#step.answer) ?? this.#step.source;
    if (text !== this.#box.text) {
      this.#box.text = text;
      this.#page.ranIn.delete(this.#step.id);
    }
    this.#showState();
  }

  #act(what: Act): void {
    if (what === "edit") void this.#edit();
    else if (what === "check") void this.#check();
    else if (what === "hint") this.#hint();
    else if (what === "stop") void this.#page.session.stop();
    else if (what === "reset") this.#reset();
  }

  async #edit(): Promise<void> {
    this.#page.session.start(); // it loads while the student reads and types
    await this.#box.edit(true);
    this.#box.show("edit", false);
  }

  #changed(text: string): void {
    this.#page.ranIn.delete(this.#step.id);
    if (text === this.#step.source) this.#page.answers.clearAnswer(this.#step.answer);
    else this.#page.answers.saveAnswer(this.#step.answer, text);
    this.#showState();
  }

  async #check(): Promise<void> {
    const source = this.#box.text;
    const first = firstOf(this.#page, this.#step.id, false);
    const end = await work(this.#page, this.#step, this.#box, this.#area, first, () =>
      this.#runAndCheck(),
    );
    const checked = end?.how === "done" ? end.checked : undefined;
    if (!checked) return;
    const { points, outOf, right } = checked;
    this.#page.answers.saveResult(this.#step.name, { points, outOf, right, source });
    this.#checked = checked;
    this.#area.show({ kind: "html", html: checked.html });
    this.#showState();
    if (right) await this.#showSolutions();
  }

  async #runAndCheck(): Promise<Ended> {
    const ran = await runStep(this.#page, this.#step, (output) => this.#area.show(output));
    if (ran.how !== "done" || !ran.ok) return ran;
    const ask = { type: "check" as const, exercise: this.#step.name };
    return this.#page.session.ask(ask, (output) => this.#area.show(output));
  }

  /** Open the next hint; each lies folded inside the one before. */
  #hint(): void {
    const hints = [...this.#card.querySelectorAll<HTMLDetailsElement>("details.reveal.hint")];
    const next = hints.find((hint) => !hint.open);
    if (next) next.open = true;
    next?.querySelector("summary")?.focus();
    const left = hints.filter((hint) => !hint.open).length;
    this.#box.say(next ? `Hint ${hints.length - left} of ${hints.length} is open below.` : "That was the last hint.");
  }

  #reset(): void {
    const button = this.#box.button("reset")!;
    if (!pressedTwice(button, "Discard my code?")) return;
    button.textContent = "Reset";
    this.#page.answers.clearAnswer(this.#step.answer);
    this.#page.answers.clearResult(this.#step.name);
    this.#box.text = this.#step.source;
    this.#page.ranIn.delete(this.#step.id);
    this.#area.clear();
    this.#checked = null;
    this.#card.querySelector(".live-solutions")?.remove();
    this.#box.say("");
    this.#showState();
  }

  #showState(): void {
    const result = this.#page.answers.result(this.#step.name);
    const mark = this.#card.querySelector<HTMLElement>(".live-mark");
    const fresh = result?.source === this.#box.text;
    this.#card.classList.toggle("is-solved", Boolean(result?.right && fresh));
    this.#box.enable("reset", this.#box.text !== this.#step.source);
    if (!mark) return;
    if (!result) mark.textContent = "";
    else if (!fresh) mark.textContent = "changed since the check";
    else mark.textContent = result.right ? "✓ solved" : `${result.points} of ${result.outOf} so far`;
    if (!fresh && this.#checked) this.#area.element.classList.add("is-stale");
  }

  /** The reference solution and another way, beside the student's own. */
  async #showSolutions(): Promise<void> {
    const { solutions } = this.#page.data;
    if (!solutions || this.#card.querySelector(".live-solutions")) return;
    const answer = await fetch(`${solutions}${this.#step.name}.json`);
    if (!answer.ok) return;
    const shown = document.createElement("div");
    shown.className = "live-solutions";
    for (const { title, html } of (await answer.json()) as { title: string; html: string }[]) {
      const fold = document.createElement("details");
      fold.className = "reveal";
      const summary = document.createElement("summary");
      summary.textContent = title;
      const code = document.createElement("div");
      code.innerHTML = html;
      code.querySelector("pre")?.setAttribute("tabindex", "0");
      fold.append(summary, code);
      shown.append(fold);
    }
    if (!this.#card.querySelector(".live-solutions")) this.#area.element.after(shown);
  }
}

function whenNear(element: HTMLElement, then: () => void): void {
  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      then();
    },
    { rootMargin: "400px" },
  );
  near.observe(element);
}
