"""What the client asks for, and what it makes of udata's answers (as recorded from 10.8.3)."""

import json
import logging
import re
import sys

import pytest
import responses
from django.views.debug import ExceptionReporter

from curation.portal import errors
from curation.portal.client import Narrowing, PortalClient
from curation.portal.items import Document, Identity, Item, ItemState, Site
from curation.portal.transport import make_session

URL = "https://portal.example"
KEY = "the-secret-key"
ONE, TWO = "a" * 24, "b" * 24
NOT_FOUND = {"message": "The requested URL was not found on the server."}


@pytest.fixture
def portal():
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client():
    return PortalClient(URL, session=make_session(backoff=0), api_key=KEY)


def masks(portal):
    return [call.request.headers["X-Fields"] for call in portal.calls]


def test_home_asks_for_all_that_the_board_shows(portal, client):
    portal.get(f"{URL}/api/1/site/home/datasets/", json=[{"id": TWO, "title": "B"}, {"id": ONE}])

    items = client.home("datasets")

    assert items == (Item("datasets", TWO, title="B"), Item("datasets", ONE))
    assert {"id", "title", "private", "archived", "deleted", "page"} <= set(
        masks(portal)[0].split(",")
    )
    assert "metrics{" in masks(portal)[0]
    assert "quality{score,has_resources}" in masks(portal)[0]


def test_no_mask_asks_for_resources_which_may_be_many(portal, client):
    portal.get(f"{URL}/api/1/site/home/datasets/", json=[])
    portal.get(f"{URL}/api/1/datasets/{ONE}/", json={"id": ONE})
    portal.get(f"{URL}/api/2/datasets/search/", json={"data": []})

    client.home("datasets")
    client.item("datasets", ONE)
    client.search("datasets", "sols")

    asked = [set(re.findall(r"\w+", mask)) for mask in masks(portal)]
    assert len(asked) == 3
    assert all("resources" not in names for names in asked)


def test_home_does_without_figures_while_a_purged_item_hangs_in_the_list(portal, client):
    address = f"{URL}/api/1/site/home/datasets/"
    portal.get(address, status=500, json={"message": "Internal Server Error"})
    portal.get(address, json=[{"id": ONE, "title": None}, {"id": TWO, "title": "B"}])

    items = client.home("datasets")

    assert [item.state for item in items] == [ItemState.GONE, ItemState.VISIBLE]
    assert "metrics" not in masks(portal)[1]
    assert "page" not in masks(portal)[1].split(",")


def test_home_gives_up_when_it_fails_without_figures_too(portal, client):
    portal.get(f"{URL}/api/1/site/home/datasets/", status=500)

    with pytest.raises(errors.PortalUnavailable):
        client.home("datasets")

    assert len(portal.calls) == 2


def test_home_asks_once_when_the_portal_is_down(portal, client):
    portal.get(f"{URL}/api/1/site/home/datasets/", status=503, headers={"Retry-After": "60"})

    with pytest.raises(errors.PortalUnavailable):
        client.home("datasets")

    assert len(portal.calls) == 1


def test_homes_tells_each_its_own(portal, client):
    portal.get(f"{URL}/api/1/site/home/datasets/", json=[{"id": ONE}])
    portal.get(f"{URL}/api/1/site/home/reuses/", status=403, json={"message": "No."})

    homes = client.homes(["datasets", "reuses"])

    assert homes["datasets"] == (Item("datasets", ONE),)
    assert isinstance(homes["reuses"], errors.PortalRefused)
    assert homes["reuses"].portal_message == "No."


def test_home_ids_asks_for_ids_only(portal, client):
    portal.get(f"{URL}/api/1/site/home/reuses/", json=[{"id": TWO}, {"id": ONE}, {"id": TWO}])

    assert client.home_ids("reuses") == (TWO, ONE, TWO)
    assert masks(portal) == ["id,message"]


def test_put_home_returns_what_the_portal_holds(portal, client):
    portal.put(f"{URL}/api/1/site/home/reuses/", json=[{"id": TWO}])

    assert client.put_home("reuses", (ONE, TWO)) == (TWO,)


