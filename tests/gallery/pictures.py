"""Take pictures of the states, wide and narrow, light and dark, in both languages."""

from __future__ import annotations

import argparse
import sys
from base64 import b64decode
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.browser.axe import CONTRAST, EVERYTHING, violations
from tests.gallery.stage import LOCALES, Stage, stage
from tests.gallery.states import STATES, WIDTHS, State

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent.parent
HEIGHTS = {1440: 1000, 768: 1024, 390: 844}
PHONE = WIDTHS[-1]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
INDEX = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Gallery</title>
<style>
body {{ font: 16px/1.5 system-ui; margin: 2rem }}
section {{ display: flex; flex-wrap: wrap; gap: 1rem; align-items: start }}
img {{ height: 16rem; border: 1px solid #8888 }}
</style>
<h1>Gallery</h1>
{sections}
</html>
"""


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is looked at."""

    language: str
    theme: Literal["light", "dark"]
    width: int

    def file(self, state: State) -> str:
        """Return the name of the picture."""
        return f"{state.name}.{self.language}.{self.theme}.{self.width}.png"


# What the documents show.
DOCUMENTS = {
    ROOT / "docs" / "img" / "board.webp": ("board-draft", Look("en", "light", 1440)),
    ROOT / "docs" / "img" / "review.webp": ("review-dialog", Look("fr", "light", 1440)),
    ROOT / "docs" / "img" / "merge.webp": ("merge-dialog", Look("fr", "light", 1440)),
}


def main() -> int:
    """Take the pictures that the command line asks for; 1 if axe finds something."""
    options = _options()
    began, taken, found = monotonic(), 0, []
    with stage() as ready:
        if options.documents:
            _take_for_documents(ready)
            return 0
        options.into.mkdir(parents=True, exist_ok=True)
        for state, language in product(options.states or STATES, options.language):
            page = _shown(ready, state, language)
            for width, theme in product(options.width, options.theme):
                if width in state.widths:
                    look = Look(language, theme, width)
                    _take(page, look, options.into / look.file(state))
                    taken += 1
                    if options.check:
                        found += [f"{look.file(state)}: {each}" for each in _violations(page, look)]
    _write_index(options.into)
    print(f"{taken} pictures in {monotonic() - began:.0f} s: {options.into / 'index.html'}")
    if found:
        print("axe found:", *found, sep="\n", file=sys.stderr)
    return 1 if found else 0


def _options() -> argparse.Namespace:
    named = {state.name: state for state in STATES}
    parser = argparse.ArgumentParser(prog="script/screenshots", description=__doc__)
    parser.add_argument("states", nargs="*", metavar="STATE", help="all, if none is named")
    parser.add_argument("--width", type=int, action="append", choices=WIDTHS)
    parser.add_argument("--theme", action="append", choices=THEMES)
    parser.add_argument("--language", action="append", choices=[*LOCALES])
    parser.add_argument("--into", type=Path, default=ROOT / "var" / "screenshots")
    parser.add_argument("--check", action="store_true", help="fail on what axe finds")
    parser.add_argument("--documents", action="store_true", help="only those of docs/img")
    options = parser.parse_args()
    if unknown := [name for name in options.states if name not in named]:
        parser.error(f"no state {unknown[0]}: there are {', '.join(named)}")
    options.states = [named[name] for name in options.states]
    options.width = [each for each in WIDTHS if each in (options.width or WIDTHS)]
    options.theme = options.theme or THEMES
    options.language = options.language or [*LOCALES]
    return options


def _take_for_documents(stage: Stage) -> None:
    """Photograph what the window shows, in a third of the bytes of a PNG."""
    named = {state.name: state for state in STATES}
    for file, (name, look) in DOCUMENTS.items():
        page = _shown(stage, named[name], look.language)
        _prepare(page, look)
        devtools = page.context.new_cdp_session(page)
        taken = devtools.send("Page.captureScreenshot", {"format": "webp", "quality": 90})
        file.write_bytes(b64decode(taken["data"]))


def _shown(stage: Stage, state: State, language: str) -> Page:
    """Bring a state about."""
    stage.reset(language)
    page = state.show(stage)
    assert _name(page.url) == state.page, f"{state.name} leads to {page.url}"
    return page


def _name(url: str) -> str:
    """Return the name of a page in curation/urls.py; "" without."""
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return ""


def _take(page: Page, look: Look, file: Path) -> None:
    """Photograph a page as a whole; of one behind a dialog what the window shows."""
    _prepare(page, look)
    if not page.locator("dialog[open]").count():
        # A window as high as the page: what sticks to its bottom stays there.
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": look.width, "height": height})
    page.screenshot(path=file)


def _prepare(page: Page, look: Look) -> None:
    page.emulate_media(color_scheme=look.theme)
    page.set_viewport_size({"width": look.width, "height": HEIGHTS[look.width]})
    if look.width == PHONE:  # from here on: widths are taken from the widest down
        touch = page.context.new_cdp_session(page)
        touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})


def _violations(page: Page, look: Look) -> list[str]:
    """Return what axe finds; what themes change is colours."""
    rules = EVERYTHING if look.theme == THEMES[0] else CONTRAST
    return violations(page, rules)


def _write_index(directory: Path) -> None:
    """Write a page of all pictures that are there, in the order of the table."""
    sections = []
    for state in STATES:
        looks = [Look(*each) for each in product(LOCALES, THEMES, WIDTHS)]
        files = [name for look in looks if (directory / (name := look.file(state))).exists()]
        figures = [f'<a href="{f}"><img src="{f}" alt="{f}" loading="lazy"></a>' for f in files]
        if figures:
            sections += [f"<h2>{state.name}</h2>", "<section>", *figures, "</section>"]
    (directory / "index.html").write_text(INDEX.format(sections="\n".join(sections)))
