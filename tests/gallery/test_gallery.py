"""The gallery: what it shows, and that it can be made."""

import os
import subprocess
import sys

import pytest

from tests.access import ACCESS
from tests.gallery.states import STATES
from tests.servers import ROOT

# What can be asked for and is no page: fragments, files, ways that lead on, answers for machines.
NO_PAGES = {
    *("board-live", "history-csv", "history-jsonl", "timeline-export"),
    *("oidc-callback", "oidc-signed-out", "brand", "healthz", "readyz", "metrics"),
}


def test_every_page_is_in_the_gallery():
    pages = {name for name, row in ACCESS.items() if "GET" in row} - NO_PAGES

    assert pages - {state.page for state in STATES} == set()


@pytest.mark.browser
def test_the_gallery_is_made(tmp_path):
    states = ["sign-in-refused", "board"]
    wanted = [*states, "--language", "en", "--theme", "dark", "--width", "390"]

    subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-m", "tests.gallery", *wanted, "--check", "--into", tmp_path / "made"],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "curation.settings",
            "DATABASE_URL": f"sqlite:///{tmp_path}/gallery.sqlite3",
        },
        check=True,
        timeout=120,
    )

    pictures = {f"{state}.en.dark.390.png" for state in states}
    index = (tmp_path / "made" / "index.html").read_text()
    assert {each.name for each in (tmp_path / "made").iterdir()} == {*pictures, "index.html"}
    for picture in pictures:
        assert (tmp_path / "made" / picture).read_bytes().startswith(b"\x89PNG")
        assert f'href="{picture}"' in index