MESSAGE = "Expect a list of dataset IDs"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, errors.PortalRejected),
        (401, errors.PortalRefused),
        (403, errors.PortalRefused),
        (404, errors.PortalRefused),
        (405, errors.PortalRefused),
        (408, errors.PortalUnavailable),
        (409, errors.PortalRejected),
        (413, errors.PortalRejected),
        (415, errors.PortalRejected),
        (423, errors.PortalRefused),
        (429, errors.PortalUnavailable),
        (500, errors.PortalUnavailable),
        (501, errors.PortalUnavailable),
        (503, errors.PortalUnavailable),
        (520, errors.PortalUnavailable),
        (999, errors.PortalUnreadable),
    ],
)
def test_put_home_says_what_the_status_means(portal, client, status, error):
    portal.put(f"{URL}/api/1/site/home/datasets/", status=status, json={"message": MESSAGE})

    with pytest.raises(error) as caught:
        client.put_home("datasets", [ONE])

    assert type(caught.value) is error
    assert (caught.value.status, caught.value.portal_message) == (status, MESSAGE)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"message": "No\\nway\\u0000"}', "No way"),
        ('{"error": "Not here", "status": 404}', "Not here"),
        ('{"message": {"a": 1}}', ""),
        ('["message"]', ""),
        ("<html>Forbidden</html>", ""),
        (json.dumps({"message": "x" * 9000}), "x" * 300),
        ("[" * 100_000, ""),
    ],
)
def test_the_portals_own_words_are_plain(portal, client, body, message):
    portal.put(f"{URL}/api/1/site/home/datasets/", status=403, body=body)

    with pytest.raises(errors.PortalRefused) as caught:
        client.put_home("datasets", [ONE])

    assert caught.value.portal_message == message


def test_item_by_slug(portal, client):
    portal.get(f"{URL}/api/1/datasets/a-slug/", json={"id": ONE, "title": "A", "page": "/x/"})

    assert client.item("datasets", "a-slug") == Item("datasets", ONE, title="A", page=f"{URL}/x/")


@pytest.mark.parametrize(
    ("status", "error"), [(404, errors.ItemNotFound), (410, errors.ItemDeleted)]
)
def test_item_that_is_not_there(portal, client, status, error):
    portal.get(f"{URL}/api/1/datasets/{ONE}/", status=status, json=NOT_FOUND)

    with pytest.raises(error):
        client.item("datasets", ONE)


@pytest.mark.parametrize("location", ["/api/1/datasets/new/", f"{URL}/api/1/datasets/new/"])
def test_item_by_an_earlier_slug(portal, client, location):
    portal.get(f"{URL}/api/1/datasets/old/", status=308, headers={"Location": location})
    portal.get(f"{URL}/api/1/datasets/new/", json={"id": ONE, "title": "New"})

    assert client.item("datasets", "old").title == "New"


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/api/1/datasets/new/",
        "//evil.example/api/1/datasets/new/",
        "/api/1/reuses/new/",
        "/api/1/datasets/new/resources/",
        "/login/",
        "",
    ],
)
def test_item_that_moved_elsewhere_is_not_followed(portal, client, location):
    portal.get(f"{URL}/api/1/datasets/old/", status=308, headers={"Location": location})

    with pytest.raises(errors.PortalMoved):
        client.item("datasets", "old")


@pytest.mark.parametrize("location", ["/api/1/datasets/%2E%2E/", "/api/1/datasets/../"])
def test_item_that_moved_up_is_not_found(portal, client, location):
    portal.get(f"{URL}/api/1/datasets/old/", status=308, headers={"Location": location})

    with pytest.raises(errors.ItemNotFound):
        client.item("datasets", "old")


def test_item_is_asked_for_anew_once(portal, client):
    headers = {"Location": "/api/1/datasets/old/"}
    portal.get(f"{URL}/api/1/datasets/old/", status=308, headers=headers)

    with pytest.raises(errors.PortalMoved):
        client.item("datasets", "old")

    assert len(portal.calls) == 2


def test_items_tells_each_its_own_and_asks_once(portal, client):
    portal.get(f"{URL}/api/1/datasets/{ONE}/", json={"id": ONE, "title": "A"})
    portal.get(f"{URL}/api/1/datasets/{TWO}/", status=410, json={})

    found = client.items("datasets", [TWO, ONE, TWO])

    assert list(found) == [TWO, ONE]
    assert isinstance(found[TWO], errors.ItemDeleted)
    assert found[ONE] == Item("datasets", ONE, title="A")
    assert len(portal.calls) == 2


