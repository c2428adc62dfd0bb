import uuid

import pytest
from django.core.exceptions import PermissionDenied

from curation.models import Draft, Listing
from curation.portal.errors import ItemNotFound
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import drafts, listings, merging, publishing
from curation.services.errors import (
    AlreadyListed,
    ListFull,
    NoStep,
    NothingChosen,
    NotInList,
    NotShowable,
    StaleDraft,
    UnknownItem,
)


def seen_by(user, listing):
    listing.refresh_from_db()
    return drafts.token(listing, drafts.draft_of(user, listing))


def test_move_saves_a_draft_based_on_the_live_list(editor, listing):
    first, second, *rest = listing.live

    draft = drafts.move_item(editor, listing, second, to=1, seen=seen_by(editor, listing)).draft

    assert draft is not None
    assert draft.selection == (second, first, *rest)
    assert draft.base == listing.live


def test_a_step_back_to_the_live_list_removes_the_draft(editor, listing):
    first, second, *_ = listing.live
    drafts.move_item(editor, listing, second, to=1, seen=seen_by(editor, listing))

    draft = drafts.move_item(editor, listing, first, to=1, seen=seen_by(editor, listing)).draft

    assert draft is None
    assert not Draft.objects.exists()


def test_a_move_to_the_same_place_makes_no_draft(editor, listing):
    draft = drafts.move_item(
        editor, listing, listing.live[0], to=1, seen=seen_by(editor, listing)
    ).draft

    assert draft is None


@pytest.mark.parametrize("to", [0, -3, 999])
def test_a_position_beyond_the_ends_means_the_end(editor, listing, to):
    third = listing.live[2]

    draft = drafts.move_item(editor, listing, third, to=to, seen=seen_by(editor, listing)).draft

    assert draft is not None
    assert draft.selection.index(third) in {0, len(listing.live) - 1}


def test_remove_and_restore_bring_the_item_back_to_its_neighbour(editor, listing):
    third = listing.live[2]
    drafts.remove_item(editor, listing, third, seen=seen_by(editor, listing))
    drafts.move_item(editor, listing, listing.live[-1], to=1, seen=seen_by(editor, listing))

    draft = drafts.restore_item(editor, listing, third, seen=seen_by(editor, listing)).draft

    assert draft is not None
    place = draft.selection.index(third)
    assert draft.selection[place - 1] == listing.live[1]


def test_restore_refuses_what_was_never_listed(editor, listing, portal):
    (stranger,) = portal.unlisted("datasets")

    with pytest.raises(NotInList):
        drafts.restore_item(editor, listing, stranger, seen=seen_by(editor, listing))


def test_two_tabs_cannot_overwrite_each_other(editor, listing):
    first, second, third, *_ = listing.live
    both_tabs_saw = seen_by(editor, listing)
    drafts.move_item(editor, listing, third, to=1, seen=both_tabs_saw)

    with pytest.raises(StaleDraft):
        drafts.remove_item(editor, listing, second, seen=both_tabs_saw)

    draft = Draft.objects.get()
    assert draft.selection == (third, first, second, *listing.live[3:])


def test_a_token_never_comes_back(editor, listing):
    """A published or discarded draft's token must not match a later draft."""
    tokens = []
    for _round in range(3):
        drafts.move_item(editor, listing, listing.live[1], to=1, seen=seen_by(editor, listing))
        tokens.append(seen_by(editor, listing))
        drafts.discard(editor, {listing.key: tokens[-1]})

    assert len(set(tokens)) == 3


def test_a_page_from_before_the_live_list_changed_is_stale(editor, listing, portal):
    old = seen_by(editor, listing)
    Listing.objects.filter(pk=listing.pk).update(
        known=list(reversed(listing.live)), revision=listing.revision + 1
    )

    with pytest.raises(StaleDraft):
        drafts.move_item(editor, listing, listing.live[0], to=3, seen=old)

    assert not Draft.objects.exists()


def test_a_draft_survives_a_change_of_the_live_list(editor, listing):
    began_from = listing.live
    drafts.remove_item(editor, listing, listing.live[0], seen=seen_by(editor, listing))
    mine = Draft.objects.get().selection
    Listing.objects.update(known=[], revision=9)

    draft = drafts.move_item(editor, listing, mine[0], to=2, seen=seen_by(editor, listing)).draft

    assert draft is not None
    assert set(draft.selection) == set(mine)
    assert draft.base == began_from


def test_drafts_of_two_editors_are_apart(editor, colleague, listing):
    drafts.remove_item(editor, listing, listing.live[0], seen=seen_by(editor, listing))

    drafts.move_item(colleague, listing, listing.live[1], to=1, seen=seen_by(colleague, listing))

    assert drafts.draft_of(editor, listing).selection == listing.live[1:]
    assert set(drafts.draft_of(colleague, listing).selection) == set(listing.live)


