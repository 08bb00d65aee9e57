// A written question: a field whose text goes into the notebook. A person grades it.

import type { Page, Written } from "./page.ts";

export class LiveWritten {
  readonly answer: string;
  #field: HTMLTextAreaElement;
  #page: Page;

  constructor(page: Page, { name }: Written, card: HTMLElement) {
    this.#page = page;
    this.answer = name;
    this.#field = card.querySelector<HTMLTextAreaElement>("textarea")!;
    this.#field.addEventListener("input", () => {
      if (this.#field.value) page.answers.saveAnswer(name, this.#field.value);
      else page.answers.clearAnswer(name);
    });
    this.follow();
  }

  follow(): void {
    const text = this.#page.answers.answer(this.answer) ?? "";
    if (this.#field.value !== text) this.#field.value = text;
  }
}
