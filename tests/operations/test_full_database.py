"""A database that takes nothing any more: it is said, nothing is lost, work goes on afterwards."""

import uuid
from collections.abc import Iterator, Sequence

import pytest
from django.db import DatabaseError, connection

from curation.models import Action, AuditEntry, Draft, Listing
from curation.portal import portal_client
from curation.portal.client import PortalClient
from curation.portal.transport import make_session
from curation.sandbox import ADMIN_KEY
from curation.services import drafts, listings, publishing
from curation.services.reconcile import reconcile
from tests.services.conftest import actions, let_the_lease_expire, log_is_sound
from tests.views.test_review import form_of

pytestmark = pytest.mark.django_db(transaction=True)

# More than any page of a database has left.
LONG = "Parce que. " * 900


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def fill() -> None:
    """Let the database take nothing any more: no room on SQLite, a stand-by on PostgreSQL."""
    if connection.vendor == "postgresql":
        run("SET default_transaction_read_only = on")
        return
    run("VACUUM")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
    run(f"PRAGMA max_page_count = {pages}")


def make_room() -> None:
    if connection.vendor == "postgresql":
        run("SET default_transaction_read_only = off")
    else:
        run("PRAGMA max_page_count = 1000000")


@pytest.fixture(autouse=True)
def room_at_the_end(transactional_db: None) -> Iterator[None]:
    yield
    make_room()


@pytest.fixture
def draft(claire, true_portal, settings) -> Draft:
    settings.PORTAL_URL, settings.PORTAL_API_KEY = true_portal.url, ADMIN_KEY
    settings.LANGUAGE_CODE = "en"
    listings.refresh(portal_client())
    listing = Listing.objects.get(pk="datasets")
    draft = drafts.move_item(
        claire, listing, listing.live[1], to=1, seen=drafts.token(listing, None)
    ).draft
    assert draft
    return draft


def test_publishing_says_so_and_nothing_is_sent(claire, draft, browser_of, true_portal):
    browser = browser_of(claire)
    browser.raise_request_exception = False
    form = form_of(browser.get("/review/").content.decode())

    fill()
    refused = browser.post("/review/publish/", {**form, "note": LONG[:4000]})
    make_room()

    assert refused.status_code == 503
    assert "cannot save anything at the moment" in refused.content.decode()
    assert true_portal.live() == draft.base
    assert Draft.objects.get() == draft
    assert Action.PUBLISH_STARTED not in actions()
    let_the_lease_expire()
    again = browser.post("/review/publish/", {**form, "note": LONG[:4000]})
    assert again.status_code == 302
    assert true_portal.live() == draft.selection
    assert actions()[-2:] == [Action.PUBLISH_STARTED, Action.PUBLISH_SUCCEEDED]
    assert log_is_sound()


class FullAfterwards(PortalClient):
    """The database is full from the moment on when the portal has taken a list."""

    def put_home(self, kind: str, ids: Sequence[str]) -> tuple[str, ...]:
        """Put, then fill."""
        taken = super().put_home(kind, ids)
        fill()
        return taken


def test_what_was_sent_is_settled_once_there_is_room(claire, draft, true_portal):
    client = FullAfterwards(true_portal.url, session=make_session(), api_key=ADMIN_KEY)
    seen = drafts.token(draft.listing, draft)

    with pytest.raises(DatabaseError, match=r"full|read-only"):
        publishing.publish(
            claire, draft.listing, seen=seen, attempt=uuid.uuid4(), note=LONG, client=client
        )

    assert true_portal.live() == draft.selection
    assert AuditEntry.objects.unsettled().count() == 1
    assert Draft.objects.get() == draft
    make_room()
    let_the_lease_expire()
    reconcile(true_portal.client)
    outcome = AuditEntry.objects.latest("sequence")
    assert (outcome.action, outcome.detail["known_by"]) == ("publish.succeeded", "reconciled")
    assert not Draft.objects.exists()
    assert log_is_sound()
