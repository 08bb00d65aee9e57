"""How a student works with the exercises, as a notebook says it and as the page says it.

``{how-to-work} chapter.exercise`` stands once in each ``course/<chapter>.md``. Composing the notebook
puts the one text in its place, building the book the other, so that each speaks of what is there.
"""

IN_A_NOTEBOOK = """\
How to work:

1. Write your function in its cell, in place of the line that raises `NotImplementedError`, and run the cell.
2. Run the `check(…)` below it. If something is wrong you see the evidence first. `check("{exercise}").explain()` says where to look, and once more `.explain()` names the mistake.
3. Stuck? `hint("{exercise}")` gives a nudge; call it again for a bigger one. There are three.

Does the first code cell say `No module named 'autograder'`? Then this Python lacks the course, as on Colab when you have uploaded the notebook by hand. Run `%pip install ADDRESS anywidget` in a new cell above it. `ADDRESS` is the address of the link *Package for pip (.whl)* at the top of this chapter's exercises in the online book. Do not install `autograder` by its name: that is another package.
"""

IN_THE_PAGE = """\
How to work:

1. Click the code, and write your function in place of the line that raises `NotImplementedError`.
2. Press *Check* below it, or Shift-Enter in the editor. If something is wrong you see the evidence first. Open *Where to look* for more, and then *The mistake* for its name.
3. Stuck? *Hint* gives a nudge; press it again for a bigger one. There are three.

Your answers stay in this browser. *Download my notebook* gives you the notebook with your answers in it, ready to hand in.
"""
