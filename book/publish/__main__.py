"""``python -m book.publish _build/html``: complete the site that Jupyter Book has built."""

import argparse
import os
from pathlib import Path

from book.publish import lite, notebooks, offline, own_wheels, pyodide


def main() -> None:
    """Add to the site what Sphinx does not make."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, help="the folder that Jupyter Book wrote")
    site = parser.parse_args().site
    name, student = own_wheels.student_wheel()
    cdn = os.environ.get("CDN", "0") not in ("", "0")
    pyodide.assemble(site / "_static" / "pyodide", student, cdn)
    notebooks.publish(site, name, student)
    lite.build(site / "lite", site / "notebooks")
    offline.write_worker(site)


if __name__ == "__main__":
    main()
