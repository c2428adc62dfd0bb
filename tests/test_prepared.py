"""Queries whose SQL is written once ask as Django's own do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from curation.models import Draft, Listing, Presence
from curation.prepared import Prepared


@pytest.fixture
def drafts(editor, colleague, listing):
    return [
        Draft.objects.create(editor=each, listing=listing, ids=["a"], base_ids=[])
        for each in (editor, colleague)
    ]


def test_each_asking_has_its_own_values(drafts, editor, colleague):
    of_editor = Prepared(lambda: Draft.objects.filter(editor_id=0))

    assert of_editor(editor.pk) == drafts[:1]
    assert of_editor(colleague.pk) == drafts[1:]
    assert of_editor(0) == []


def test_rows_are_whole(drafts, editor):
    (found,) = Prepared(lambda: Draft.objects.filter(editor_id=0))(editor.pk)

    assert found.ids == ["a"]
    assert found.updated_at == drafts[0].updated_at


def test_what_was_written_meanwhile_is_found(listing):
    listings = Prepared(Listing.objects.all)
    assert listings()[0].known == list(listing.live)
    Listing.objects.filter(pk=listing.pk).update(known=["b"])

    assert listings()[0].known == ["b"]


def test_times_are_compared_as_django_stores_them(editor):
    now = timezone.now()
    Presence.objects.create(user=editor, since=now, seen_at=now)
    since = Prepared(lambda: Presence.objects.filter(seen_at__gte=now))

    assert len(since(now)) == 1
    assert since(now + timedelta(microseconds=1)) == []


def test_a_value_too_few_is_a_mistake(db):
    with pytest.raises(AssertionError):
        Prepared(lambda: Draft.objects.filter(editor_id=0))()


def test_columns_come_as_the_query_names_them(drafts, editor):
    titles = Prepared(lambda: Draft.objects.filter(editor_id=0).values_list("ids", "updated_at"))

    assert titles.tuples(editor.pk) == [[["a"], drafts[0].updated_at]]
