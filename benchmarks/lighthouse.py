"""Lighthouse on five pages, or on those that are named: as a phone with a slow processor and network sees them.

Medians of three. Lighthouse also measures how fast the machine is just then; on one that does other work
the index falls, and every page's performance with it. `page_drawing.py` says what such work hardly changes.

    python benchmarks/lighthouse.py [the site's folder [page …]]
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.static_host import served  # noqa: E402
from book.node import environment, install, program  # noqa: E402

FOLDER = Path(__file__).parent / "lighthouse"
PAGES = ("book/index", "book/structure", "book/backprop", "course/structure", "book/glossary")
BARS = {"performance": 95, "accessibility": 100, "best-practices": 95}
TIMES = 3
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def report(address: str, chromium: str) -> dict[str, Any]:
    """Return what Lighthouse says about a page."""
    command = [program("node"), str(install(FOLDER) / "lighthouse" / "cli" / "index.js"), address]
    with tempfile.TemporaryDirectory() as scratch:
        written = Path(scratch) / "report.json"
        options = ["--quiet", "--output=json", f"--output-path={written}"]
        options += [f"--chrome-flags={FLAGS}", f"--only-categories={','.join(BARS)}"]
        env = {**environment(), "CHROME_PATH": chromium, "TMPDIR": scratch}
        subprocess.run([*command, *options], check=True, env=env)
        return json.loads(written.read_text("utf-8"))


def losses(found: dict[str, Any]) -> list[str]:
    """Return the audits that cost points."""
    return [
        audit["id"]
        for category in found["categories"].values()
        for part in category["auditRefs"]
        if part["weight"] and (audit := found["audits"][part["id"]])["score"] not in (None, 1)
    ]


def main() -> None:
    site = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "html"
    pages = sys.argv[2:] or PAGES
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is missing: run `make system`.")
    if not (site / "book" / "index.html").is_file():
        sys.exit("The book is not built: run `make book SERVE=0`.")
    wanted = " | ".join(f"{name} (≥ {bar})" for name, bar in BARS.items())
    print(f"| page | {wanted} | machine's index | loses by |\n|---|---|---|---|---|---|")
    below = False
    with served(site) as address:
        for page in pages:
            found = [report(f"{address}{page}.html", chromium) for _ in range(TIMES)]
            reached = {
                name: round(
                    100
                    * statistics.median(each["categories"][name]["score"] or 0 for each in found)
                )
                for name in BARS
            }
            index = statistics.median(each["environment"]["benchmarkIndex"] for each in found)
            below |= any(reached[name] < bar for name, bar in BARS.items())
            lost = ", ".join(sorted({audit for each in found for audit in losses(each)}))
            print(f"| {page} | {' | '.join(map(str, reached.values()))} | {index:.0f} | {lost} |")
            sys.stdout.flush()
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"\nLoad of this machine: {load:.1f} for each core.")
    sys.exit(int(below))


if __name__ == "__main__":
    main()
