// One piece of work at a time on a page: who runs, the Stop button, what is loading, how it ended.

import type { CodeBox } from "./box.ts";
import type { OutputArea } from "./outputs.ts";
import type { Page } from "./page.ts";
import type { Step } from "./plan.ts";
import type { Output } from "./protocol.ts";
import { runFirst } from "./running.ts";
import type { Ended } from "./session.ts";

const LOST =
  "Stopped. Python had to start anew, so what the cells had defined is gone. " +
  "Run brings back what a cell needs.";

/** Buttons and status follow what the page does. */
export function follow(page: Page, step: Step, box: CodeBox): void {
  page.busy.listen((who) => {
    for (const act of ["run", "check", "all"] as const) box.enable(act, who === null);
    box.show("stop", who === step.id);
    box.bar.classList.toggle("is-busy", who === step.id);
    if (who !== step.id) box.progress(null);
  });
  page.session.onLoading((loading) => {
    if (page.busy.who === step.id) box.progress(loading);
  });
}

/**
 * Do something with Python: first what stands above, then `main`. Says in the box how it went;
 * returns whether everything ended well.
 */
export async function work(
  page: Page,
  step: Step,
  box: CodeBox,
  area: OutputArea,
  first: Step[],
  main: () => Promise<Ended>,
): Promise<Ended | null> {
  if (page.busy.who !== null) return null;
  page.busy.who = step.id;
  box.say(page.session.started ? "Running…" : "Starting Python…");
  area.element.classList.add("is-stale");
  try {
    const wrong = await runFirst(page, first, (done) => {
      if (page.session.started) box.say(`Running what this builds on, ${done + 1} of ${first.length}…`);
    });
    area.clear();
    if (wrong && wrong.end.how === "done") {
      for (const output of wrong.said) area.show(elsewhere(output));
      box.say("A cell above, which this one builds on, ended with an error.");
      return wrong.end;
    }
    const end = wrong?.end ?? (await main());
    if (end.how === "stopped") box.say(end.lost ? LOST : "Stopped.");
    else if (end.how === "failed") box.say(`Python did not start. ${end.message}`);
    else box.say(`${end.ok ? "Ran in" : "Ended with an error after"} ${duration(end.took)}`);
    return end;
  } finally {
    area.element.classList.remove("is-stale");
    page.busy.who = null;
  }
}

/** What a cell above said about itself, told below another one. */
function elsewhere(output: Output): Output {
  if (output.kind !== "error") return output;
  return { ...output, text: output.text.replaceAll("This cell, line", "The cell above, line") };
}

function duration(milliseconds: number): string {
  return milliseconds < 1000
    ? `${Math.max(1, Math.round(milliseconds))} ms`
    : `${(milliseconds / 1000).toFixed(1)} s`;
}
