"""nbgrader's settings for a class; `autograder release` puts a copy into the class's folder.

Change it there as you like. `nbgrader --help-all` lists every setting.
"""

c = get_config()  # noqa: F821  nbgrader provides it

c.CourseDirectory.course_id = "neural-networks"
c.CourseDirectory.db_url = "sqlite:///gradebook.db"

# What students find in place of a solution.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

# An endless loop in a submission ends the cell, not the batch.
c.Execute.timeout = 60
c.Execute.interrupt_on_timeout = True
c.Execute.error_on_timeout = {
    "ename": "CellTimeoutError",
    "evalue": "This cell ran longer than a minute.",
    "traceback": ["This cell ran longer than a minute."],
}