def test_add_asks_the_portal_about_an_item_it_has_not_seen(
    editor, listing, portal, client_of_portal
):
    (new,) = portal.unlisted("datasets")

    draft = drafts.add_item(
        editor, listing, new, seen=seen_by(editor, listing), client=client_of_portal
    ).draft

    assert draft is not None
    assert draft.selection == (*listing.live, new)


def test_add_does_not_ask_about_what_a_search_found(editor, listing, client_of_portal):
    found = client_of_portal.search("datasets", "base").items
    listings.remember_items(found)
    new = next(item for item in found if item.id not in listing.live)
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        draft = drafts.add_item(
            editor, listing, new.id, at=2, seen=seen_by(editor, listing), client=client_of_portal
        ).draft

    assert draft is not None
    assert draft.selection[1] == new.id


def test_add_refuses_what_is_listed_and_says_where(editor, listing, client_of_portal):
    with pytest.raises(AlreadyListed) as refusal:
        drafts.add_item(
            editor,
            listing,
            listing.live[2],
            seen=seen_by(editor, listing),
            client=client_of_portal,
        )

    assert refusal.value.position == 3


@pytest.mark.parametrize("nonsense", ["", "nope", "x" * 24, "F" * 24, "é" * 24, "a" * 500])
def test_add_refuses_what_is_no_id(editor, listing, client_of_portal, nonsense):
    with pytest.raises(UnknownItem):
        drafts.add_item(
            editor, listing, nonsense, seen=seen_by(editor, listing), client=client_of_portal
        )


def test_add_refuses_an_id_that_the_portal_does_not_know(editor, listing, client_of_portal):
    with pytest.raises(ItemNotFound):
        drafts.add_item(
            editor, listing, "f" * 24, seen=seen_by(editor, listing), client=client_of_portal
        )

    assert not Draft.objects.exists()


def test_add_refuses_an_item_of_the_other_kind(editor, listing, portal, client_of_portal):
    (reuse,) = portal.unlisted("reuses")

    with pytest.raises(ItemNotFound):
        drafts.add_item(
            editor, listing, reuse, seen=seen_by(editor, listing), client=client_of_portal
        )


def test_add_refuses_what_visitors_cannot_see(editor, listing, portal, client_of_portal):
    (hidden,) = portal.unlisted("datasets")
    portal.change("datasets", hidden, private=True)

    with pytest.raises(NotShowable):
        drafts.add_item(
            editor, listing, hidden, seen=seen_by(editor, listing), client=client_of_portal
        )


def test_add_stops_at_the_limit(editor, listing, portal, client_of_portal, monkeypatch):
    monkeypatch.setattr(drafts, "MAX_ITEMS", len(listing.live))
    (new,) = portal.unlisted("datasets")

    with pytest.raises(ListFull):
        drafts.add_item(
            editor, listing, new, seen=seen_by(editor, listing), client=client_of_portal
        )


def test_a_reader_changes_nothing(reader, listing):
    with pytest.raises(PermissionDenied):
        drafts.move_item(reader, listing, listing.live[1], to=1, seen=seen_by(reader, listing))
    with pytest.raises(PermissionDenied):
        drafts.discard(reader, {listing.key: ""})

    assert not Draft.objects.exists()


@pytest.mark.parametrize("stale", ["datasets", "reuses"])
def test_discard_refuses_a_draft_that_the_page_did_not_show(editor, listing, stale):
    seen = {}
    for each in Listing.objects.all():
        drafts.remove_item(editor, each, each.live[0], seen=seen_by(editor, each))
        seen[each.key] = seen_by(editor, each)

    with pytest.raises(StaleDraft):
        drafts.discard(editor, seen | {stale: "live-1"})

    assert Draft.objects.count() == 2


def test_discarding_nothing_is_no_step(editor, listing):
    assert not drafts.discard(editor, {listing.key: seen_by(editor, listing)})
    with pytest.raises(NoStep):
        drafts.undo(editor, listing, seen=seen_by(editor, listing))


def test_a_list_that_names_an_item_twice_can_be_edited(editor, listing, portal, client_of_portal):
    twice = (*listing.live, listing.live[0])
    portal.set_live("datasets", twice)
    listings.refresh(client_of_portal)

    draft = drafts.remove_item(editor, listing, twice[0], seen=seen_by(editor, listing)).draft

    assert draft is not None
    assert draft.selection == twice[:-1]  # the one that is said to be there already


