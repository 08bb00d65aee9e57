"""How a student works with the exercises, as a notebook says it and as the page says it.

``{how-to-work} chapter.exercise`` stands once in each ``course/<chapter>.md``. Composing the notebook
puts the one text in its place, building the book the other, so that each speaks of what is there.
"""

IN_A_NOTEBOOK = """\
How to work:

1. Write your function in its cell, in place of the line that raises `NotImplementedError`, and run the cell.
2. Run the `check(…)` below it. If something is wrong you see the evidence first. `check("{exercise}").explain()` says where to look, and once more `.explain()` names the mistake.
3. Stuck? `hint("{exercise}")` gives a nudge; call it again for a bigger one. There are three.
"""

IN_THE_PAGE = """\
How to work:

1. Click the code, and write your function in place of the line that raises `NotImplementedError`.
2. Press *Check* below it, or Shift-Enter in the editor. If something is wrong you see the evidence first. Open *Where to look* for more, and then *The mistake* for its name.
3. Stuck? *Hint* gives a nudge; press it again for a bigger one. There are three.

Your answers stay in this browser. *Download my notebook* gives you the notebook with your answers in it, ready to hand in.
"""
