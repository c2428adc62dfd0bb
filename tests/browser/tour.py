"""Every page and state that an editor meets, crowded: findings, titles of all kinds, colleagues."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from curation.models import AuditEntry, Listing, User
from curation.portal import portal_client
from curation.sandbox.models import KINDS
from curation.services import drafts, listings, presence
from tests.browser.pages import Board
from tests.browser.test_history import published
from tests.browser.test_hostile import TITLES
from tests.conftest import Portal


@pytest.fixture
def crowded(portal: Portal, editor: User, colleague: User, settings) -> Portal:
    """Crowd the pages of the editor: a history, two drafts, findings, a list that changed since."""
    settings.HOMEPAGE_LIMITS = {"datasets": 7}
    for kind in KINDS:
        for item_id, title in zip(portal.live(kind), TITLES, strict=False):
            portal.change(kind, item_id, title=title)
    listings.refresh(portal_client())
    first, second, *rest = portal.live("datasets")
    published(editor, "datasets", (second, first, *rest), TITLES[1])
    published(colleague, "datasets", (second, *rest), "Rentrée")

    archived, private, late, poor, empty = rest[:5]
    long_ago = timezone.now() - timedelta(days=430)
    portal.change("datasets", archived, archived=timezone.now())
    portal.change("datasets", private, private=True)
    portal.change("datasets", late, frequency="monthly", last_update=long_ago)
    portal.change("datasets", poor, quality=0.2)
    portal.change("datasets", empty, resources=0)
    portal.change("reuses", portal.live("reuses")[0], datasets=[])

    (new,) = portal.unlisted("datasets")
    _drafted(editor, "datasets", (archived, second, *rest[1:-1], new))
    _drafted(editor, "reuses", portal.live("reuses")[::-1])
    _drafted(colleague, "datasets", rest)
    presence.note_presence(colleague)
    portal.set_live("datasets", (rest[-1], second, *rest[:-1]))
    return portal


def _drafted(by: User, key: str, selection: list[str] | tuple[str, ...]) -> None:
    listing = Listing.objects.get(pk=key)
    with transaction.atomic():
        drafts.store(by, listing, None, tuple(selection), base=listing.live)


def states(page: Page) -> Iterator[str]:
    """Lead a page of the editor's from state to state; say which it is in."""
    board = Board(page).open()
    datasets = board.datasets
    yield "board"
    if (more := page.locator("[data-more]:visible")).count():
        more.first.click()
        yield "board, actions open"
    page.locator("summary.me").click()
    yield "board, menu open"
    datasets.section.locator("[data-select]").click()
    datasets.rows.nth(1).get_by_role("checkbox").check()
    yield "board, rows selected"
    datasets.section.locator("[data-select]").click()
    datasets.search.fill("prix")
    expect(datasets.options.first).to_be_visible()
    yield "search open"
    datasets.search.fill("carburants")
    expect(datasets.section.locator("mark").first).to_be_visible()
    datasets.section.locator(".combo__filters summary").click()
    yield "search open, filters open"
    page.keyboard.press("Escape")
    for action in ("shortcuts", "discard", "review", "merge", "place"):
        opener = page.locator(f'[data-action="{action}"]').first
        opener.evaluate("opener => opener.click()")
        expect(board.dialog).to_be_visible()
        yield f"dialog {action}"
        page.keyboard.press("Escape")
        expect(board.dialog).to_be_hidden()

    newest = AuditEntry.objects.latest("sequence")
    item = (
        AuditEntry.objects.exclude(after=None)
        .filter(listing="datasets")
        .latest("sequence")
        .after[0]
    )
    for path in (
        "/review/",
        "/review/merge/datasets/",
        "/discard/",
        "/shortcuts/",
        "/lists/datasets/search/?q=prix",
        f"/lists/datasets/items/{item}/place/",
        "/preview/",
        "/preview/?show=draft&width=phone",
        f"/preview/{User.objects.get(username='karim').pk}/",
        "/history/",
        "/history/?item=introuvable",
        f"/history/{newest.sequence}/",
        f"/history/{newest.sequence}/restore/",
        "/timeline/",
        f"/timeline/datasets/{item}/",
        "/status/?portal",
        "/nowhere/",
    ):
        page.goto(path)
        if path == "/status/?portal":
            expect(page.locator("#portal .checks").first).to_be_visible()
        yield path
        for opener in page.locator("#share, #period-chosen").all():
            opener.click()
            yield f"{path}, popup open"
            opener.click()
    page.context.clear_cookies()
    page.goto("/sign-in/")
    yield "/sign-in/"