def step_by_step(user, listing, *titles_out):
    """Take items out one by one; return the selections on the way, the live list first."""
    seen = [listing.live]
    for item_id in titles_out:
        draft = drafts.remove_item(user, listing, item_id, seen=seen_by(user, listing)).draft
        assert draft is not None
        seen.append(draft.selection)
    return seen


def shown(user, listing):
    draft = drafts.draft_of(user, listing)
    return draft.selection if draft else listing.live


def test_undo_goes_back_to_the_live_list_and_redo_forth(editor, listing):
    way = step_by_step(editor, listing, *listing.live[:3])

    back = []
    for _step in way[1:]:
        drafts.undo(editor, listing, seen=seen_by(editor, listing))
        back.append(shown(editor, listing))
    assert back == way[-2::-1]
    assert not Draft.objects.exists()

    forth = []
    for _step in way[1:]:
        drafts.redo(editor, listing, seen=seen_by(editor, listing))
        forth.append(shown(editor, listing))
    assert forth == way[1:]


def test_undo_tells_what_it_changed(editor, listing):
    step_by_step(editor, listing, listing.live[2])

    changed = drafts.undo(editor, listing, seen=seen_by(editor, listing)).changes

    assert (changed.added, changed.removed, changed.moved) == (((listing.live[2], 3),), (), ())


def test_a_step_back_to_the_live_list_can_be_undone(editor, listing):
    first, second, *_ = listing.live
    drafts.move_item(editor, listing, second, to=1, seen=seen_by(editor, listing))
    drafts.move_item(editor, listing, first, to=1, seen=seen_by(editor, listing))

    drafts.undo(editor, listing, seen=seen_by(editor, listing))

    assert Draft.objects.get().selection[:2] == (second, first)


def test_a_new_step_drops_what_was_undone(editor, listing):
    step_by_step(editor, listing, listing.live[0])
    drafts.undo(editor, listing, seen=seen_by(editor, listing))
    step_by_step(editor, listing, listing.live[1])

    with pytest.raises(NoStep):
        drafts.redo(editor, listing, seen=seen_by(editor, listing))


def test_a_move_to_the_same_place_is_no_step(editor, listing):
    second = listing.live[1]
    drafts.move_item(editor, listing, second, to=1, seen=seen_by(editor, listing))
    drafts.move_item(editor, listing, second, to=1, seen=seen_by(editor, listing))

    drafts.undo(editor, listing, seen=seen_by(editor, listing))

    assert not Draft.objects.exists()


def test_what_one_gesture_did_in_several_lists_is_undone_and_redone_in_all(editor, listing):
    reuses = Listing.objects.get(pk="reuses")
    wanted = {each.pk: each.live[1:] for each in (listing, reuses)}
    for each in (listing, reuses):
        step_by_step(editor, each, each.live[0])
    drafts.discard(editor, {each.key: seen_by(editor, each) for each in (listing, reuses)})

    assert set(drafts.undo(editor, reuses, seen=seen_by(editor, reuses)).along) == {"datasets"}
    assert {each.listing_id: each.selection for each in Draft.objects.all()} == wanted
    assert set(drafts.redo(editor, listing, seen=seen_by(editor, listing)).along) == {"reuses"}
    assert not Draft.objects.exists()


def test_a_list_that_went_on_since_is_left_alone(editor, listing):
    reuses = Listing.objects.get(pk="reuses")
    for each in (listing, reuses):
        step_by_step(editor, each, each.live[0])
    drafts.discard(editor, {each.key: seen_by(editor, each) for each in (listing, reuses)})
    step_by_step(editor, reuses, reuses.live[3])

    assert not drafts.undo(editor, listing, seen=seen_by(editor, listing)).along
    assert shown(editor, reuses) == reuses.live[:3] + reuses.live[4:]


def test_a_discarded_draft_can_be_brought_back(editor, listing):
    *_, last = step_by_step(editor, listing, *listing.live[:2])
    drafts.discard(editor, {listing.key: seen_by(editor, listing)})

    drafts.undo(editor, listing, seen=seen_by(editor, listing))

    assert Draft.objects.get().selection == last


@pytest.mark.parametrize("way", [drafts.undo, drafts.redo])
def test_a_list_without_steps_says_so(editor, listing, way):
    with pytest.raises(NoStep):
        way(editor, listing, seen=seen_by(editor, listing))


@pytest.mark.parametrize("way", [drafts.undo, drafts.redo])
def test_a_stale_page_undoes_nothing(editor, listing, way):
    old = seen_by(editor, listing)
    *_, last = step_by_step(editor, listing, listing.live[0])

    with pytest.raises(StaleDraft):
        way(editor, listing, seen=old)

    assert Draft.objects.get().selection == last


