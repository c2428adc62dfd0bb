"""What visitors do not see: said on the board, asked about before it is published."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from curation.sandbox.models import KINDS
from tests.browser.pages import Board
from tests.browser.test_accessibility import Inspection, inspect
from tests.browser.test_hostile import TITLES, expect_to_fit

__all__ = ["inspect"]  # the fixture

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visit, editor) -> Page:
    return visit(editor, reduced_motion="reduce").new_page()


@pytest.fixture
def ailing(portal):
    """Let something be the matter with most datasets, and with one reuse."""
    archived, private, late, poor, empty = portal.live("datasets")[:5]
    long_ago = timezone.now() - timedelta(days=430)
    portal.change("datasets", archived, archived=timezone.now())
    portal.change("datasets", private, private=True)
    portal.change("datasets", late, frequency="monthly", last_update=long_ago)
    portal.change("datasets", poor, quality=0.2)
    portal.change("datasets", empty, resources=0)
    portal.change("reuses", portal.live("reuses")[0], datasets=[])
    return portal


def test_the_board_says_what_is_the_matter(ailing, board: Board, page, settings, inspect):
    settings.HOMEPAGE_LIMITS = {"datasets": 7}
    board.open()

    expect(board.datasets.section.locator(".flag")).to_have_count(7)
    expect(board.datasets.section.locator(".column__head")).to_contain_text("2 invisibles")
    expect(board.datasets.section.locator(".column__head")).to_contain_text("2 à vérifier")
    inspect.look(page, "board with findings of every severity")


def test_the_preview_by_keyboard(ailing, board: Board, page, settings, visit, reader, inspect):
    settings.HOMEPAGE_LIMITS = {"datasets": 7}
    *_, last = ailing.live("datasets")
    board.open()
    board.datasets.grip(last).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+Home")
    board.button("preview").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("region", name="Votre brouillon")).to_be_visible()
    expect(page.get_by_role("region", name="En ligne")).to_be_visible()
    inspect.look(page, "preview side by side")
    page.get_by_role("link", name="Mobile").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sites--phone .site").first).to_have_css("width", "390px")
    inspect.look(page, "preview on a phone")
    page.get_by_role("link", name="Votre brouillon").focus()
    page.keyboard.press("Enter")
    draft = page.get_by_role("region", name="Votre brouillon")
    expect(draft.locator("li.card").first).to_have_attribute("data-id", last)
    expect(page.get_by_role("region", name="En ligne")).to_have_count(0)
    page.locator("#share").focus()
    page.keyboard.press("Enter")
    link = page.get_by_label("Lien vers votre brouillon")
    expect(link).to_be_visible()
    inspect.look(page, "preview of a draft, link open")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copier le lien").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_have_text("Lien copié")
    assert page.evaluate("navigator.clipboard.readText()") == link.input_value()

    # A colleague who may only read opens the link.
    shared = visit(reader, reduced_motion="reduce").new_page()
    shared.goto(link.input_value())
    expect(shared.get_by_role("heading", name="Brouillon de Claire Test", level=1)).to_be_visible()
    region = shared.get_by_role("region", name="Brouillon de Claire Test")
    expect(region.locator("li.card").first).to_have_attribute("data-id", last)
    expect(shared.locator("main form, main button, main input")).to_have_count(0)
    inspect.look(shared, "draft of a colleague")


def test_titles_of_all_kinds_fit_the_preview(portal, board: Board, page):
    for kind in KINDS:
        for item_id, title in zip(portal.live(kind), TITLES, strict=False):
            portal.change(kind, item_id, title=title, archived=timezone.now())
    board.open()
    board.datasets.grip(portal.live("datasets")[0]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")

    for address in ("/preview/", "/preview/?show=draft&width=phone"):
        page.goto(address)
        expect_to_fit(page)
        expect(page).not_to_have_title("owned")


@pytest.mark.firefox
def test_publishing_what_visitors_will_not_see_by_keyboard_alone(
    board: Board, page, portal, trouble, inspect: Inspection
):
    (item_id,) = portal.unlisted("datasets")
    title = "Ancien cadastre"
    portal.change("datasets", item_id, title=title)
    board.datasets.search.fill(title)
    expect(board.datasets.options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    with board.saved("add"):
        page.keyboard.press("Enter")
    board.button("review").focus()
    page.keyboard.press("Enter")
    expect(board.button("publish")).to_be_visible()
    question = board.dialog.get_by_role("group", name="Les visiteurs ne verront pas 1 élément")
    expect(question).to_have_count(0)

    # Its producer archives it meanwhile: without an answer nothing is sent.
    portal.change("datasets", item_id, archived=timezone.now())
    trouble.expect("status of 409")
    board.button("publish").focus()
    page.keyboard.press("Enter")
    expect(board.dialog.get_by_role("alert")).to_contain_text("Rien n’a été envoyé.")
    expect(question).to_contain_text(title)
    expect(question).to_contain_text("Archivé : invisible pour les visiteurs.")
    assert item_id not in portal.live("datasets")
    inspect.look(page, "review that asks")

    question.get_by_role("checkbox", name="Le publier quand même").focus()
    page.keyboard.press("Space")
    board.button("publish").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Publié :")).to_be_visible()
    assert portal.live("datasets")[-1] == item_id
