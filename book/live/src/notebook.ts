// The released notebook with the student's answers in its cells, ready to hand in.

export interface Notebook {
  cells: { cell_type: string; source: string | string[]; metadata: { nbgrader?: { grade_id: string; solution: boolean } } }[];
}

/** Put each answer into the cell of its grade id; cells without one stay as they were released. */
export function withAnswers<N extends Notebook>(released: N, answers: Map<string, string>): N {
  const copy = structuredClone(released);
  for (const cell of copy.cells) {
    const nbgrader = cell.metadata.nbgrader;
    if (!nbgrader?.solution) continue;
    const answer = answers.get(nbgrader.grade_id);
    if (answer !== undefined) cell.source = answer.split(/(?<=\n)/);
  }
  return copy;
}

/** Offer a text as a file to keep. */
export function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
