"""axe finds nothing on any page, in any state: wide and narrow, light and dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import accounts, audit
from curation.services.throttling import MOST_FOR_NAME
from tests.browser.axe import CONTRAST, EVERYTHING, violations
from tests.browser.pages import Board

pytestmark = pytest.mark.browser

WIDE = ViewportSize(width=1440, height=1000)
NARROW = ViewportSize(width=390, height=844)


class Inspection:
    """Runs axe on a page as it is, and keeps what it finds."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def look(self, page: Page, state: str) -> None:
        """Look at a page in both sizes and both themes; what themes change is its colours."""
        for size in (NARROW, WIDE):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme="dark")
            self._run(page, CONTRAST, f"{state}, {size['width']} px, dark")
            page.emulate_media(color_scheme="light")
            self._run(page, EVERYTHING, f"{state}, {size['width']} px, light")

    def _run(self, page: Page, options: dict, state: str) -> None:
        self.found += [f"{state}: {violation}" for violation in violations(page, options)]


@pytest.fixture
def inspect() -> Iterator[Inspection]:
    """Fail the test at its end, on everything that was found."""
    inspection = Inspection()
    yield inspection
    assert inspection.found == []


@pytest.fixture
def page(visit, editor) -> Page:
    # Nothing half-way between two colours or two places.
    return visit(editor, reduced_motion="reduce").new_page()


def test_sign_in(visit, inspect, trouble):
    page = visit(None, reduced_motion="reduce").new_page()
    page.goto("/sign-in/")
    inspect.look(page, "sign-in")

    page.get_by_label("Nom d’utilisateur").fill("claire")
    page.get_by_label("Mot de passe").fill("faux")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    inspect.look(page, "sign-in, refused")

    trouble.expect("status of 429")
    for _attempt in range(MOST_FOR_NAME):
        page.get_by_label("Nom d’utilisateur").fill("claire")
        page.get_by_label("Mot de passe").fill("faux")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Attendez 15 minutes")
    inspect.look(page, "sign-in, too many attempts")


def test_what_happened_to_accounts(page, editor, reader, administrator, inspect):
    accounts.record_refusal("local", reader)
    accounts.record_refusal("local", reader)
    accounts.record_sign_in(reader)
    changed = accounts.record_role_change(reader, "", by=audit.actor_of(administrator))
    assert changed

    page.goto("/history/?action=accounts")
    expect(page.locator(".entry")).to_have_count(3)
    inspect.look(page, "history of accounts")
    page.goto(f"/history/{changed.sequence}/")
    inspect.look(page, "entry about an account")


def test_the_board(board, page, portal, inspect):
    datasets, live = board.datasets, portal.live("datasets")
    inspect.look(page, "board")

    datasets.grip(live[4]).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    inspect.look(page, "row lifted by the keyboard")
    with board.saved("move"):
        page.keyboard.press("Space")
    datasets.carry(live[3], 2)
    expect(datasets.list.locator(".gap")).to_be_visible()
    expect(datasets.rows.first).to_have_css("transition-duration", "0s")  # as this editor asked
    inspect.look(page, "row dragged")
    with board.saved("move"):
        page.mouse.up()
    datasets.grip(live[0]).focus()
    with board.saved("remove"):
        page.keyboard.press("Delete")
    expect(datasets.tray).to_be_visible()
    page.set_viewport_size(NARROW)
    more = datasets.row(live[1]).locator("[data-more]")
    more.click()
    expect(more).to_have_attribute("aria-expanded", "true")
    inspect.look(page, "draft with a tray, actions open")

    datasets.search.fill("prix carburants")
    expect(datasets.options.first).to_be_visible()
    inspect.look(page, "search open")
    datasets.search.fill("zzzzzz")
    expect(datasets.section.locator(".pop")).to_contain_text("Aucun résultat")
    inspect.look(page, "search without result")
    page.keyboard.press("Escape")
    page.locator("summary.me").click()
    inspect.look(page, "menu open")


def test_the_board_in_trouble(board, page, portal, inspect, trouble):
    datasets, live = board.datasets, portal.live("datasets")
    archived, private, deleted = live[:3]
    portal.change("datasets", archived, archived="2026-01-01T00:00Z")
    portal.change("datasets", private, private=True)
    portal.purge("datasets", deleted)
    portal.set_live("reuses", ())
    board.open()
    board.reuses.shows([])
    expect(page.locator(".flag")).to_have_count(3)
    datasets.grip(live[5]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowUp")
    portal.set_live("datasets", live[:-1])
    board.open()
    inspect.look(page, "items out of sight, a list that changed, an empty list")

    faults.add(Fault(What.REFUSE, times=0))
    board.open()
    expect(page.get_by_text("Portail injoignable depuis")).to_be_visible()
    trouble.expect("status of 502")
    datasets.search.fill("prix")
    expect(datasets.section.locator(".pop")).to_contain_text("Le portail est injoignable.")
    inspect.look(page, "portal down")


def test_dialogs_and_their_pages(board: Board, page, portal, inspect, trouble):
    datasets, live = board.datasets, portal.live("datasets")
    datasets.grip(live[4]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+Home")
    with board.saved("remove"):
        page.keyboard.press("Delete")
    board.button("discard").click()
    expect(board.dialog).to_be_visible()
    inspect.look(page, "discard")
    page.keyboard.press("Escape")
    board.button("review").click()
    expect(board.button("publish")).to_be_visible()
    inspect.look(page, "review")

    portal.set_live("datasets", live[:-1])
    trouble.expect("status of 409")
    board.button("publish").click()
    expect(page.get_by_role("heading", name="La page d’accueil a changé")).to_be_visible()
    inspect.look(page, "merge")
    for path in ("/review/", "/discard/", "/lists/datasets/search/?q=prix"):
        page.goto(path)
        inspect.look(page, path)


def test_the_other_pages(board: Board, page, portal, inspect, trouble, outsider, visit):
    live = portal.live("datasets")
    board.datasets.grip(live[0]).focus()
    with board.saved("move"):
        page.keyboard.press("Alt+ArrowDown")
    board.button("review").click()
    board.dialog.get_by_label("Pourquoi ce changement ?").fill("Pour voir")
    with board.refreshed():
        board.button("publish").click()
    expect(page.get_by_role("status").filter(has_text="Publié :")).to_be_visible()
    inspect.look(page, "board, just published")

    trouble.expect("status of 404")
    item = page.goto("/sandbox/") and page.locator(".card a").first.get_attribute("href")
    for path in (
        "/history/",
        "/history/4/",
        "/review/",
        "/status/?portal",
        "/nowhere/",
        "/sandbox/",
        item or "",
    ):
        page.goto(path)
        inspect.look(page, path)

    trouble.expect("status of 403")
    stranger = visit(outsider, reduced_motion="reduce").new_page()
    stranger.goto("/")
    inspect.look(stranger, "403")


def test_the_way_in_through_a_provider(visit, forger, settings, inspect, trouble):
    trouble.expect("status of 403")
    settings.CONTACT = "data@example.org"
    page = visit(None, reduced_motion="reduce").new_page()
    page.goto("/sign-in/")
    inspect.look(page, "sign-in with a provider")

    forger.person["groups"] = []
    page.get_by_role("link", name="Continuer avec votre compte professionnel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous n’avez pas encore accès")
    inspect.look(page, "no role")
