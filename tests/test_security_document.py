"""SECURITY.md names tests and checks that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_tests_that_it_names_exist():
    named = set(re.findall(r"`(tests/[^`]+)`", DOCUMENT))

    assert len(named) > 15
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_checks_that_it_names_exist():
    named = set(re.findall(r"E\d{3}", DOCUMENT))
    ids = set(re.findall(r"curation\.(E\d{3})", (ROOT / "curation" / "checks.py").read_text()))

    assert named
    assert named <= ids


def test_what_it_links_to_exists():
    for target in re.findall(r"\]\(([^)#]+)", DOCUMENT):
        assert (ROOT / target).is_file(), target
