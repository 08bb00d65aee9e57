// A line that is too long for the editor goes on below its own beginning, not at the margin.

import { RangeSetBuilder, type Extension } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from "@codemirror/view";

function hang(view: EditorView): DecorationSet {
  const found = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      const indent = line.text.length - line.text.trimStart().length;
      found.add(line.from, line.from, Decoration.line({ attributes: { style: `--indent:${indent}ch` } }));
      at = line.to + 1;
    }
  }
  return found.finish();
}

class Hanging {
  decorations: DecorationSet;

  constructor(view: EditorView) {
    this.decorations = hang(view);
  }

  update(update: ViewUpdate): void {
    if (update.docChanged || update.viewportChanged) this.decorations = hang(update.view);
  }
}

/** Wraps lines; `book.css` says how far they hang below their indentation. */
export const hangingLines: Extension = [
  EditorView.lineWrapping,
  ViewPlugin.fromClass(Hanging, { decorations: (it) => it.decorations }),
];