def test_items_of_nothing_asks_nothing(portal, client):
    assert client.items("datasets", []) == {}


def test_search_asks_what_visitors_see(portal, client):
    portal.get(
        f"{URL}/api/2/reuses/search/",
        json={"data": [{"id": ONE, "title": "A"}], "total": 12, "next_page": "…"},
        match=[
            responses.matchers.query_param_matcher({"q": "vélo lyon", "page": 2, "page_size": 5})
        ],
    )

    page = client.search("reuses", " vélo  lyon ", page=2, page_size=5)

    assert page.items == (Item("reuses", ONE, title="A"),)
    assert (page.total, page.page, page.has_next) == (12, 2, True)
    assert masks(portal)[0].startswith("data{id,title,")


def test_search_sorts_when_asked(portal, client):
    portal.get(
        f"{URL}/api/2/reuses/search/",
        json={"data": []},
        match=[
            responses.matchers.query_param_matcher(
                {"q": "", "page": 1, "page_size": 10, "sort": "-views"}
            )
        ],
    )

    assert client.search("reuses", "", sort="-views").items == ()


def test_search_is_narrowed_when_asked(portal, client):
    portal.get(
        f"{URL}/api/2/datasets/search/",
        json={"data": []},
        match=[
            responses.matchers.query_param_matcher(
                {
                    "q": "eau",
                    "page": 1,
                    "page_size": 10,
                    "organization": ONE,
                    "tag": "rivières",
                    "featured": "true",
                }
            )
        ],
    )

    narrowing = Narrowing(organization=ONE, tag="rivières", featured=True)
    assert client.search("datasets", "eau", narrowing=narrowing).items == ()


@pytest.mark.parametrize(
    ("name", "found"),
    [("Insee", TWO), ("INSEE régional", ONE), ("ins", ONE), ("institut national", TWO)],
)
def test_an_organization_is_found_by_its_whole_name_first(portal, client, name, found):
    portal.get(
        f"{URL}/api/1/organizations/suggest/",
        json=[
            {"id": ONE, "name": "Insee régional", "acronym": None},
            {"id": TWO, "name": "Institut national", "acronym": "INSEE"},
        ],
        match=[responses.matchers.query_param_matcher({"q": name, "size": 20})],
    )

    assert client.organization_named(name) == found


def test_an_organization_that_is_not_there(portal, client):
    portal.get(f"{URL}/api/1/organizations/suggest/", json=[])

    assert client.organization_named("nobody") == ""
    assert client.organization_named(" ") == ""
    assert len(portal.calls) == 1


@pytest.mark.parametrize(("page", "size", "asked"), [(0, 0, (1, 1)), (-3, 5000, (1, 100))])
def test_search_keeps_to_what_udata_can_do(portal, client, page, size, asked):
    portal.get(f"{URL}/api/2/datasets/search/", json={"data": []})

    client.search("datasets", "eau", page=page, page_size=size)

    params = portal.calls[0].request.params
    assert (int(params["page"]), int(params["page_size"])) == asked


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("l’eau & l'air", "l’eau l'air"),
        ("c# 100% a+b", "c 100 a b"),
        ('"exact phrase"', "exact phrase"),
        ("a\x00b\u2028c\ud800d", "a b c d"),
        ("é" * 10_000, "é" * 200),
    ],
)
def test_search_sends_words(portal, client, typed, asked):
    portal.get(f"{URL}/api/2/datasets/search/", json={"data": []})

    client.search("datasets", typed)

    assert portal.calls[0].request.params["q"] == asked


@pytest.mark.parametrize("typed", ['"', "&&", "\x00", "\ud800"])
def test_search_for_no_word_finds_nothing(portal, client, typed):
    assert client.search("datasets", typed).items == ()
    assert client.suggest("datasets", typed) == ()


def test_search_beyond_the_last_page_is_empty(portal, client):
    portal.get(f"{URL}/api/2/datasets/search/", status=404, json=NOT_FOUND)

    page = client.search("datasets", "eau", page=9)

    assert (page.items, page.total, page.page, page.has_next) == ((), 0, 9, False)


def test_search_that_is_not_there_at_all(portal, client):
    portal.get(f"{URL}/api/2/datasets/search/", status=404, json=NOT_FOUND)

    with pytest.raises(errors.PortalUnreadable):
        client.search("datasets", "eau")


