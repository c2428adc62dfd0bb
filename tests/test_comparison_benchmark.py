"""benchmarks/compare.py in a hurry: that it runs, and what it says."""

import json
import subprocess
import sys

from benchmarks.compare import Row
from tests.servers import ROOT


def test_the_product_is_measured_beside_the_admin(tmp_path):
    found = tmp_path / "found.json"

    done = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "benchmarks/compare.py", "--quick", "--json", found],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    rows = {row["what"]: row for row in json.loads(found.read_text(encoding="utf-8"))}
    assert rows["CPU: changelist"]["ratio"] == 1
    for name in ("board", "live", "reorder", "add", "remove", "search"):
        assert rows[f"CPU: {name}"]["figure"] > 0
    # How long they take is for a quiet machine to say.
    for name in ("board", "live", "publish", "the lists one after the other"):
        assert rows[f"portal 80 ms away: {name}"]["unit"] == "round trips"


def test_a_figure_is_judged_by_its_ratio_to_two_digits():
    assert Row("a", 12, "ms", yardstick=10, goal=1.1).is_missed
    assert not Row("a", 11.04, "ms", yardstick=10, goal=1.1).is_missed
    assert Row("errors", 1, "", goal=0).is_missed
    assert not Row("yardstick", 99, "ms").is_missed
