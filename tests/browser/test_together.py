"""Two editors in two browsers: a contested list, one list of two, and a portal that goes away."""

import re

import pytest
from playwright.sync_api import Page, expect

from curation.models import Action, AuditEntry
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from tests.browser.pages import Board

pytestmark = pytest.mark.browser


@pytest.fixture
def claire(visit, editor) -> Board:
    return Board(visit(editor).new_page()).open()


@pytest.fixture
def karim(visit, colleague) -> Board:
    return Board(visit(colleague).new_page()).open()


def remove(board: Board, listing: str, item_id: str) -> None:
    column = getattr(board, listing)
    column.grip(item_id).focus()
    with board.saved("remove"):
        board.page.keyboard.press("Delete")


def move_down(board: Board, listing: str, item_id: str) -> None:
    column = getattr(board, listing)
    column.grip(item_id).focus()
    with board.saved("move"):
        board.page.keyboard.press("Alt+ArrowDown")


def publish(board: Board) -> None:
    board.button("review").click()
    expect(board.button("publish")).to_be_visible()
    with board.refreshed():
        board.button("publish").click()


def expect_published(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text="Publié :")).to_be_visible()


def who_published() -> list[tuple[str, str]]:
    """Return who published which listing, oldest first."""
    found = AuditEntry.objects.filter(action=Action.PUBLISH_SUCCEEDED).order_by("sequence")
    return [(entry.actor_id, entry.listing) for entry in found]


def test_a_contested_item_is_decided_by_the_one_who_comes_second(claire, karim, portal):
    first, second, third, *rest = portal.live("datasets")
    remove(claire, "datasets", first)
    remove(claire, "datasets", third)
    # The colleague moves what Claire takes away, and publishes first.
    move_down(karim, "datasets", first)
    move_down(karim, "datasets", first)
    publish(karim)
    expect_published(karim.page)
    theirs = (second, third, first, *rest)
    assert portal.live("datasets") == theirs

    claire.button("review").click()
    page = claire.page
    dialog = claire.dialog
    expect(page.get_by_role("heading", name="La page d’accueil a changé")).to_be_focused()
    expect(dialog).to_contain_text(re.compile(r"Karim\b.* a publié la version \d+"))
    assert portal.live("datasets") == theirs
    contest = dialog.get_by_role("group", name=re.compile("^Contesté"))
    expect(contest).to_have_count(1)
    mine, their = contest.get_by_role("radio").all()
    expect(mine).to_be_checked()
    proposed = dialog.locator(".diff__main li")
    expect(proposed).to_have_count(len(rest) + 1)

    # By keyboard: theirs instead; the proposal follows, and the focus stays.
    mine.focus()
    page.keyboard.press("ArrowDown")
    expect(their).to_be_checked()
    expect(their).to_be_focused()
    expect(proposed).to_have_count(len(rest) + 2)
    dialog.get_by_role("button", name="Adopter le résultat et relire").click()
    expect(page.get_by_role("heading", name="Relire et publier")).to_be_focused()
    with claire.refreshed():
        claire.button("publish").click()

    expect_published(page)
    assert portal.live("datasets") == (second, first, *rest)
    assert who_published() == [("karim", "datasets"), ("claire", "datasets")]
    karim.open()
    karim.datasets.shows((second, first, *rest))


def test_one_list_goes_out_and_the_one_a_colleague_changed_stays_a_draft(
    claire, karim, portal, trouble
):
    datasets, reuses = portal.live("datasets"), portal.live("reuses")
    move_down(claire, "datasets", datasets[0])
    remove(claire, "reuses", reuses[0])
    claire.button("review").click()
    expect(claire.button("publish")).to_be_visible()
    move_down(karim, "reuses", reuses[1])
    publish(karim)
    expect_published(karim.page)

    trouble.expect("status of 409")
    with claire.refreshed():
        claire.button("publish").click()

    expect(claire.dialog.get_by_role("status")).to_contain_text("Jeux de données : version")
    expect(claire.dialog).to_contain_text("Karim")
    claire.page.keyboard.press("Escape")
    claire.reuses.shows(reuses[1:])
    expect(claire.reuses.section).to_contain_text("Cette liste a changé sur le portail")
    assert portal.live("datasets") == (datasets[1], datasets[0], *datasets[2:])
    assert portal.live("reuses") == (reuses[0], reuses[2], reuses[1], *reuses[3:])

    # The rest goes out once it has met the colleague's change.
    claire.reuses.section.get_by_role("link", name="Comparer").click()
    claire.dialog.get_by_role("button", name="Adopter le résultat et relire").click()
    expect(claire.page.get_by_role("heading", name="Relire et publier")).to_be_focused()
    with claire.refreshed():
        claire.button("publish").click()
    expect_published(claire.page)
    assert portal.live("reuses") == (reuses[2], reuses[1], *reuses[3:])
    assert who_published() == [("karim", "reuses"), ("claire", "datasets"), ("claire", "reuses")]


def test_two_go_on_while_the_portal_is_away_and_neither_loses(claire, karim, portal):
    first, second, third, *rest = portal.live("datasets")
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        for board in (claire, karim):
            board.open()
            expect(board.page.get_by_text("Portail injoignable depuis")).to_be_visible()
        move_down(claire, "datasets", first)
        remove(karim, "datasets", rest[-1])
        expect(claire.button("review")).to_be_disabled()

    for board in (claire, karim):
        with board.refreshed():
            board.page.get_by_role("link", name="Réessayer").click()
        expect(board.page.get_by_text("Portail injoignable depuis")).to_have_count(0)
    publish(karim)
    expect_published(karim.page)
    with claire.refreshed():
        claire.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(claire.datasets.section).to_contain_text("Cette liste a changé sur le portail")
    claire.datasets.shows((second, first, third, *rest))

    claire.datasets.section.get_by_role("link", name="Comparer").click()
    expect(claire.dialog).to_contain_text("Vos changements et les autres vont ensemble.")
    claire.dialog.get_by_role("button", name="Adopter le résultat et relire").click()
    with claire.refreshed():
        claire.button("publish").click()

    expect_published(claire.page)
    assert portal.live("datasets") == (second, first, third, *rest[:-1])
