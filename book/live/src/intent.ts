// Python starts when a reader reaches for a cell's buttons, a moment before one is pressed.

import type { Page } from "./page.ts";

/** Start Python when a pointer or the keyboard comes to one of the bars, unless data is to be saved. */
export function startOnIntent(page: Page, bars: Iterable<Element>): void {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  if (connection?.saveData) return;
  const start = () => void page.session.start();
  for (const bar of bars) {
    for (const sign of ["pointerenter", "focusin"]) bar.addEventListener(sign, start, { once: true });
  }
}
