"""Reading the history and going back: find, open, restore, publish, and what the log then says."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from playwright.sync_api import expect

from curation.models import Action, AuditEntry, Listing, User
from curation.portal import portal_client
from curation.services import audit, drafts, listings, publishing
from tests.browser.pages import Board, drafted

pytestmark = pytest.mark.browser


def published(by: User, key: str, selection: tuple[str, ...], note: str = "") -> AuditEntry:
    """Publish a selection."""
    listing = Listing.objects.get(pk=key)
    with transaction.atomic():
        draft = drafts.store(by, listing, None, selection, base=listing.live)
    return publishing.publish(
        by,
        listing,
        seen=drafts.token(listing, draft),
        attempt=uuid.uuid4(),
        note=note,
        client=portal_client(),
    )


@pytest.fixture
def tuesday(portal, editor, colleague) -> AuditEntry:
    """Claire removes a dataset; then Karim turns the others round, and removes a reuse."""
    listings.refresh(portal_client())
    _first, *rest = portal.live("datasets")
    found = published(editor, "datasets", tuple(rest), "Rentrée")
    published(colleague, "datasets", tuple(reversed(rest)))
    published(colleague, "reuses", portal.live("reuses")[1:])
    return found


@pytest.mark.firefox
@pytest.mark.parametrize("width", [1440, 390])
def test_a_change_is_found_restored_and_published(visit, editor, portal, tuesday, width):
    gone = tuesday.before[0]
    page = visit(editor, viewport={"width": width, "height": 900}).new_page()
    page.goto("/history/")
    rows = page.locator(".log > li")
    expect(rows).to_have_count(5)

    # Find by item and person; the address is a link to what was found.
    page.get_by_label("Élément").press_sequentially(tuesday.titles[gone][:12].lower())
    expect(rows).to_have_count(2)
    page.get_by_label("Personne").select_option(label="Claire Test")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"person=claire"))
    page.reload()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Rentrée")

    rows.get_by_role("link").click()
    expect(page).to_have_url(re.compile(rf"/history/{tuesday.sequence}/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Version {tuesday.sequence}")

    # Restore makes a draft, and publishes nothing.
    page.get_by_role("link", name="Restaurer cet état").click()
    expect(page.get_by_text("Rien n’est publié avant votre relecture.")).to_be_visible()
    page.get_by_role("button", name="En faire mon brouillon").click()
    expect(page).to_have_url(re.compile("/review/$"))
    assert drafted("datasets") == tuple(tuesday.after)
    assert portal.live("datasets") != tuple(tuesday.after)

    page.get_by_label("Pourquoi ce changement ?").fill("Comme mardi")
    board = Board(page)
    with board.refreshed():
        board.button("publish").click()
    board.datasets.shows(tuesday.after)
    assert portal.live("datasets") == tuple(tuesday.after)

    # The new entry names where it comes from, with a link.
    newest = AuditEntry.objects.filter(action=Action.PUBLISH_SUCCEEDED).latest("sequence")
    assert newest.detail["restores"] == tuesday.sequence
    page.goto("/history/")
    expect(rows.first).to_contain_text(f"a restauré l’état de l’entrée n° {tuesday.sequence}")
    rows.first.get_by_role("link").click()
    page.get_by_role("link", name=f"l’état de l’entrée n° {tuesday.sequence}").click()
    expect(page).to_have_url(re.compile(rf"/history/{tuesday.sequence}/$"))


def test_a_filter_that_finds_nothing_says_what_to_do(visit, editor, tuesday):
    page = visit(editor).new_page()
    page.goto("/history/?item=introuvable")

    nothing = page.get_by_role("heading", name="Aucune entrée ne correspond à ce filtre")
    expect(nothing).to_be_visible()
    page.get_by_role("link", name="Tout afficher").click()
    expect(page.locator(".log > li")).to_have_count(5)


@pytest.mark.firefox
def test_older_entries_follow_where_the_reader_is(visit, editor, portal):
    listings.refresh(portal_client())
    for number in range(40):
        audit.record(
            Action.CHANGE_OUTSIDE,
            actor=audit.OUTSIDER,
            listing="datasets",
            recorded_at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=number),
        )
    page = visit(editor).new_page()
    page.clock.install()
    page.goto("/history/")
    rows = page.locator(".log > li")
    expect(rows).to_have_count(25)
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))

    page.get_by_role("link", name="Voir les plus anciennes").press("Enter")

    expect(rows).to_have_count(42)
    heading = page.locator(".log-day").filter(has=page.locator(":focus"))
    expect(heading.locator(".log > li")).to_have_count(1)
    page.keyboard.press("Tab")
    # Nothing that comes later takes the focus back from who has moved on.
    page.clock.run_for(1000)
    expect(rows.nth(25).get_by_role("link")).to_be_focused()


def test_the_lists_as_they_were(visit, editor, portal, tuesday):
    page = visit(editor).new_page()
    page.goto(f"/history/{tuesday.sequence}/")
    page.goto(f"/history/as-it-was/?at={tuesday.recorded_at.isoformat().replace('+', '%2B')}")

    shown = page.locator("[aria-labelledby=datasets-then] li")
    titles = [tuesday.titles[item_id] for item_id in tuesday.after]
    expect(shown).to_have_text([re.compile(re.escape(title) + "$") for title in titles])
    expect(page.locator("[aria-labelledby=datasets-then]")).to_contain_text(
        f"entrée n° {tuesday.sequence}"
    )
