"""What the history says of a change that was not made here."""

import pytest
from django.utils import timezone

from curation.models import Action, AuditEntry
from curation.sandbox.models import KINDS
from curation.services import audit, listings
from tests.views.test_board import html

BY_SOMEBODY = "Changed outside this tool"
BY_ITSELF = "took it off the list by itself"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def delete(item_id):
    """Delete a dataset on the portal, which then drops it from its homepage."""
    dataset = KINDS["datasets"].objects.get(pk=item_id)
    dataset.delete_softly(timezone.now())
    return dataset


@pytest.mark.parametrize("page", ["/history/", "/history/{}/"])
def test_an_item_that_was_deleted_is_named(signed_in, listing, client_of_portal, page):
    gone = delete(listing.live[1])
    listings.refresh(client_of_portal)

    shown = html(signed_in.get(page.format(AuditEntry.objects.first().sequence)))

    assert f'{BY_ITSELF}: <q dir="auto">{gone.title}</q>' in shown
    assert BY_SOMEBODY not in shown


def test_what_somebody_took_off_besides_is_said_apart(signed_in, listing, portal, client_of_portal):
    delete(listing.live[0])
    portal.set_live("datasets", listing.live[2:])
    listings.refresh(client_of_portal)

    shown = html(signed_in.get("/history/"))

    assert BY_ITSELF in shown
    assert BY_SOMEBODY in shown


def test_other_changes_are_somebodys(signed_in, listing, portal, client_of_portal):
    portal.set_live("datasets", listing.live[::-1])
    listings.refresh(client_of_portal)

    shown = html(signed_in.get("/history/"))

    assert BY_SOMEBODY in shown
    assert BY_ITSELF not in shown


def test_a_list_that_landed_late_names_the_attempt(signed_in, listing):
    after = listing.live[::-1]
    audit.record(Action.PUBLISH_FAILED, actor=audit.SYSTEM, listing="datasets", after=after)
    failure = AuditEntry.objects.first()
    audit.record(
        Action.CHANGE_OUTSIDE,
        actor=audit.OUTSIDER,
        listing="datasets",
        before=listing.live,
        after=after,
        detail={"late": failure.sequence},
    )

    shown = html(signed_in.get("/history/"))

    assert f"the list of entry no. {failure.sequence}, which was given up" in shown
    assert BY_SOMEBODY not in shown
