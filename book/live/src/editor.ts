// CodeMirror 6 as the book uses it: a chunk of its own, fetched when somebody wants to edit.

import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

import { hangingLines } from "./hanging.ts";

export interface Editor {
  readonly element: HTMLElement;
  get text(): string;
  set text(text: string);
  focus(): void;
  destroy(): void;
}

export interface Wishes {
  text: string;
  label: string;
  run(): void;
  leave(): void;
  change(text: string): void;
}

export function makeEditor({ text, label, run, leave, change }: Wishes): Editor {
  const act = (what: () => void) => () => {
    what();
    return true;
  };
  const view = new EditorView({
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          { key: "Shift-Enter", run: act(run), preventDefault: true },
          { key: "Mod-Enter", run: act(run), preventDefault: true },
          { key: "Escape", run: act(leave) },
          { key: "Tab", run: indentMore, shift: indentLess },
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        history(),
        lineNumbers(),
        drawSelection(),
        highlightSpecialChars(),
        indentOnInput(),
        bracketMatching(),
        hangingLines,
        indentUnit.of("    "),
        pythonLanguage,
        syntaxHighlighting(classHighlighter),
        EditorView.editorAttributes.of({ class: "live-editor" }),
        EditorView.contentAttributes.of({
          "aria-label": `${label}. Shift-Enter runs it, Escape leaves the editor.`,
          autocapitalize: "off",
          autocorrect: "off",
          spellcheck: "false",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) change(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    element: view.dom,
    get text() {
      return view.state.doc.toString();
    },
    set text(wanted) {
      if (wanted === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: wanted } });
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
