// On every page: how many exercises of each chapter are solved, in the side bar and on the home page.

import { answersOfThisSite } from "./page.ts";

interface Chapter {
  title: string;
  page: string;
  exercises: Record<string, number>; // points by full name
}

const root = new URL("../../", import.meta.url);
const answers = answersOfThisSite();

function counted(chapter: Chapter): { solved: number; all: number } {
  const names = Object.keys(chapter.exercises);
  return { solved: names.filter((name) => answers.result(name)?.right).length, all: names.length };
}

function markSideBar(chapters: Chapter[]): void {
  const links = document.querySelectorAll<HTMLAnchorElement>(".bd-sidebar-primary a.reference.internal");
  for (const chapter of chapters) {
    const address = new URL(chapter.page, root).pathname;
    const { solved, all } = counted(chapter);
    for (const link of links) {
      if (new URL(link.href).pathname !== address) continue;
      const mark = link.querySelector(".live-solved") ?? document.createElement("span");
      mark.className = solved === all ? "live-solved is-all" : "live-solved";
      mark.textContent = `${solved}/${all}`;
      mark.setAttribute("title", `${solved} of ${all} exercises solved`);
      if (solved) link.append(mark);
      else mark.remove();
    }
  }
}

function showOnHome(chapters: Chapter[], panel: HTMLElement): void {
  const list = document.createElement("ul");
  for (const chapter of chapters) {
    const { solved, all } = counted(chapter);
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = new URL(chapter.page, root).href;
    link.textContent = chapter.title;
    const bar = document.createElement("progress");
    bar.max = all;
    bar.value = solved;
    bar.setAttribute("aria-label", `${chapter.title}: exercises solved`);
    const says = document.createElement("span");
    says.textContent = `${solved} of ${all}`;
    item.append(link, bar, says);
    list.append(item);
  }
  panel.querySelector("ul")?.remove();
  panel.append(list);
}

let chapters: Promise<Chapter[]> | null = null;

async function show(): Promise<void> {
  const panel = document.querySelector<HTMLElement>(".live-progress");
  if (!answers.any && !panel && !chapters) return; // most readers of most pages
  chapters ??= fetch(new URL("course.json", import.meta.url)).then((answer) => answer.json());
  const known = await chapters;
  markSideBar(known);
  if (panel) showOnHome(known, panel);
}

addEventListener("storage", () => void show());
addEventListener("live:changed", () => void show());
void show();
