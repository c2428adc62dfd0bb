"""The client of the configured portal: one for a process, made anew when the settings change."""

import threading

import pytest

from curation.portal import portal_client
from curation.portal.diagnosis import diagnose
from curation.portal.transport import one_by_one, side_by_side
from curation.sandbox.seed import seed
from tests.portal.server import reply, serving


def test_is_made_once(settings):
    settings.PORTAL_URL = "https://portal.example"

    assert portal_client() is portal_client()


def test_follows_the_settings(settings):
    with serving(reply("[]")) as portal:
        settings.PORTAL_URL = portal.url
        settings.PORTAL_API_KEY = "configured-key"

        portal_client().home_ids("datasets")

        assert portal.received[0].headers["x-api-key"] == "configured-key"


def test_needs_no_key(settings):
    settings.PORTAL_URL, settings.PORTAL_API_KEY = "https://portal.example", ""

    assert not portal_client().has_key


@pytest.mark.django_db
def test_the_sandbox_is_a_portal_like_any_other(settings):
    settings.PORTAL_URL = "sandbox:"
    seed()

    client = portal_client()
    datasets = client.home("datasets")
    reversed_ids = client.home_ids("reuses")[::-1]

    assert client.me().roles == ("admin",)
    assert datasets[0].page.startswith("/sandbox/datasets/")
    assert client.homes(["datasets"]) == {"datasets": datasets}
    assert client.put_home("reuses", reversed_ids) == client.home_ids("reuses") == reversed_ids
    assert diagnose(client).can_publish


def test_the_sandbox_is_called_in_the_thread_of_the_caller():
    """Its data are seen in the caller's database transaction only."""
    here = threading.get_ident()

    assert list(one_by_one(lambda _: threading.get_ident(), [1, 2])) == [here, here]
    assert here not in side_by_side(lambda _: threading.get_ident(), [1, 2])


def test_side_by_side_keeps_the_order():
    assert list(side_by_side(lambda number: number * 2, range(50))) == list(range(0, 100, 2))
    assert list(side_by_side(str, [])) == []
