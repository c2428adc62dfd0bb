from datetime import timedelta

import pytest
from django.utils import timezone

from curation.models import Action, AuditEntry, KnownItem, Listing
from curation.portal.errors import PortalUnavailable
from curation.portal.items import Item, ItemState
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.sandbox.models import KINDS
from curation.services import audit, listings
from tests.services.meanwhile import Wire


def outside_changes():
    return AuditEntry.objects.filter(action=Action.CHANGE_OUTSIDE)


def test_the_first_reading_is_recorded_once(portal, client_of_portal):
    listings.refresh(client_of_portal)
    listings.refresh(client_of_portal)

    entries = AuditEntry.objects.order_by("sequence")
    assert [(entry.action, entry.listing) for entry in entries] == [
        (Action.LIVE_FIRST_READ, "datasets"),
        (Action.LIVE_FIRST_READ, "reuses"),
    ]
    assert entries[0].after == list(portal.live("datasets"))


def test_a_change_by_somebody_else_is_recorded_once(listing, portal, client_of_portal):
    before = listing.live
    portal.set_live("datasets", before[1:])

    listings.refresh(client_of_portal)
    listings.refresh(client_of_portal)

    (entry,) = outside_changes()
    assert entry.before == list(before)
    assert entry.after == list(before[1:])
    assert entry.actor == audit.OUTSIDER
    assert set(entry.titles) == set(before)
    listing.refresh_from_db()
    assert listing.live == before[1:]


def test_a_list_emptied_outside_is_a_change(listing, portal, client_of_portal):
    portal.set_live("datasets", ())

    listings.refresh(client_of_portal)

    listing.refresh_from_db()
    assert listing.known == []
    assert outside_changes().count() == 1


def test_one_list_that_cannot_be_read_leaves_the_other(listing, portal, client_of_portal):
    portal.set_live("reuses", ())
    fault = Fault(What.ANSWER, path="/home/datasets/", status=503, times=0)

    with faults.switched_on(fault):
        problems = listings.refresh(client_of_portal)

    assert isinstance(problems["datasets"], PortalUnavailable)
    assert problems["reuses"] is None
    datasets, reuses = Listing.objects.get(pk="datasets"), Listing.objects.get(pk="reuses")
    assert datasets.unreachable_since is not None
    assert datasets.live == listing.live
    assert reuses.unreachable_since is None
    assert reuses.live == ()


def test_unreachable_since_is_the_first_failure(listing, client_of_portal):
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        listings.refresh(client_of_portal)
        first = Listing.objects.get(pk="datasets").unreachable_since
        listings.refresh(client_of_portal)

    assert Listing.objects.get(pk="datasets").unreachable_since == first


def test_while_we_publish_a_difference_is_not_called_outside(listing, portal, client_of_portal):
    Listing.objects.filter(pk=listing.pk).update(
        claim="00000000-0000-0000-0000-000000000001",
        claim_expires_at=timezone.now() + timedelta(minutes=1),
    )
    portal.set_live("datasets", ())

    listings.refresh(client_of_portal)

    assert not outside_changes().exists()
    listing.refresh_from_db()
    assert listing.live != ()


@pytest.mark.parametrize("kind", ["datasets", "reuses"])
def test_an_item_that_the_portal_dropped_since_it_was_deleted_says_so(
    listing, portal, client_of_portal, kind
):
    gone = portal.live(kind)[1]
    KINDS[kind].objects.get(pk=gone).delete_softly(timezone.now())

    listings.refresh(client_of_portal)

    (entry,) = outside_changes()
    assert entry.listing == kind
    assert entry.detail == {"deleted": [gone]}


def test_only_what_was_deleted_is_called_so(listing, portal, client_of_portal):
    deleted, taken_out = listing.live[1], listing.live[4]
    KINDS["datasets"].objects.get(pk=deleted).delete_softly(timezone.now())
    portal.set_live("datasets", tuple(each for each in listing.live[2:] if each != taken_out))

    listings.refresh(client_of_portal)

    (entry,) = outside_changes()
    assert entry.detail == {"deleted": [deleted]}


@pytest.mark.parametrize(
    "change",
    [
        lambda live: live[:0:-1],
        lambda live: (*live[2:], "a" * 24),
        lambda live: (),
    ],
    ids=["moved", "added", "emptied"],
)
def test_a_change_that_a_person_made_asks_for_no_item(listing, portal, change):
    """A move or an addition is no work of the portal's own; nor is an empty list."""
    for kind in KINDS["datasets"].objects.filter(pk__in=listing.live):
        kind.delete_softly(timezone.now())
    live = change(listing.live)
    wire = Wire()

    listings.observe(listing, live, wire.client)

    (entry,) = outside_changes()
    assert entry.after == list(live)
    assert entry.detail == {}
    assert wire.sent == []


def test_a_portal_that_does_not_tell_why_an_item_went_does_not_hold_us_up(
    listing, portal, client_of_portal
):
    KINDS["datasets"].objects.get(pk=listing.live[1]).delete_softly(timezone.now())

    with faults.switched_on(Fault(What.ANSWER, path="/datasets/" + listing.live[1], times=0)):
        listings.refresh(client_of_portal)

    (entry,) = outside_changes()
    assert entry.detail == {}


def test_a_purged_item_keeps_the_name_that_we_knew(listing, portal, client_of_portal):
    gone = listing.live[0]
    title = KnownItem.objects.get(portal_id=gone).card["title"]
    portal.purge("datasets", gone)

    listings.refresh(client_of_portal)

    item = listings.known_items([("datasets", gone)])["datasets", gone]
    assert item.title == title
    assert item.state is ItemState.GONE


@pytest.mark.parametrize("kind", ["datasets", "reuses"])
def test_a_purged_item_costs_the_others_no_link_and_no_figure(portal, client_of_portal, kind):
    listings.refresh(client_of_portal)
    gone, *others = portal.live(kind)
    wanted = [(kind, item_id) for item_id in others]
    before = listings.known_items(wanted)
    KINDS[kind].objects.filter(pk=others[0]).update(title="Un autre titre")

    portal.purge(kind, gone)
    listings.refresh(client_of_portal)

    after = listings.known_items(wanted)
    assert after.pop(wanted[0]).title == "Un autre titre"
    before.pop(wanted[0])
    assert after == before


def test_items_of_two_kinds_with_one_id_are_apart(db):
    same = "a" * 24
    listings.remember_items(
        [Item(kind="datasets", id=same, title="D"), Item(kind="reuses", id=same, title="R")]
    )

    assert listings.known_items([("reuses", same)])["reuses", same].title == "R"
    assert listings.titles_of("datasets", [same]) == {same: "D"}


@pytest.mark.parametrize("query", ["base", "carbur"])
def test_find_finds_words_and_parts_of_words(portal, client_of_portal, query):
    page = listings.find(client_of_portal, "datasets", query, 5)

    assert page.items
    assert all(query in (item.title or "").lower() for item in page.items)
