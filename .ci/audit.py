"""Holds the pinned dependencies against the known advisories, by pip-audit; says so where it cannot.

Exit 1 for a dependency with a known advisory.  Where the service of advisories answers for
none of them (no network, or a mirror that has packages only), that is told and passed over:
it is no fault of the change under test.
"""

# ruff: noqa: INP001 - a script of its own

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PINS = Path(__file__).parents[1] / "constraints.txt"


def asked() -> tuple[list[dict[str, Any]], str]:
    """What pip-audit says of each pin, and why it says nothing where it does not."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(PINS), "--no-deps", "--disable-pip"]
    command += ["--progress-spinner", "off", "--timeout", "20", "--format", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)  # noqa: S603 - ours
    except subprocess.TimeoutExpired:
        return [], "no answer within ten minutes"
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return [], (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
    return found, ""


def main() -> int:
    """Ask, and tell in one line a finding."""
    found, why = asked()
    known = [one for one in found if "vulns" in one]
    bad = [(one, advisory) for one in known for advisory in one["vulns"]]
    for one, advisory in bad:
        mended = ", ".join(advisory["fix_versions"]) or "no version yet"
        print(f"{one['name']} {one['version']}: {advisory['id']}; mended in {mended}")  # noqa: T201 - its purpose
    if not known:
        why = why or "the service of advisories knows none of the packages"
        print(f"dependency audit skipped: {why}")  # noqa: T201 - as above
        return 0
    print(f"{len(known)} dependencies audited, {len(found) - len(known)} unknown, {len(bad)} advisories")  # noqa: T201 - as above
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
