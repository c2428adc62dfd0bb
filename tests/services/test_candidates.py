"""What is proposed without a search."""

import pytest

from curation.models import KnownItem, Listing
from curation.portal import portal_client
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import listings
from curation.services.candidates import SIZE, Group, candidates


def ids(proposals) -> dict[str, list[str]]:
    return {each.group: [item.id for item in each.items] for each in proposals}


def remove(portal, client, *gone):
    live = portal.live("datasets")
    portal.set_live("datasets", tuple(item_id for item_id in live if item_id not in gone))
    listings.refresh(client)


def propose(client, key="datasets"):
    listing = Listing.objects.get(pk=key)
    return ids(candidates(client, listing, listing.live))


def test_datasets_come_in_groups_none_listed_none_twice(listing, client_of_portal):
    proposed = propose(client_of_portal)

    everything = [item_id for group in proposed.values() for item_id in group]
    assert set(proposed) == {Group.UPDATED, Group.VIEWED}
    assert len(everything) == len(set(everything))
    assert not set(everything) & set(listing.live)
    assert all(len(group) <= SIZE for group in proposed.values())


def test_the_most_viewed_come_first(listing, portal, client_of_portal):
    star = portal.unlisted("reuses", 9)[7]
    portal.change("reuses", star, views=10**9, created_at="2015-01-01T00:00Z")

    proposed = propose(client_of_portal, "reuses")

    assert star in {proposed[Group.VIEWED][0], proposed.get(Group.TRENDING, [""])[0]}


def test_what_was_removed_comes_first_the_latest_before(listing, portal, client_of_portal):
    first, second = listing.live[0], listing.live[4]
    remove(portal, client_of_portal, first)
    remove(portal, client_of_portal, second)

    assert propose(client_of_portal)[Group.REMOVED] == [second, first]


def test_what_came_back_or_cannot_be_shown_is_not_proposed(listing, portal, client_of_portal):
    back, private = listing.live[:2]
    remove(portal, client_of_portal, back, private)
    portal.set_live("datasets", listing.live[:1] + listing.live[2:])
    listings.refresh(client_of_portal)
    known = KnownItem.objects.get(portal_id=private)
    known.card["private"] = True
    known.save()

    assert Group.REMOVED not in propose(client_of_portal)


def test_the_portal_is_asked_once_for_some_minutes(listing, client_of_portal):
    before = propose(client_of_portal)

    with faults.switched_on(Fault(What.REFUSE, times=0)):
        assert propose(client_of_portal) == before


def test_a_portal_that_is_down_is_asked_again(listing, client_of_portal):
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        assert propose(client_of_portal) == {}

    assert propose(client_of_portal)


@pytest.mark.parametrize("key", ["datasets", "reuses"])
def test_adding_a_proposal_asks_nobody(listing, key):
    proposed = propose(portal_client(), key)

    everything = {item_id for group in proposed.values() for item_id in group}
    assert everything <= set(KnownItem.objects.values_list("portal_id", flat=True))
