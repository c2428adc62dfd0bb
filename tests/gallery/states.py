"""Every page and state that somebody can see, and how it comes about.

A state is a function that acts on a fresh demo and returns the page to take pictures of. It uses no
word of the pages, which are in two languages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect

from curation import append_only
from curation.models import Action, AuditEntry, Listing, User
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import demo
from tests.browser.pages import Board, Gate

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.gallery.stage import Stage

WIDTHS = (1440, 768, 390)
AWAY = Fault(What.REFUSE, times=0)


@dataclass(frozen=True, slots=True)
class State:
    """A page in one of its states; `page` is its name in curation/urls.py."""

    name: str
    page: str
    show: Callable[[Stage], Page]
    widths: tuple[int, ...] = WIDTHS


STATES: list[State] = []


def state(page: str, widths: tuple[int, ...] = WIDTHS) -> Callable:
    """Put a function into the table, under its own name."""

    def listed(show: Callable[[Stage], Page]) -> Callable[[Stage], Page]:
        STATES.append(State(show.__name__.replace("_", "-"), page, show, widths))
        return show

    return listed


# --- The board ------------------------------------------------------------------------------------


@state("board")
def board(stage: Stage) -> Page:
    return stage.board().page


@state("board")
def board_of_a_reader(stage: Stage) -> Page:
    return stage.board("lea").page


@state("board")
def board_first_visit(stage: Stage) -> Page:
    append_only.remove(connection)
    call_command("flush", verbosity=0, interactive=False)
    demo.create_accounts()
    return stage.board().page


@state("board")
def board_empty(stage: Stage) -> Page:
    stage.portal.set_live("reuses", ())
    board = stage.board()
    board.reuses.shows([])
    return board.page


@state("board")
def board_draft(stage: Stage) -> Page:
    return draft(stage).page


@state("board")
def board_health(stage: Stage) -> Page:
    ail(stage)
    return stage.board().page


@state("board")
def board_colleague(stage: Stage) -> Page:
    step(stage.board("karim"), stage.portal.live("datasets")[3], "Alt+Home")
    board = stage.board()
    expect(board.page.locator(".presence")).to_have_count(2)
    return board.page


@state("board", widths=(390,))
def board_row_open(stage: Stage) -> Page:
    board = draft(stage)
    board.page.set_viewport_size({"width": 390, "height": 844})
    board.datasets.rows.nth(1).locator("[data-more]").click()
    return board.page


@state("board")
def board_row_lifted(stage: Stage) -> Page:
    board = stage.board()
    board.datasets.grip(stage.portal.live("datasets")[4]).focus()
    board.page.keyboard.press("Space")
    board.page.keyboard.press("ArrowUp")
    return board.page


@state("board", widths=(1440,))
def board_row_dragged(stage: Stage) -> Page:
    board = stage.board()
    board.datasets.carry(stage.portal.live("datasets")[4], 2)
    expect(board.datasets.list.locator(".gap")).to_be_visible()
    return board.page


@state("board")
def board_selection(stage: Stage) -> Page:
    board = stage.board()
    board.datasets.section.locator("[data-select]").click()
    for row in (1, 4, 5):
        board.datasets.rows.nth(row).get_by_role("checkbox").check()
    return board.page


@state("board")
def board_menu(stage: Stage) -> Page:
    page = stage.board().page
    page.locator("summary.me").click()
    return page


@state("board")
def board_told(stage: Stage) -> Page:
    """What the last step did, and the way back."""
    board = stage.board()
    step(board, stage.portal.live("datasets")[2], "Delete")
    expect(board.page.locator("#toast p")).to_be_visible()
    return board.page


@state("board")
def board_offline(stage: Stage) -> Page:
    board = stage.board()
    board.page.context.set_offline(True)
    expect(board.page.get_by_role("alert")).to_be_visible()
    return board.page


@state("board")
def board_not_saved(stage: Stage) -> Page:
    board = stage.board()
    gate = Gate(board.page, "**/items/**")
    board.datasets.grip(stage.portal.live("datasets")[2]).focus()
    board.page.keyboard.press("Alt+ArrowUp")
    gate.fail()
    expect(board.page.get_by_role("alert")).to_be_visible()
    return board.page


@state("board")
def board_stale(stage: Stage) -> Page:
    """Another tab changed the list."""
    first, second, *_ = stage.portal.live("datasets")
    board = stage.board()
    other = Board(board.page.context.new_page()).open()
    step(other, first, "Delete")
    board.page.bring_to_front()
    step(board, second, "Delete", status=409)
    expect(board.page.get_by_role("alert")).to_be_visible()
    return board.page


@state("board")
def board_outdated(stage: Stage) -> Page:
    """The live list changed since the draft began."""
    board = draft(stage)
    stage.portal.set_live("datasets", stage.portal.live("datasets")[:-1])
    board.open()
    expect(board.page.locator("[data-action=merge]")).to_be_visible()
    return board.page


@state("board")
def board_portal_away(stage: Stage) -> Page:
    board = draft(stage)
    faults.add(AWAY)
    board.open()
    expect(board.page.locator("#offline")).to_be_visible()
    return board.page


@state("board")
def board_published(stage: Stage) -> Page:
    board = draft(stage)
    board.button("review").click()
    with board.refreshed():
        board.button("publish").click()
    expect(board.messages.get_by_role("status")).to_be_visible()
    return board.page


# --- Adding ---------------------------------------------------------------------------------------


@state("board")
def search_suggestions(stage: Stage) -> Page:
    return searching(stage, "")


@state("board")
def search_results(stage: Stage) -> Page:
    return searching(stage, "prix")


@state("board")
def search_filters(stage: Stage) -> Page:
    page = searching(stage, "prix")
    page.locator(".pop:visible summary").click()
    return page


@state("board")
def search_address(stage: Stage) -> Page:
    (item_id,) = stage.portal.unlisted("datasets")
    return searching(
        stage, f"{stage.url}/sandbox/datasets/{stage.portal.slug('datasets', item_id)}/"
    )


@state("board")
def search_nothing(stage: Stage) -> Page:
    return searching(stage, "zzzzzz")


@state("board")
def search_loading(stage: Stage) -> Page:
    board = stage.board()
    Gate(board.page, "**/search/**")
    board.datasets.search.fill("prix")
    expect(board.datasets.section.locator(".combo__busy")).to_be_visible()
    return board.page


@state("board")
def search_portal_away(stage: Stage) -> Page:
    board = stage.board()
    faults.add(AWAY)
    board.datasets.search.fill("prix")
    expect(board.datasets.section.locator(".pop .is-wrn, .pop .is-del")).to_be_visible()
    return board.page


@state("list-search")
def search_page(stage: Stage) -> Page:
    return stage.visit("/lists/datasets/search/?q=prix")


# --- Dialogs of the board, and their pages --------------------------------------------------------


@state("board")
def place_dialog(stage: Stage) -> Page:
    return dialog(stage.board(), lambda board: first_act(board, "place"))


@state("list-place")
def place_page(stage: Stage) -> Page:
    return stage.visit(f"/lists/datasets/items/{stage.portal.live('datasets')[3]}/place/")


@state("board")
def shortcuts_dialog(stage: Stage) -> Page:
    return dialog(stage.board(), lambda board: board.page.keyboard.press("?"))


@state("shortcuts")
def shortcuts_page(stage: Stage) -> Page:
    return stage.visit("/shortcuts/")


@state("board")
def discard_dialog(stage: Stage) -> Page:
    return dialog(draft(stage), lambda board: board.button("discard").click())


@state("discard")
def discard_page(stage: Stage) -> Page:
    draft(stage)
    return stage.visit("/discard/")


# --- Review and publish ---------------------------------------------------------------------------


@state("board")
def review_dialog(stage: Stage) -> Page:
    return review(stage).page


@state("review")
def review_page(stage: Stage) -> Page:
    draft(stage)
    return stage.visit("/review/")


@state("review")
def review_nothing(stage: Stage) -> Page:
    return stage.visit("/review/")


@state("board")
def review_publishing(stage: Stage) -> Page:
    board = review(stage)
    Gate(board.page, "**/review/publish/")
    board.button("publish").click()
    expect(board.button("publish")).to_be_disabled()
    return board.page


@state("board")
def review_asks(stage: Stage) -> Page:
    """What visitors will not see is asked about once."""
    return failed(review(stage, meanwhile=lambda item: archive(stage, item)))


@state("board")
def review_bad_item(stage: Stage) -> Page:
    """The portal would answer with an error to the whole list."""
    return failed(review(stage, meanwhile=lambda item: stage.portal.purge("datasets", item)))


@state("board")
def review_refused(stage: Stage) -> Page:
    board = review(stage)
    faults.add(Fault(What.ANSWER, method="PUT", times=0, status=403, body='{"message": "No"}'))
    return failed(board)


@state("board")
def review_portal_away(stage: Stage) -> Page:
    board = review(stage)
    faults.add(AWAY)
    return failed(board)


@state("board")
def review_unsettled(stage: Stage) -> Page:
    """No answer came, and it may still be published."""
    board = review(stage)
    faults.add(Fault(What.SILENCE, method="PUT", times=0))
    return failed(board)


@state("board")
def board_unsettled(stage: Stage) -> Page:
    page = review_unsettled(stage)
    return Board(page).open().page


@state("board")
def merge_dialog(stage: Stage) -> Page:
    board = contested(stage)
    return dialog(board, lambda board: board.page.locator("[data-action=merge]").click())


@state("merge")
def merge_page(stage: Stage) -> Page:
    contested(stage)
    return stage.visit("/review/merge/datasets/")


# --- The preview ----------------------------------------------------------------------------------


@state("preview")
def preview(stage: Stage) -> Page:
    ail(stage)
    draft(stage)
    return stage.visit("/preview/")


@state("preview")
def preview_phone(stage: Stage) -> Page:
    draft(stage)
    return stage.visit("/preview/?width=phone")


@state("preview")
def preview_without_draft(stage: Stage) -> Page:
    return stage.visit("/preview/")


@state("preview")
def preview_link(stage: Stage) -> Page:
    draft(stage)
    page = stage.visit("/preview/?show=draft")
    page.locator("#share").click()
    return page


@state("preview-of")
def preview_of_a_colleague(stage: Stage) -> Page:
    draft(stage)
    author = User.objects.get(username="claire")
    return stage.visit(f"/preview/{author.pk}/", "lea")


# --- The audit log --------------------------------------------------------------------------------


@state("history")
def history(stage: Stage) -> Page:
    return stage.visit("/history/")


@state("history")
def history_filtered(stage: Stage) -> Page:
    return stage.visit("/history/?person=karim&list=datasets")


@state("history")
def history_nothing(stage: Stage) -> Page:
    return stage.visit("/history/?item=zzzzzz")


@state("history-entry")
def entry(stage: Stage) -> Page:
    return stage.visit(f"/history/{newest(Action.PUBLISH_SUCCEEDED).sequence}/")


@state("history-entry")
def entry_failed(stage: Stage) -> Page:
    return stage.visit(f"/history/{newest(Action.PUBLISH_FAILED).sequence}/")


@state("history-entry")
def entry_outside(stage: Stage) -> Page:
    return stage.visit(f"/history/{newest(Action.CHANGE_OUTSIDE).sequence}/")


@state("history-restore")
def restore(stage: Stage) -> Page:
    return stage.visit(f"/history/{newest(Action.CHANGE_OUTSIDE).sequence}/restore/")


@state("history-as-it-was")
def as_it_was(stage: Stage) -> Page:
    day = timezone.localdate() - timedelta(days=30)
    return stage.visit(f"/history/as-it-was/?at={day}T12:00")


@state("timeline")
def timeline(stage: Stage) -> Page:
    return stage.visit("/timeline/")


@state("timeline")
def timeline_tip(stage: Stage) -> Page:
    page = stage.visit("/timeline/")
    page.locator("[data-bars]").nth(2).locator("a").first.focus()
    return page


@state("timeline")
def timeline_period(stage: Stage) -> Page:
    page = stage.visit("/timeline/?list=reuses&period=12m")
    page.locator("#period-chosen").click()
    return page


@state("timeline")
def timeline_nothing(stage: Stage) -> Page:
    return stage.visit("/timeline/?from=2020-01-01&to=2020-02-01")


@state("timeline")
def timeline_misdated(stage: Stage) -> Page:
    return stage.visit("/timeline/?from=2025-02-01&to=2025-01-01")


@state("timeline-item")
def item_exposures(stage: Stage) -> Page:
    return stage.visit(f"/timeline/datasets/{stage.portal.live('datasets')[2]}/")


# --- Status, and what goes wrong ------------------------------------------------------------------


@state("status")
def status(stage: Stage) -> Page:
    return stage.visit("/status/?portal")


@state("status")
def status_portal_away(stage: Stage) -> Page:
    faults.add(AWAY)
    return stage.visit("/status/?portal")


@state("sign-in")
def sign_in(stage: Stage) -> Page:
    return stage.visit("/sign-in/", None)


@state("sign-in")
def sign_in_refused(stage: Stage) -> Page:
    page = stage.visit("/sign-in/", None)
    page.locator("#id_username").fill("claire")
    page.locator("#id_password").fill("oubli")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    return page


@state("sign-in")
def session_over(stage: Stage) -> Page:
    board = draft(stage)
    Session.objects.all().delete()
    board.datasets.grip(stage.portal.live("datasets")[0]).press("Delete")
    expect(board.page.locator(".banner.is-wrn")).to_be_visible()
    return board.page


@state("oidc-authenticate")
def sign_in_provider_away(stage: Stage) -> Page:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    return stage.visit("/oidc/authenticate/", None)


@state("board")
def no_access(stage: Stage) -> Page:
    return stage.visit("/", "noe")


@state("review-publish")
def form_too_old(stage: Stage) -> Page:
    """The page was open while somebody signed in anew."""
    draft(stage)
    page = stage.visit("/review/")
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    page.evaluate("document.querySelector('#publish').submit()")
    page.wait_for_url("**/review/publish/")
    return page


@state("")
def not_found(stage: Stage) -> Page:
    return stage.visit("/nowhere/")


@state("board")
def failure(stage: Stage) -> Page:
    Listing.objects.update(known=5)
    return stage.visit("/")


@state("board")
def database_away(stage: Stage) -> Page:
    page = stage.visit("/")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE curation_listing RENAME TO curation_listing_away")
    page.goto("/")
    return page


@state("history-restore")
def portal_away(stage: Stage) -> Page:
    """A page that needs the portal, and does not get it."""
    faults.add(AWAY)
    return stage.visit(f"/history/{newest(Action.CHANGE_OUTSIDE).sequence}/restore/")


@state("sandbox:home")
def sandbox(stage: Stage) -> Page:
    return stage.visit("/sandbox/")


# --- Gestures that several states begin with ------------------------------------------------------


def step(board: Board, item_id: str, key: str, status: int = 200) -> None:
    """Do something to a row by its key."""
    column = board.datasets if board.datasets.row(item_id).count() else board.reuses
    column.grip(item_id).focus()
    with board.saved("remove" if key == "Delete" else "move", status):
        board.page.keyboard.press(key)


def draft(stage: Stage) -> Board:
    """Open a board on which an item is new, one gone and some moved."""
    datasets, reuses = stage.portal.live("datasets"), stage.portal.live("reuses")
    board = stage.board()
    board.datasets.search.fill("prix")
    expect(board.datasets.options.first).to_be_visible()
    with board.saved("add"):
        board.page.keyboard.press("Enter")
    step(board, datasets[6], "Delete")
    for _place in range(2):
        step(board, datasets[3], "Alt+ArrowUp")
    step(board, reuses[4], "Alt+Home")
    expect(board.dock).to_be_visible()
    return board


def ail(stage: Stage) -> None:
    """Let something be the matter with most items."""
    archived, private, late, poor, empty, deleted, *_, twice = stage.portal.live("datasets")
    long_ago = timezone.now() - timedelta(days=430)
    archive(stage, archived)
    stage.portal.change("datasets", private, private=True)
    stage.portal.change("datasets", late, frequency="monthly", last_update=long_ago)
    stage.portal.change("datasets", poor, quality=0.2)
    stage.portal.change("datasets", empty, resources=0)
    stage.portal.purge("datasets", deleted)
    stage.portal.set_live("datasets", (*stage.portal.live("datasets"), twice))
    stage.portal.change("reuses", stage.portal.live("reuses")[0], datasets=[])
    settings.HOMEPAGE_LIMITS = {"datasets": 9, "reuses": 6}


def archive(stage: Stage, item_id: str) -> None:
    """Archive a dataset, as its producer would."""
    stage.portal.change("datasets", item_id, archived=timezone.now())


def searching(stage: Stage, words: str) -> Page:
    """Open a board, and its first search."""
    board = stage.board()
    board.datasets.search.click()
    board.datasets.search.fill(words)
    results = board.datasets.section.locator(".combo__results")
    expect(results.locator("[data-announce]").first).to_be_visible()
    if words:
        expect(results.locator(".combo__group")).to_have_count(0)  # no longer the suggestions
    return board.page


def dialog(board: Board, opened: Callable[[Board], object]) -> Page:
    """Open a dialog of the board."""
    opened(board)
    expect(board.dialog.locator("#dialog-title")).to_be_visible()
    return board.page


def first_act(board: Board, action: str) -> None:
    """Press a button of the fourth row by its keyboard."""
    board.datasets.rows.nth(3).locator(f"[data-action={action}]").press("Enter")


def review(stage: Stage, meanwhile: Callable[[str], object] | None = None) -> Board:
    """Open a review; then let something happen to the item that is new."""
    board = draft(stage)
    dialog(board, lambda board: board.button("review").click())
    if meanwhile:
        meanwhile(board.datasets.list.locator("> .is-add").get_attribute("data-id") or "")
    return board


def failed(board: Board) -> Page:
    """Publish in vain."""
    board.button("publish").click()
    expect(board.dialog.get_by_role("alert").first).to_be_visible()
    return board.page


def contested(stage: Stage) -> Board:
    """Open a board whose draft and a colleague's publication decided differently."""
    live = stage.portal.live("datasets")
    board = draft(stage)
    karim = stage.board("karim")
    step(karim, live[3], "Delete")
    step(karim, live[0], "Alt+ArrowDown")
    karim.button("review").click()
    with karim.refreshed():
        karim.button("publish").click()
    board.open()
    expect(board.page.locator("[data-action=merge]")).to_be_visible()
    return board


def newest(action: Action) -> AuditEntry:
    """Return the newest entry of a kind."""
    return AuditEntry.objects.filter(action=action, listing="datasets").latest("sequence")
