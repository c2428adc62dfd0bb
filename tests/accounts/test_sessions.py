"""Sessions are Django's own, read with SQL that is written once."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from curation.accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    store = SessionStore()
    store["who"] = "claire"
    store.save()
    return store.session_key


def test_what_was_kept_is_found_again(key):
    assert SessionStore(key)["who"] == "claire"


def test_a_session_that_is_over_holds_nothing(key):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    store = SessionStore(key)

    assert "who" not in store
    assert store.session_key is None


@pytest.mark.parametrize("other", [None, "", "x" * 32])
def test_a_key_that_nobody_gave_opens_nothing(key, other):
    store = SessionStore(other)

    assert "who" not in store
    store["who"] = "karim"
    store.save()
    assert store.session_key != other
    assert SessionStore(key)["who"] == "claire"
