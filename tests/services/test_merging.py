import pytest
from django.core.exceptions import PermissionDenied

from curation.models import Action, AuditEntry, Draft
from curation.services import drafts, listings, merging
from curation.services.errors import StaleDraft
from curation.services.merging import Choices


@pytest.fixture
def conflict(editor, listing, portal, client_of_portal):
    """The editor moved the third to the top and removed the fifth; the portal dropped the last
    and has the third at the end."""
    ids = listing.live
    draft = drafts.move_item(editor, listing, ids[2], to=1, seen=drafts.token(listing, None)).draft
    drafts.remove_item(editor, listing, ids[4], seen=drafts.token(listing, draft))
    theirs = (*(item for item in ids[:-1] if item != ids[2]), ids[2])
    portal.set_live("datasets", theirs)
    listings.refresh(client_of_portal)
    listing.refresh_from_db()
    return ids, theirs


def adopt(editor, listing, *, choices=None, seen=None, revision=None):
    draft = drafts.draft_of(editor, listing)
    return merging.adopt(
        editor,
        listing,
        seen=seen or drafts.token(listing, draft),
        revision=listing.revision if revision is None else revision,
        choices=choices or Choices(),
    )


def test_adopting_keeps_what_both_did(editor, listing, conflict):
    ids, theirs = conflict

    draft = adopt(editor, listing)

    assert draft.base == theirs
    assert draft.selection[0] == ids[2]  # contested: mine
    assert ids[4] not in draft.selection  # I removed it
    assert ids[-1] not in draft.selection  # they removed it


def test_a_contested_item_can_follow_theirs(editor, listing, conflict):
    ids, _ = conflict

    draft = adopt(editor, listing, choices=Choices(conceded=frozenset({ids[2]})))

    assert draft.selection[-1] == ids[2]


def test_a_merge_that_changes_nothing_leaves_no_draft(editor, listing, portal, client_of_portal):
    draft = drafts.remove_item(
        editor, listing, listing.live[0], seen=drafts.token(listing, None)
    ).draft
    portal.set_live("datasets", draft.selection)
    listings.refresh(client_of_portal)
    listing.refresh_from_db()

    assert adopt(editor, listing) is None
    assert not Draft.objects.exists()


def test_a_draft_that_went_on_in_another_tab_is_not_merged(editor, listing, conflict):
    seen = drafts.token(listing, drafts.draft_of(editor, listing))
    drafts.move_item(editor, listing, listing.live[1], to=1, seen=seen)
    saved = drafts.draft_of(editor, listing).selection

    with pytest.raises(StaleDraft):
        adopt(editor, listing, seen=seen)

    assert drafts.draft_of(editor, listing).selection == saved


def test_a_live_list_that_moved_on_again_is_not_merged(editor, listing, conflict):
    with pytest.raises(StaleDraft):
        adopt(editor, listing, revision=listing.revision - 1)


def test_a_reader_merges_nothing(reader, listing, conflict):
    with pytest.raises(PermissionDenied):
        adopt(reader, listing, seen="draft-1-1")


def test_the_latest_change_names_who(editor, listing, conflict):
    entry = merging.latest_change(listing)

    assert entry == AuditEntry.objects.get(action=Action.CHANGE_OUTSIDE)
