"""Lighthouse on five pages: as a phone with a slow processor and network sees them.

python benchmarks/lighthouse.py [the site's folder]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.static_host import served  # noqa: E402
from book.node import environment, install, program  # noqa: E402

FOLDER = Path(__file__).parent / "lighthouse"
PAGES = ("book/index", "book/structure", "book/backprop", "course/structure", "book/glossary")
BARS = {"performance": 95, "accessibility": 100, "best-practices": 95}
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def scores(address: str, chromium: str) -> tuple[dict[str, int], list[str]]:
    """Return the score of each category, and the audits that cost points."""
    command = [program("node"), str(install(FOLDER) / "lighthouse" / "cli" / "index.js"), address]
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        options = ["--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={FLAGS}"]
        options.append(f"--only-categories={','.join(BARS)}")
        env = {**environment(), "CHROME_PATH": chromium, "TMPDIR": scratch}
        subprocess.run([*command, *options], check=True, env=env)
        found = json.loads(report.read_text("utf-8"))
    lost = [
        audit["id"]
        for category in found["categories"].values()
        for part in category["auditRefs"]
        if part["weight"] and (audit := found["audits"][part["id"]])["score"] not in (None, 1)
    ]
    return {name: round(100 * (found["categories"][name]["score"] or 0)) for name in BARS}, lost


def main() -> None:
    site = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "html"
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is missing: run `make system`.")
    if not (site / "book" / "index.html").is_file():
        sys.exit("The book is not built: run `make book SERVE=0`.")
    print(f"| page | {' | '.join(f'{name} (≥ {bar})' for name, bar in BARS.items())} | loses by |")
    print("|---|---|---|---|---|")
    below = False
    with served(site) as address:
        for page in PAGES:
            reached, lost = scores(f"{address}{page}.html", chromium)
            below |= any(reached[name] < bar for name, bar in BARS.items())
            print(f"| {page} | {' | '.join(map(str, reached.values()))} | {', '.join(lost)} |")
            sys.stdout.flush()
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"\nLoad of this machine: {load:.1f} for each core.")
    sys.exit(int(below))


if __name__ == "__main__":
    main()
