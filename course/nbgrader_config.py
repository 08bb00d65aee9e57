"""nbgrader's settings for a class; `autograder release` puts a copy into the class's folder.

Change it there as you like. `nbgrader --help-all` lists every setting.
"""

c = get_config()  # noqa: F821  nbgrader provides it

c.CourseDirectory.course_id = "neural-networks"
c.CourseDirectory.db_url = "sqlite:///gradebook.db"

# What students find in place of a solution.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

# `nbgrader autograde` and formgrader's button repair what was handed in and run it in our sandbox.
c.Autograde.pre_convert_hook = "autograder.nbgrader_plugin.expect_released_notebooks"
c.Autograde.exporter_class = "autograder.nbgrader_plugin.RepairingExporter"
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_plugin.GradeInSandbox",  # in the place of nbgrader's Execute
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.nbgrader_plugin.SaveVerdicts",  # in the place of SaveAutoGrades
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# What a student wrote is shown to people who may change grades: no script of it may run there.
c.HTMLExporter.filters = {"markdown2html": "autograder.safe_markdown.safe_markdown"}
# Where this machine cannot give full isolation (`autograder doctor` says so), grading refuses unless
# you choose less by name:
# c.GradeInSandbox.isolation = "limited"