def test_suggest(portal, client):
    portal.get(
        f"{URL}/api/1/datasets/suggest/",
        json=[{"id": ONE, "title": "A"}],
        match=[responses.matchers.query_param_matcher({"q": "vél", "size": 3})],
    )

    assert client.suggest("datasets", "vél", 3) == (Item("datasets", ONE, title="A"),)


def test_site(portal, client):
    portal.get(f"{URL}/api/1/site/", json={"id": "default", "title": "Portail", "metrics": {}})

    assert client.site() == Site("default", "Portail")


def test_me_does_not_ask_for_the_key(portal, client):
    portal.get(f"{URL}/api/1/me/", json={"first_name": "Aline", "roles": ["admin"]})

    assert client.me() == Identity("Aline", ("admin",))
    assert masks(portal) == ["first_name,last_name,roles,message"]


@pytest.mark.parametrize(
    ("call", "path"),
    [
        pytest.param(lambda c: c.catalog(), "catalog", id="catalog"),
        pytest.param(lambda c: c.data_as("ttl"), "data.ttl", id="data"),
    ],
)
def test_documents_that_udata_has_elsewhere(portal, client, call, path):
    portal.get(
        f"{URL}/api/1/site/{path}",
        status=302,
        headers={"Location": "/api/1/site/catalog.ttl"},
    )
    portal.get(f"{URL}/api/1/site/catalog.ttl", body=b"<a> a <b>.", content_type="text/turtle")

    assert call(client) == Document("text/turtle", b"<a> a <b>.")


def test_a_document_that_moved_to_another_site_is_not_fetched(portal, client):
    portal.get(
        f"{URL}/api/1/site/catalog",
        status=302,
        headers={"Location": "https://evil.example/api/1/site/catalog.xml"},
    )

    with pytest.raises(errors.PortalMoved):
        client.catalog()


def test_a_format_is_a_name_not_a_path(portal, client):
    portal.get(f"{URL}/api/1/site/catalog.xml%2F..%2Fme", status=404)

    with pytest.raises(errors.PortalUnreadable):
        client.catalog_as("xml/../me")


def test_context(portal, client):
    portal.get(f"{URL}/api/1/site/context.jsonld", body=b"{}", content_type="application/ld+json")

    assert client.context() == Document("application/ld+json", b"{}")


def test_addresses_given_as_paths_can_stay_paths(portal):
    portal.get(f"{URL}/api/1/datasets/x/", json={"id": ONE, "title": "A", "page": "/sandbox/x/"})
    client = PortalClient(URL, session=make_session(), public_url="")

    assert client.item("datasets", "x").page == "/sandbox/x/"


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "clé", "\ud800"])
def test_a_key_that_no_header_can_carry_is_refused_at_once(key):
    with pytest.raises(ValueError, match="access key") as caught:
        PortalClient(URL, session=make_session(), api_key=key)

    assert key not in str(caught.value)


def report_of(call):
    """Return what an error page or a mail to the administrators would show."""
    try:
        call()
    except errors.PortalError:
        return ExceptionReporter(None, *sys.exc_info()).get_traceback_html()
    raise AssertionError("nothing failed")


def test_the_key_is_in_no_report_and_no_log(portal, client, caplog):
    caplog.set_level(logging.DEBUG)
    portal.get(f"{URL}/api/1/site/home/datasets/", body=ConnectionResetError(KEY))
    portal.put(f"{URL}/api/1/site/home/datasets/", status=401, json={"message": "Invalid API Key"})

    reports = [
        report_of(lambda: client.home("datasets")),
        report_of(lambda: client.put_home("datasets", [ONE])),
        report_of(PortalClient("http://127.0.0.1:1", session=make_session(), api_key=KEY).me),
    ]

    assert all("PortalClient" in report for report in reports)
    assert not any(KEY in report for report in reports)
    assert KEY not in caplog.text
    assert KEY not in repr(vars(client))


def test_failures_are_logged_on_one_line(portal, client, caplog):
    portal.put(f"{URL}/api/1/site/home/datasets/", status=403, json={"message": "no\nERROR forged"})

    with pytest.raises(errors.PortalRefused):
        client.put_home("datasets", [ONE])

    (line,) = caplog.messages
    assert line.startswith(
        "portal.failed method=PUT path=/api/1/site/home/datasets/ error=PortalRefused status=403 "
    )
    assert line.endswith(" said='no ERROR forged'")
