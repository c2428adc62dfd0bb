"""Who else is at work."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser

from curation.accounts.roles import Role
from curation.models import Draft, Presence
from curation.services import drafts
from curation.services.presence import MOST_DRAFTS, PATIENCE, note_presence, others
from tests.conftest import person

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def present(user):
    return [(each.user.username, each.since) for each in others(user).present]


def test_a_colleague_with_the_board_open_is_seen_and_oneself_is_not(editor, colleague, clock):
    note_presence(editor)
    note_presence(colleague)

    assert present(editor) == [("karim", START)]
    assert present(colleague) == [("claire", START)]


def test_who_stays_has_been_there_since_the_beginning(editor, colleague, clock):
    for _minute in range(10):
        note_presence(colleague)
        clock.shift(timedelta(minutes=1))

    assert present(editor) == [("karim", START)]


def test_who_gives_no_sign_of_life_is_gone_and_comes_back_anew(editor, colleague, clock):
    note_presence(colleague)
    clock.shift(PATIENCE + timedelta(seconds=1))
    assert present(editor) == []

    note_presence(colleague)

    assert present(editor) == [("karim", START + PATIENCE + timedelta(seconds=1))]
    assert Presence.objects.count() == 1


def test_readers_see_who_is_there_and_are_not_seen(editor, reader, outsider, clock):
    for user in (editor, reader, outsider, AnonymousUser()):
        note_presence(user)

    assert present(reader) == [("claire", START)]
    assert present(editor) == []


def test_who_may_edit_no_more_is_not_shown(editor, colleague, listing):
    note_presence(colleague)
    drafts.remove_item(colleague, listing, listing.live[0], seen=drafts.token(listing, None))
    colleague.role = Role.READER
    colleague.save()

    assert others(editor).present == ()
    assert others(editor).drafts == ()


def test_the_drafts_of_others_are_seen(editor, colleague, listing):
    drafts.remove_item(colleague, listing, listing.live[0], seen=drafts.token(listing, None))
    drafts.remove_item(editor, listing, listing.live[0], seen=drafts.token(listing, None))

    (draft,) = others(editor).drafts

    assert (draft.editor, draft.listing_id) == (colleague, "datasets")


def test_the_number_of_queries_does_not_grow(editor, listing, django_assert_num_queries):
    with django_assert_num_queries(2):
        others(editor)
    for number in range(3):
        note_presence(person(f"editor{number}", Role.EDITOR))

    with django_assert_num_queries(3):
        assert len(others(editor).present) == 3


def test_of_many_drafts_the_latest_are_named(editor, listing):
    people = [person(f"editor{number}", Role.EDITOR) for number in range(MOST_DRAFTS + 3)]
    begun = [
        Draft.objects.create(editor=each, listing=listing, ids=[], base_ids=[]) for each in people
    ]

    found = others(editor)

    assert list(found.drafts) == begun[3:]
    assert found.has_more
    Draft.objects.filter(editor__in=people[:3]).delete()
    assert not others(editor).has_more
