"""Verdict -> HTML, text and plain data: told in steps, so that debugging is practised.

Step 1 is the evidence: what was called, which array is wrong, the worst entry. Step 2 says where to
look. Step 3 names the mistake. Nothing here computes: it only words what the verdict holds.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

import numpy as np

from autograder.checking import Verdict
from autograder.compare import describe
from autograder.data import Seed
from autograder.exercise import Finding, Question

STEPS = ("evidence", "where", "mistake")
LONG = 200  # characters of one argument
# By kind of finding, where the sentence itself tells what came back.
OF_SECRETS = {
    "structure": "{which} has not the form that the docstring asks for.",
    "shape": "{which} has not the shape that the docstring asks for.",
    "dtype": "{which} has not the dtype that the docstring asks for.",
}
UNKNOWN = (
    "This is not one of the mistakes the course knows. Take the smallest case that fails, "
    "compute it by hand, and compare it line by line with what your code does. "
    "The exercise's hints help too."
)
OTHER_FORM = (
    "What comes back has another form than the docstring says; the numbers in it were not looked at. "
    "Print type(…) of what your function returns and compare it with the docstring."
)
# What to do about a kind of finding that tells the mistake by itself.
OF_KINDS = {
    "changed": "The argument is the caller's own array. x += … and x[…] = … write into it; "
    "x = x + … makes a new array, and so does x.copy().",
    "structure": OTHER_FORM,
    "not data": OTHER_FORM,
    "shape": "An axis is lost, kept or exchanged on the way. Print the shape after each line and "
    "compare it with the docstring. A sum or a mean over an axis loses that axis; keepdims=True "
    "keeps it with length 1.",
    "dtype": "The numbers were not looked at yet: they are of another type than the docstring says. "
    "Print the dtype after each line and find the one where it changes.",
}
PRINTED = (
    "print shows a value to whoever reads the screen; only return hands it to the caller. What your "
    "function prints, it should return."
)
AN_ERROR = (
    "Python says what went wrong, and in which line. Print the arguments of that line just before it, "
    "with their shapes."
)
OF_ERRORS = {
    "ValueError": "Most often two shapes do not fit. Print them just before the line. NumPy compares "
    "shapes from the last axis to the first, and a sum or a mean over an axis loses that axis: "
    "keepdims=True keeps it with length 1. @ wants the inner lengths to be equal.",
    "IndexError": "An index points beyond the end. The first entry has the index 0, the last one the "
    "index n - 1. Print the shape and the index just before the line.",
    "NameError": "Python does not know the name there: a slip of the pen, an import that is missing, or "
    "a cell that has not run.",
    "UnboundLocalError": "A name that is assigned anywhere in a function is the function's own, and here "
    "it is read before it has a value. Assign it first.",
    "RecursionError": "The function calls itself without end. Did you mean to call another one, or is "
    "there no case in which it stops?",
    "TypeError": "A value is of another type than the line takes it for. Print type(…) of each of them "
    "just before it. None comes from a function without return.",
    "AttributeError": "A value is of another type than the line takes it for. Print type(…) of it just "
    "before. None comes from a function without return.",
}
STYLE = """<style>
.ag{border-left:4px solid var(--ag);padding:.4em .8em;margin:.4em 0;line-height:1.45;max-width:48em}
.ag pre{margin:.4em 0;padding:.5em .7em;white-space:pre-wrap;overflow-wrap:anywhere;
background:rgba(128,128,128,.12);color:inherit;border:0;font-size:.9em}
.ag summary{display:list-item;cursor:pointer;font-weight:600;min-height:1.8em}
.ag p{margin:.3em 0}.ag .ag-head{font-weight:600}.ag-right{--ag:#009e73}.ag-wrong{--ag:#d55e00}
.ag-todo{--ag:#8a8a8a}</style>"""


def headline(verdict: Verdict) -> str:
    """One line: the exercise, how it stands, the points."""
    points = (
        f"{verdict.points:g} of {verdict.out_of} {'point' if verdict.out_of == 1 else 'points'}"
    )
    if verdict.right:
        return f"✓ {verdict.exercise} is right: {points}."
    if verdict.not_started:
        return f"○ {verdict.exercise} is not implemented yet."
    return f"✗ {verdict.exercise} is not right yet: {points}."


def evidence(verdict: Verdict) -> list[tuple[str, str]]:
    """What was called, what is wrong: (sentence, preformatted text) pairs."""
    if verdict.not_started:
        return [("Put your code in place of the line that raises NotImplementedError, and check again. "
                 "In a notebook, run its cell before you check.", "")]  # fmt: skip
    shown: list[tuple[str, str]] = []
    if verdict.first_mend:
        shown.append((verdict.first_mend, ""))
    first = verdict.findings[0]
    parts = [f for f in verdict.findings if f.question is first.question and f.check == first.check]
    if first.question is not None:
        call = called(verdict.asked_as, first.question, verdict.public)
        shown.append((f"Asked: {first.question.about}.", call))
    for finding in parts:
        shown.append((_with_evidence(finding, verdict.public), _shown_traceback(finding, verdict)))
    others = {f.question.about for f in verdict.findings if f.question} - {
        first.question.about if first.question else ""
    }
    if others:
        cases = "case is" if len(others) == 1 else "cases are"
        shown.append((f"{len(others)} other {cases} wrong too.", ""))
    if verdict.public and verdict.printed:
        shown.append(("Your code printed:", verdict.printed.rstrip()))
    if verdict.public and verdict.warnings:
        shown.append(("Your code warned:", "\n".join(verdict.warnings)))
    return shown


def called(asked_as: str, question: Question, public: bool = True) -> str:
    """The call, with the shapes of its arguments and, where they are small and public, their values."""
    lines = asked_as.splitlines()
    lines += [f"  {key}: {_shape(value, public)}" for key, value in question.arguments.items()]
    return "\n".join(lines)


def _shape(value: Any, public: bool, numbers: bool = True) -> str:
    """What an argument is; the numbers of a small array too, where that does not get too long."""
    if type(value) is np.ndarray:
        text = f"array {value.shape}, {value.dtype}"
        if value.size > 6 or not value.size or not (public and numbers):
            return text
        entries = np.array2string(value, precision=4, max_line_width=1000)
        return f"{text} = {' '.join(entries.split())}"
    if type(value) is Seed:
        return f"numpy.random.default_rng({value.number if public else '…'})"
    if type(value) in (list, tuple) and any(type(v) in (np.ndarray, tuple, list) for v in value):
        items = ", ".join(_shape(item, public, numbers) for item in value[:4])
        text = f"{type(value).__name__} of {len(value)}: {items}{', …' if len(value) > 4 else ''}"
        return _shape(value, public, numbers=False) if numbers and len(text) > LONG else text
    if type(value) is dict and any(type(v) is np.ndarray for v in value.values()):
        return ", ".join(f"{key}: {_shape(item, public, numbers)}" for key, item in value.items())
    if not public:
        return describe(value)
    text = repr(value)
    if type(value) is float and len(text) > 8:
        return f"{value:.4f}" if 1e-3 <= abs(value) < 1e4 else f"{value:.4e}"
    return text if len(text) <= 60 else text[:57] + "…"


def _with_evidence(finding: Finding, public: bool) -> str:
    return f"{finding.says} {finding.evidence}".strip() if public else told_of_secret(finding)


def told_of_secret(finding: Finding) -> str:
    """What may be told of a secret question: a shape, a length or a type that student code chose
    could carry the question's numbers outside."""
    sentence = OF_SECRETS.get(finding.kind)
    return finding.says if sentence is None else sentence.format(which=finding.which)


def _shown_traceback(finding: Finding, verdict: Verdict) -> str:
    return finding.traceback if verdict.public else ""


def where(verdict: Verdict) -> str:
    """Step 2."""
    return verdict.where or "Look at the arrays named above, one step of the computation at a time."


def explanation(verdict: Verdict) -> str:
    """Step 3: the sentence of the mistake, or how to go on where it is not one that the course knows."""
    if verdict.explanation:
        return verdict.explanation
    first = verdict.findings[0]
    if first.kind == "error":
        return next((says for word, says in OF_ERRORS.items() if word in first.says), AN_ERROR)
    if verdict.printed and re.search(r"\bNone\.", first.says):
        return PRINTED
    return OF_KINDS.get(first.kind, UNKNOWN)


def to_text(verdict: Verdict, reveal: str = "evidence") -> str:
    """The verdict for a terminal, told as far as the step `reveal`."""
    lines = [headline(verdict)]
    if verdict.remark:
        lines.append(f"  {verdict.remark}")
    if verdict.right:
        return "\n".join(lines)
    for sentence, block in evidence(verdict):
        lines.append(f"  {sentence}")
        lines += [f"    {line}" for line in block.splitlines()]
    if verdict.not_started:
        return "\n".join(lines)
    steps = STEPS[1 : STEPS.index(reveal) + 1]
    lines += [f"  {step_to_text(verdict, step)}" for step in steps]
    if reveal != STEPS[-1]:
        lines.append("  .explain() tells more, one step at a time.")
    return "\n".join(lines)


def step_to_text(verdict: Verdict, step: str) -> str:
    """One step after the evidence, for a terminal that shows the earlier ones already."""
    if step == "where":
        return f"Where to look: {where(verdict)}"
    return f"The mistake: {explanation(verdict)}"


def to_html(verdict: Verdict, reveal: str = "evidence") -> str:
    """The verdict for a notebook or a page; the later steps fold open with a click each."""
    kind = "right" if verdict.right else "todo" if verdict.not_started else "wrong"
    body = [f'<p class="ag-head">{escape(headline(verdict))}</p>']
    if verdict.remark:
        body.append(f"<p>{escape(verdict.remark)}</p>")
    if not verdict.right:
        for sentence, block in evidence(verdict):
            body.append(f"<p>{escape(sentence)}</p>")
            if block:
                body.append(f"<pre>{escape(block)}</pre>")
    if not verdict.right and not verdict.not_started:
        step = STEPS.index(reveal)
        last = _folded("The mistake", explanation(verdict), "", step >= 2)
        body.append(_folded("Where to look", where(verdict), last, step >= 1))
    return f'{STYLE}<div class="ag ag-{kind}" role="status">{"".join(body)}</div>'


def _folded(title: str, sentence: str, inner: str, opened: bool) -> str:
    state = " open" if opened else ""
    content = f"<p>{escape(sentence)}</p>{inner}"
    return f"<details{state}><summary>{escape(title)}</summary>{content}</details>"


def to_data(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain values, for reports and for machines; free of numbers where secret."""
    return {
        "exercise": verdict.exercise,
        "points": verdict.points,
        "out_of": verdict.out_of,
        "mistake": verdict.mistake,
        "explanation": verdict.explanation,
        "where": verdict.where,
        "remark": verdict.remark,
        "findings": [
            {
                "check": f.check,
                "kind": f.kind,
                "which": f.which,
                "says": f.says if verdict.public else told_of_secret(f),
                "evidence": f.evidence if verdict.public else "",
            }
            for f in verdict.findings
        ],
    }
