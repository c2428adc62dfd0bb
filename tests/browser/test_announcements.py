"""What a screen reader is told, in both languages, of what is not said as a gesture is made."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from curation.models import Action, AuditEntry
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from tests.browser.pages import Board, Gate

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Words:
    """What is said in one language; `{}` is a title."""

    locale: str
    removed: str
    several_removed: str
    recognised: str
    already: str
    listed: str
    saved: str
    saved_both: str
    down: str
    up: str
    publishing: str
    published: str
    discarded: str


NBSP = "\N{NO-BREAK SPACE}"
FRENCH = Words(
    "fr-FR",
    removed="{} retiré. Ctrl Z pour annuler.",
    several_removed=f"Éléments retirés ensemble{NBSP}: 2. Ctrl Z pour annuler.",
    recognised=f"Adresse reconnue{NBSP}: {{}}. Entrée pour ajouter.",
    already=f"Adresse reconnue{NBSP}: {{}}. Déjà dans la liste, position 3.",
    listed="{} est déjà dans la liste, position 3.",
    saved="Brouillon enregistré, 1 modification non publiée.",
    saved_both="Brouillon enregistré, 2 modifications non publiées.",
    down="Portail injoignable, publication suspendue.",
    up="Portail de nouveau joignable.",
    publishing="Publication en cours.",
    published="Version {} publiée.",
    discarded="Votre brouillon est abandonné.",
)
ENGLISH = Words(
    "en-GB",
    removed="{} removed. Ctrl Z to undo.",
    several_removed="Items removed together: 2. Ctrl Z to undo.",
    recognised="Address recognised: {}. Enter to add.",
    already="Address recognised: {}. Already in the list, position 3.",
    listed="{} is already in the list, position 3.",
    saved="Draft saved, 1 unpublished change.",
    saved_both="Draft saved, 2 unpublished changes.",
    down="Portal unreachable, publishing suspended.",
    up="The portal can be reached again.",
    publishing="Publication under way.",
    published="Version {} published.",
    discarded="Your draft is discarded.",
)


@pytest.fixture(params=[FRENCH, ENGLISH], ids=["fr", "en"])
def words(request) -> Words:
    return request.param


@pytest.fixture
def page(visit, editor, words) -> Page:
    return visit(editor, locale=words.locale).new_page()


def title_of(board: Board, item_id: str) -> str:
    return board.datasets.row(item_id).get_attribute("data-title") or ""


@pytest.mark.firefox
def test_a_removal_names_the_way_back(board, portal, page, words):
    """What was only just added is not below the list: the keys bring it back wherever it was."""
    live, (new,) = portal.live("datasets"), portal.unlisted("datasets")
    board.datasets.search.fill(new)
    expect(board.datasets.options).to_have_count(1)
    with board.saved("add"):
        page.keyboard.press("Enter")
    title = title_of(board, new)
    board.datasets.grip(new).focus()
    with board.saved("remove"):
        page.keyboard.press("Delete")
    board.says(words.removed.format(title))
    with board.saved("undo"):
        page.keyboard.press("Control+z")
    board.datasets.shows([*live, new])

    board.datasets.grip(live[0]).focus()
    page.keyboard.press("Shift+Space")
    board.datasets.row(new).locator(".item__pick").check()
    with board.saved("remove"):
        page.locator("#datasets-picks-remove").click()
    board.says(words.several_removed)


def test_an_address_says_what_enter_does(board, portal, page, words):
    live, (new,) = portal.live("datasets"), portal.unlisted("datasets")
    title = title_of(board, live[2])
    board.datasets.search.fill(live[2])
    board.says(words.already.format(title))
    page.keyboard.press("Enter")
    board.says(words.listed.format(title))

    board.datasets.search.fill(new)
    expect(board.datasets.options).to_have_attribute("data-id", new)
    title = board.datasets.options.get_attribute("data-title") or ""
    board.says(words.recognised.format(title))


def test_a_draft_is_said_to_be_saved_once_nothing_else_is_said(board, portal, page, words):
    live = portal.live("datasets")
    page.clock.install()
    board.datasets.grip(live[2]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowUp")
    page.clock.fast_forward("00:08")
    board.datasets.grip(live[5]).focus()
    title = title_of(board, live[5])
    with board.saved("remove"):
        page.keyboard.press("Delete")
    page.clock.fast_forward("00:08")
    board.says(words.removed.format(title))
    page.clock.fast_forward("00:03")
    board.says(words.saved_both)

    # Nothing more is said of it until the next step; without a draft, nothing at all.
    with board.saved("undo"):
        page.keyboard.press("Control+z")
    page.clock.fast_forward("00:11")
    board.says(words.saved)
    with board.saved("undo"):
        page.keyboard.press("Control+z")
    page.clock.fast_forward("01:00")
    expect(board.live).not_to_have_text(words.saved)


def test_the_portal_goes_and_comes_back(board, portal, page, words):
    """It is said once, not at each of the readings that fail."""

    def check() -> None:
        with board.refreshed():
            page.evaluate("htmx.trigger(document.body, 'check')")

    faults.add(Fault(What.REFUSE, times=0))
    check()
    board.says(words.down)
    page.evaluate("document.getElementById('live').textContent = ''")
    check()
    board.says("")
    expect(page.locator("#board-banners :is([role=status], [role=alert])")).to_have_count(0)
    faults.clear()
    check()
    board.says(words.up)


@pytest.mark.firefox
def test_a_publication_is_told_as_it_goes_and_when_it_is_done(board, portal, page, words):
    board.datasets.grip(portal.live("datasets")[0]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    board.button("review").click()
    gate = Gate(page, "**/review/publish/")
    board.button("publish").click()
    gate.wait()
    # What lies behind a dialog is not read.
    expect(board.dialog.locator("[aria-live=polite]")).to_have_text(words.publishing)
    with board.refreshed():
        gate.open()
    version = AuditEntry.objects.get(action=Action.PUBLISH_SUCCEEDED).sequence
    board.says(words.published.format(version))


def test_a_discarded_draft_is_told(board, portal, page, words):
    board.datasets.grip(portal.live("datasets")[0]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    board.button("discard").click()
    board.button("discard-confirmed").click()
    board.says(words.discarded)