@pytest.mark.parametrize("way", [drafts.undo, drafts.redo])
def test_only_editors_go_back_and_forth(reader, listing, way):
    with pytest.raises(PermissionDenied):
        way(reader, listing, seen=seen_by(reader, listing))


def test_nothing_is_undone_into_a_list_that_changed(editor, listing):
    """The steps began from the list as it was: undoing them would take others' changes back."""
    step_by_step(editor, listing, listing.live[0])
    drafts.undo(editor, listing, seen=seen_by(editor, listing))
    Listing.objects.filter(pk=listing.pk).update(known=listing.live[1:], revision=9)

    with pytest.raises(NoStep):
        drafts.redo(editor, listing, seen=seen_by(editor, listing))


def test_steps_go_on_while_the_live_list_changes(editor, listing):
    way = step_by_step(editor, listing, *listing.live[:2])
    Listing.objects.filter(pk=listing.pk).update(known=[], revision=9)

    drafts.undo(editor, listing, seen=seen_by(editor, listing))

    assert Draft.objects.get().selection == way[1]


def test_an_adopted_merge_leaves_nothing_to_undo(editor, listing):
    step_by_step(editor, listing, listing.live[0])
    Listing.objects.filter(pk=listing.pk).update(known=listing.live[:-1], revision=9)
    merging.adopt(
        editor, listing, seen=seen_by(editor, listing), revision=9, choices=merging.Choices()
    )

    with pytest.raises(NoStep):
        drafts.undo(editor, listing, seen=seen_by(editor, listing))

    drafts.remove_item(editor, listing, listing.live[1], seen=seen_by(editor, listing))
    drafts.undo(editor, listing, seen=seen_by(editor, listing))
    assert Draft.objects.get().base == listing.live


def test_a_publication_leaves_nothing_to_undo(editor, listing, client_of_portal):
    step_by_step(editor, listing, listing.live[0])
    publishing.publish(
        editor,
        listing,
        seen=seen_by(editor, listing),
        attempt=uuid.uuid4(),
        note="",
        client=client_of_portal,
    )

    with pytest.raises(NoStep):
        drafts.undo(editor, listing, seen=seen_by(editor, listing))


def test_steps_of_two_editors_are_apart(editor, colleague, listing):
    step_by_step(editor, listing, listing.live[0])
    *_, theirs = step_by_step(colleague, listing, listing.live[1])

    drafts.undo(editor, listing, seen=seen_by(editor, listing))

    assert Draft.objects.get().selection == theirs


def test_several_are_moved_in_one_step(editor, listing):
    first, second, third, *rest = listing.live
    drafts.move_items(editor, listing, [third, first], to=99, seen=seen_by(editor, listing))
    assert Draft.objects.get().selection == (second, *rest, first, third)

    drafts.undo(editor, listing, seen=seen_by(editor, listing))

    assert not Draft.objects.exists()


def test_several_are_removed_in_one_step(editor, listing):
    first, second, third, *rest = listing.live
    drafts.remove_items(editor, listing, [third, first], seen=seen_by(editor, listing))
    assert Draft.objects.get().selection == (second, *rest)

    drafts.undo(editor, listing, seen=seen_by(editor, listing))

    assert not Draft.objects.exists()


def together(way, editor, listing, ids, seen):
    if way == "move":
        return drafts.move_items(editor, listing, ids, to=1, seen=seen)
    return drafts.remove_items(editor, listing, ids, seen=seen)


@pytest.mark.parametrize("way", ["move", "remove"])
@pytest.mark.parametrize(
    ("ids", "error"), [([], NothingChosen), (["f" * 24], NotInList), (["first", "f"], NotInList)]
)
def test_several_that_are_not_all_there_change_nothing(editor, listing, way, ids, error):
    ids = [listing.live[0] if item_id == "first" else item_id for item_id in ids]

    with pytest.raises(error):
        together(way, editor, listing, ids, seen_by(editor, listing))

    assert not Draft.objects.exists()


@pytest.mark.parametrize("way", ["move", "remove"])
def test_several_from_a_stale_page_change_nothing(editor, listing, way):
    old = seen_by(editor, listing)
    *_, last = step_by_step(editor, listing, listing.live[0])

    with pytest.raises(StaleDraft):
        together(way, editor, listing, listing.live[1:3], old)

    assert Draft.objects.get().selection == last


@pytest.mark.parametrize("way", ["move", "remove"])
def test_only_editors_change_several(reader, listing, way):
    with pytest.raises(PermissionDenied):
        together(way, reader, listing, listing.live[:2], seen_by(reader, listing))
