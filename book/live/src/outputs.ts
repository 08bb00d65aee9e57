// Show what a cell says.

import type { Output } from "./protocol.ts";

/** An area that fills while a cell runs. */
export class OutputArea {
  readonly element: HTMLElement;
  #stream: HTMLPreElement | null = null;

  constructor(label: string) {
    this.element = document.createElement("div");
    this.element.className = "live-output";
    this.element.setAttribute("role", "region");
    this.element.setAttribute("aria-label", label);
    this.element.hidden = true;
  }

  clear(): void {
    this.element.replaceChildren();
    this.element.hidden = true;
    this.#stream = null;
  }

  show(output: Output): void {
    this.element.hidden = false;
    if (output.kind === "stdout" || output.kind === "stderr") return this.#print(output);
    this.#stream = null;
    if (output.kind === "html") {
      const made = document.createElement("div");
      made.className = "live-html";
      made.innerHTML = output.html;
      this.element.append(made);
    } else {
      this.element.append(pre(output.kind, output.text));
    }
  }

  #print({ kind, text }: { kind: "stdout" | "stderr"; text: string }): void {
    if (!this.#stream?.classList.contains(`live-${kind}`)) {
      this.#stream = pre(kind, "");
      this.element.append(this.#stream);
    }
    this.#stream.append(text);
  }
}

function pre(kind: string, text: string): HTMLPreElement {
  const element = document.createElement("pre");
  element.className = `live-${kind}`;
  element.tabIndex = 0; // it may scroll, so the keyboard has to reach it
  element.textContent = text;
  return element;
}
