"""On each exercise page: its notebook in JupyterLite, as a file, and on Colab and Binder.

And what pip installs where a notebook runs elsewhere: the notebook itself says how.

Colab and Binder read notebooks from a public repository on GitHub. They are offered where
``make book REPOSITORY=owner/name`` says to which one the site is published (BRANCH: on which branch,
``gh-pages`` unless told otherwise). The workflow that publishes the site sets both.
"""

import os
from importlib.metadata import version
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

COLAB = "https://colab.research.google.com/github/{repository}/blob/{branch}/notebooks/colab/{file}"
WHEEL_TITLE = "Package for pip (.whl)"  # the notebooks name it: autograder/how_to_work.py
WHEEL = "autograder-{version}-py3-none-any.whl"
BINDER = "https://mybinder.org/v2/gh/{repository}/{branch}?urlpath=lab/tree/notebooks/{file}"


def published_to() -> dict[str, str] | None:
    """Return the repository and the branch to which the site is published, if that is known."""
    repository = os.environ.get("REPOSITORY", "").strip()
    branch = os.environ.get("BRANCH", "").strip() or "gh-pages"
    return {"repository": repository, "branch": branch} if repository else None


def links(chapter: str) -> list[tuple[str, str]]:
    """Return (text, address) pairs for a chapter's notebook."""
    file = f"{chapter}.ipynb"
    found = [
        ("Open in JupyterLite", f"../lite/lab/index.html?path={file}"),
        ("Empty notebook (.ipynb)", f"../notebooks/{file}"),
        (WHEEL_TITLE, f"../notebooks/{WHEEL.format(version=version('autograder'))}"),
    ]
    if place := published_to():
        found.append(("Colab", COLAB.format(file=file, **place)))
        found.append(("Binder", BINDER.format(file=file, **place)))
    return found


def add_links(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the line of links below the page's title."""
    folder, _, chapter = page.partition("/")
    if app.builder.format != "html" or folder != "course":
        return
    title = next(iter(doctree.findall(nodes.title)), None)
    if title is None:
        return
    line = nodes.paragraph(classes=["notebook-links"])
    for text, address in links(chapter):
        line += nodes.reference("", text, refuri=address, internal=address.startswith(".."))
        line += nodes.Text(" ")
    title.parent.insert(title.parent.index(title) + 1, line)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-resolved", add_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
