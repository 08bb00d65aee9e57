// Code that can be edited: the page's own code block, an editor in its place, and a bar of buttons.

import type { Editor } from "./editor.ts";
import type { Loading } from "./session.ts";

export type Act = "run" | "check" | "edit" | "all" | "reset" | "stop" | "hint";

export interface BoxParts {
  /** The code as it was built, and the bar that the build put below it. */
  code: HTMLElement;
  bar: HTMLElement;
  label: string;
  text: string;
}

export interface BoxActs {
  act(what: Act): void;
  change(text: string): void;
}

export class CodeBox {
  readonly bar: HTMLElement;
  #code: HTMLElement;
  #label: string;
  #text: string;
  #acts: BoxActs;
  #editor: Editor | null = null;
  #mounting: Promise<Editor> | null = null;
  #status: HTMLElement;

  constructor({ code, bar, label, text }: BoxParts, acts: BoxActs) {
    this.bar = bar;
    this.#code = code;
    this.#label = label;
    this.#text = text;
    this.#acts = acts;
    this.#status = bar.querySelector<HTMLElement>(".live-status")!;
    for (const button of bar.querySelectorAll<HTMLButtonElement>("button[data-act]")) {
      button.addEventListener("click", () => acts.act(button.dataset.act as Act));
    }
  }

  get text(): string {
    return this.#editor?.text ?? this.#text;
  }

  /** Change the text from outside; `change` is not called for it. */
  set text(text: string) {
    this.#text = text;
    if (this.#editor) this.#editor.text = text;
  }

  get editing(): boolean {
    return this.#editor !== null;
  }

  /** Put the editor in the code's place. */
  async edit(focus: boolean): Promise<void> {
    this.#mounting ??= this.#mount();
    const editor = await this.#mounting;
    if (focus) editor.focus();
  }

  async #mount(): Promise<Editor> {
    const { makeEditor } = await import("./editor.ts");
    const editor = makeEditor({
      text: this.#text,
      label: this.#label,
      run: () => this.#acts.act(this.#main()),
      leave: () => this.button(this.#main())?.focus(),
      change: (text) => {
        if (text === this.#text) return;
        this.#text = text;
        this.#acts.change(text);
      },
    });
    this.#code.hidden = true;
    this.#code.before(editor.element);
    this.#editor = editor;
    return editor;
  }

  /** Show the code as it was built. */
  close(text: string): void {
    this.#editor?.element.remove();
    this.#editor?.destroy();
    this.#editor = null;
    this.#mounting = null;
    this.#text = text;
    this.#code.hidden = false;
  }

  button(act: Act): HTMLButtonElement | null {
    return this.bar.querySelector<HTMLButtonElement>(`button[data-act=${act}]`);
  }

  show(act: Act, shown: boolean): void {
    const button = this.button(act);
    if (button) button.hidden = !shown;
  }

  enable(act: Act, enabled: boolean): void {
    const button = this.button(act);
    if (button) button.disabled = !enabled;
  }

  say(text: string): void {
    this.#status.textContent = text;
  }

  /** Show how far loading is; null takes the bar away. */
  progress(loading: Loading | null): void {
    const bar = this.bar.querySelector("progress");
    if (!loading) return bar?.remove();
    const shown = bar ?? document.createElement("progress");
    shown.max = 1;
    shown.value = loading.share;
    shown.setAttribute("aria-label", "Python is loading");
    if (!bar) this.#status.before(shown);
    this.say(`${loading.says}…`);
  }

  #main(): Act {
    return this.button("run") ? "run" : "check";
  }
}

/** Let a button do what it says only when it is pressed twice. */
export function pressedTwice(button: HTMLButtonElement, question: string): boolean {
  if (button.dataset.asked) {
    delete button.dataset.asked;
    return true;
  }
  const says = button.textContent;
  button.dataset.asked = "yes";
  button.textContent = question;
  const forget = () => {
    delete button.dataset.asked;
    button.textContent = says;
  };
  setTimeout(forget, 5000);
  return false;
}
