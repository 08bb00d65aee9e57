"""The site's first address, ``index.html``: it leads to the book's first page.

Jupyter Book would write one without a title, a language or an icon, and a browser then asks the host for
``/favicon.ico``, which a book in a sub-folder of a host cannot have.
"""

import html
from pathlib import Path

from sphinx.application import Sphinx

PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="_static/{icon}">
<link rel="canonical" href="{first}">
<meta http-equiv="refresh" content="0; url={first}">
</head>
<body><p><a href="{first}">{title}</a></p></body>
</html>
"""


def write(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    page = PAGE.format(
        language=app.config.language,
        title=html.escape(app.config.html_title),
        icon=Path(app.config.html_favicon).name,
        first=app.builder.get_target_uri(app.config.root_doc),
    )
    (Path(app.outdir) / "index.html").write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
