"""The client on real sockets: what is sent, how often, to whom, and how long it waits."""

import gzip
import json
import threading
import time

import brotli
import pytest

from curation.portal import errors
from curation.portal.answers import LARGEST
from curation.portal.client import PortalClient
from curation.portal.items import Item, Page
from curation.portal.transport import PATIENCE, make_session
from tests.portal.server import cut_off, drip, reply, reset, serving, silence

KEY = "the-secret-key"
ID = "a" * 24
SHORT = 0.1  # seconds; for what is to time out. What is not has all the time it needs.
IDS = json.dumps([{"id": ID}])
HUGE = b"[%s]" % (b" " * LARGEST)  # an empty list, all the same


def client_of(url, *, key=KEY, wait=20.0):
    return PortalClient(url, session=make_session(backoff=0), api_key=key, timeout=(1.0, wait))


def test_connection_is_kept_between_calls():
    with serving(reply(IDS)) as portal:
        client = client_of(portal.url)

        client.home_ids("datasets")
        client.put_home("datasets", [ID])
        client.home_ids("datasets")

        assert len({received.port for received in portal.received}) == 1


@pytest.mark.parametrize("base", ["", "/", "//"])
def test_address_joins_whatever_slashes_it_ends_with(base):
    with serving(reply(IDS)) as portal:
        client_of(portal.url + base).home_ids("datasets")

        assert portal.received[0].path == "/api/1/site/home/datasets/"


def test_put_sends_the_ids_in_order_as_json():
    with serving(reply(IDS)) as portal:
        ids = ["c" * 24, "a" * 24, "b" * 24]

        client_of(portal.url).put_home("datasets", ids)

        sent = portal.received[0]
        assert (sent.method, sent.path) == ("PUT", "/api/1/site/home/datasets/")
        assert json.loads(sent.body) == ids
        assert sent.headers["content-type"] == "application/json"
        assert sent.headers["x-fields"] == "id,message"


def test_put_of_an_empty_list_has_a_body():
    with serving(reply("[]")) as portal:
        assert client_of(portal.url).put_home("datasets", []) == ()

        assert portal.received[0].body == b"[]"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(reply("{}", 500), errors.PortalUnavailable, id="500"),
        pytest.param(reply("{}", 502), errors.PortalUnavailable, id="502"),
        pytest.param(reply("{}", 503, Retry_After="0"), errors.PortalUnavailable, id="503"),
        pytest.param(reply("{}", 429), errors.PortalUnavailable, id="429"),
        pytest.param(reset, errors.PortalBroken, id="reset"),
        pytest.param(silence, errors.PortalTimeout, id="silence"),
        pytest.param(cut_off(b"[", 100), errors.PortalBroken, id="cut off"),
        pytest.param(reply("", 302, Location="/"), errors.PortalMoved, id="302"),
        pytest.param(reply("", 308, Location="/"), errors.PortalMoved, id="308"),
    ],
)
def test_put_is_sent_once_whatever_happens(answer, error):
    with serving(answer) as portal:
        with pytest.raises(error):
            client_of(portal.url, wait=SHORT).put_home("datasets", [ID])

        assert [received.method for received in portal.received] == ["PUT"]


def test_put_is_sent_once_on_a_connection_that_broke_since():
    with serving(reply(IDS), reset, reply(IDS)) as portal:
        client = client_of(portal.url)
        client.home_ids("datasets")

        with pytest.raises(errors.PortalBroken):
            client.put_home("datasets", [ID])

        assert [received.method for received in portal.received] == ["GET", "PUT"]


def test_an_earlier_failure_does_not_colour_the_next_one():
    with serving(reset) as portal:
        try:
            client_of("http://127.0.0.1:1").home_ids("datasets")
        except errors.PortalUnreachable:
            with pytest.raises(errors.PortalBroken):
                client_of(portal.url).put_home("datasets", [ID])

        assert [received.method for received in portal.received] == ["PUT"]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_get_is_repeated_twice_at_most(status):
    with serving(reply("{}", status)) as portal:
        with pytest.raises(errors.PortalUnavailable) as caught:
            client_of(portal.url).home_ids("datasets")

        assert caught.value.status == status
        assert len(portal.received) == 3


def test_get_that_succeeds_at_the_second_time_is_a_success():
    with serving(reply("{}", 503), reply(IDS)) as portal:
        assert client_of(portal.url).home_ids("datasets") == (ID,)


def test_get_is_repeated_once_after_a_broken_connection():
    with serving(reset) as portal:
        with pytest.raises(errors.PortalBroken):
            client_of(portal.url).home_ids("datasets")

        assert len(portal.received) == 2


def test_get_is_not_repeated_after_a_time_out():
    with serving(silence) as portal:
        with pytest.raises(errors.PortalTimeout):
            client_of(portal.url, wait=SHORT).home_ids("datasets")

        assert len(portal.received) == 1


def test_500_is_not_repeated():
    with serving(reply("{}", 500)) as portal:
        with pytest.raises(errors.PortalUnavailable):
            client_of(portal.url).home_ids("datasets")

        assert len(portal.received) == 1


@pytest.mark.parametrize(
    ("header", "seconds"), [("3600", 3600), ("Wed, 21 Oct 2099 07:28:00 GMT", None)]
)
def test_a_long_pause_is_told_not_waited_for(header, seconds):
    with serving(reply("{}", 429, Retry_After=header)) as portal:
        with pytest.raises(errors.PortalUnavailable) as caught:
            client_of(portal.url).home_ids("datasets")

        assert caught.value.retry_after == seconds
        assert len(portal.received) == 1


def test_a_pause_that_makes_no_sense_is_ignored():
    with serving(reply("{}", 503, Retry_After="soon"), reply(IDS)) as portal:
        assert client_of(portal.url).home_ids("datasets") == (ID,)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_redirects_are_never_followed(status, method):
    with serving(reply(IDS)) as elsewhere:
        there = f"{elsewhere.url}/api/1/site/home/datasets/"
        with serving(reply("", status, Location=there)) as portal:
            client = client_of(portal.url)

            with pytest.raises(errors.PortalMoved) as caught:
                client.home_ids("datasets") if method == "GET" else client.put_home("datasets", [])

            assert caught.value.location == there
            assert len(portal.received) == 1
        assert elsewhere.received == []


@pytest.mark.parametrize("location", ["http://[", "//", "", "ht tp://é", "javascript:alert(1)"])
def test_a_redirect_to_nowhere_is_a_redirect(location):
    with (
        serving(reply("", 302, Location=location.encode().decode("latin-1"))) as portal,
        pytest.raises(errors.PortalMoved),
    ):
        client_of(portal.url).item("datasets", "a-slug")


def test_cookies_are_never_sent_back():
    with serving(reply(IDS, Set_Cookie="session=admin; Path=/")) as portal:
        client = client_of(portal.url)

        client.home_ids("datasets")
        client.put_home("datasets", [ID])
        client.home_ids("datasets")

        assert ["cookie" in received.headers for received in portal.received] == [False] * 3


def item(**fields: object) -> str:
    return json.dumps({"id": ID, "title": "Une", **fields})


@pytest.mark.parametrize(
    ("call", "answer", "with_key"),
    [
        pytest.param(lambda c: c.home("datasets"), IDS, True, id="home"),
        pytest.param(lambda c: c.home_ids("reuses"), IDS, True, id="home_ids"),
        pytest.param(lambda c: c.put_home("reuses", [ID]), IDS, True, id="put_home"),
        pytest.param(lambda c: c.item("datasets", ID), item(), True, id="item"),
        pytest.param(lambda c: c.me(), "{}", True, id="me"),
        pytest.param(lambda c: c.search("datasets", "eau"), '{"data": []}', False, id="search"),
        pytest.param(lambda c: c.suggest("datasets", "eau"), "[]", False, id="suggest"),
        pytest.param(lambda c: c.site(), '{"id": "default"}', False, id="site"),
        pytest.param(lambda c: c.catalog_as("xml"), "", False, id="catalog"),
        pytest.param(lambda c: c.context(), "", False, id="context"),
    ],
)
def test_the_key_goes_where_it_is_needed_only(call, answer, with_key):
    with serving(reply(answer)) as portal:
        call(client_of(portal.url))

        assert [received.headers.get("x-api-key") for received in portal.received] == [
            KEY if with_key else None
        ]


def test_no_key_no_header():
    with serving(reply(IDS)) as portal:
        client_of(portal.url, key="").home_ids("datasets")

        assert "x-api-key" not in portal.received[0].headers


def test_passwords_of_netrc_stay_home(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(reply('{"data": []}')) as portal:
        client = client_of(portal.url)

        client.search("datasets", "eau")
        client.me()

        assert ["authorization" in received.headers for received in portal.received] == [False] * 2


def test_requests_say_who_asks():
    with serving(reply(IDS)) as portal:
        client_of(portal.url).home_ids("datasets")

        assert portal.received[0].headers["user-agent"].startswith("a-la-une/")
        assert portal.received[0].headers["accept"] == "application/json"


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(drip(HEAD, b"X-Drop: 1\r\n", SHORT / 10), id="headers"),
        pytest.param(drip(b"HTTP/1.1 200 OK", b"K", SHORT / 10), id="status line"),
        pytest.param(
            drip(HEAD + b"Content-Length: 99999\r\n\r\n", b" ", SHORT / 10), id="body of a length"
        ),
        pytest.param(drip(HEAD + b"\r\n", b" ", SHORT / 10), id="body until the end"),
        pytest.param(
            drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", SHORT / 10),
            id="chunks",
        ),
        pytest.param(
            drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0", SHORT / 10),
            id="a chunk's size",
        ),
    ],
)
def test_a_portal_that_drips_does_not_hold_us_for_ever(answer):
    with serving(answer) as portal:
        began = time.monotonic()

        with pytest.raises(errors.PortalTimeout):
            client_of(portal.url, wait=SHORT).home_ids("datasets")

        # Not at once, and not as long as it drips; a busy machine takes its time.
        assert PATIENCE * SHORT * 0.9 < time.monotonic() - began < 60
        assert len(portal.received) == 1


def test_a_slow_answer_through_a_proxy_is_bounded_too(monkeypatch):
    with serving(drip(HEAD + b"\r\n", b" ", SHORT / 10)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")

        with pytest.raises(errors.PortalTimeout):
            client_of("http://portal.example", wait=5 * SHORT).home_ids("datasets")

        assert proxy.received[0].path == "http://portal.example/api/1/site/home/datasets/"


def test_a_slow_but_steady_answer_is_waited_for():
    def in_two_pieces(handler):
        handler.wfile.write(HEAD + b"Content-Length: 2\r\n\r\n[")
        handler.server.over.wait(SHORT)
        handler.wfile.write(b"]")

    with serving(in_two_pieces) as portal:
        assert client_of(portal.url, wait=10 * SHORT).home_ids("datasets") == ()


def test_the_client_works_again_after_a_time_out():
    with serving(silence, reply(IDS)) as portal:
        client = client_of(portal.url, wait=5 * SHORT)
        with pytest.raises(errors.PortalTimeout):
            client.home_ids("datasets")

        assert client.home_ids("datasets") == (ID,)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(cut_off(IDS.encode(), 1000), errors.PortalBroken, id="cut off"),
        pytest.param(reply(IDS[:-3]), errors.PortalUnreadable, id="half a JSON"),
        pytest.param(
            reply("<!doctype html>", Content_Type="text/html"), errors.PortalUnreadable, id="HTML"
        ),
        pytest.param(reply(""), errors.PortalUnreadable, id="nothing"),
        pytest.param(reply("", 204), errors.PortalUnreadable, id="204"),
        pytest.param(reply('"a string"'), errors.PortalUnreadable, id="string"),
        pytest.param(reply('{"message": "hello"}'), errors.PortalUnreadable, id="object"),
        pytest.param(reply("[null]"), errors.PortalUnreadable, id="list of null"),
        pytest.param(reply("[{}]"), errors.PortalUnreadable, id="list of no items"),
        pytest.param(reply("[" * 100_000), errors.PortalUnreadable, id="deep nesting"),
        pytest.param(reply("1" * 10_000), errors.PortalUnreadable, id="endless number"),
        pytest.param(reply(b"\xff\xfe\xff"), errors.PortalUnreadable, id="no text"),
        pytest.param(
            reply(b"no gzip", Content_Encoding="gzip"), errors.PortalUnreadable, id="not packed"
        ),
        pytest.param(reply(HUGE), errors.PortalUnreadable, id="huge"),
        pytest.param(
            reply(gzip.compress(HUGE), Content_Encoding="gzip"),
            errors.PortalUnreadable,
            id="huge once unpacked",
        ),
        pytest.param(
            reply(brotli.compress(HUGE), Content_Encoding="br"),
            errors.PortalUnreadable,
            id="huge once unpacked by Brotli",
        ),
        pytest.param(reply("[]", Content_Length="2, 3"), errors.PortalBroken, id="two lengths"),
    ],
)
def test_an_answer_that_is_none(answer, error):
    with serving(answer) as portal, pytest.raises(error):
        client_of(portal.url).home_ids("datasets")


@pytest.mark.parametrize(("how", "pack"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_what_is_compressed_is_unpacked(how, pack):
    with serving(reply(pack(IDS.encode()), Content_Encoding=how)) as portal:
        assert client_of(portal.url).home_ids("datasets") == (ID,)


def test_nobody_listens():
    with serving(reply(IDS)) as portal:
        url = portal.url

    with pytest.raises(errors.PortalUnreachable):
        client_of(url).put_home("datasets", [ID])


@pytest.mark.parametrize(
    "url",
    ["http://", "http://a..b", "http://[", "portal.example", "ftp://127.0.0.1", "", "http:// "],
)
def test_an_address_that_is_none(url):
    with pytest.raises(errors.PortalUnreachable):
        client_of(url).home_ids("datasets")


def test_https_asked_of_a_server_without_it():
    with serving(reply(IDS)) as portal, pytest.raises(errors.PortalError):
        client_of(portal.url.replace("http:", "https:")).home_ids("datasets")


def test_lists_are_read_side_by_side():
    both_are_here = threading.Barrier(2)

    def answer_together(handler):
        both_are_here.wait(timeout=5)
        reply(IDS)(handler)

    with serving(answer_together) as portal:
        client = PortalClient(portal.url, session=make_session(), timeout=(1.0, 5.0))

        homes = client.homes(["datasets", "reuses"])

    assert homes == {"datasets": (Item("datasets", ID),), "reuses": (Item("reuses", ID),)}


def test_items_are_looked_at_beside_the_list():
    all_are_here = threading.Barrier(3)

    def answer_together(handler):
        all_are_here.wait(timeout=5)
        reply(IDS if "/home/" in handler.path else item())(handler)

    with serving(answer_together) as portal:
        client = PortalClient(portal.url, session=make_session(), timeout=(1.0, 5.0))

        live, found = client.home_ids_and_items("datasets", [ID, "another", ID])

    assert live == (ID,)
    assert list(found) == [ID, "another"]
    assert found[ID] == Item("datasets", ID, title="Une")


def test_a_list_that_cannot_be_read_is_no_list_without_items():
    def answer(handler):
        (reply("", 404) if "/home/" in handler.path else reply(item()))(handler)

    with serving(answer) as portal, pytest.raises(errors.PortalRefused):
        client_of(portal.url).home_ids_and_items("datasets", [ID])


def test_many_threads_share_one_client():
    def echo(handler):
        reply(item(slug=handler.path))(handler)

    with serving(echo) as portal:
        client = PortalClient(portal.url, session=make_session(), timeout=(1.0, 5.0))
        ids = [f"{number:024x}" for number in range(60)]

        found = client.items("datasets", ids)

    assert found == {
        ref: Item("datasets", ID, title="Une", slug=f"/api/1/datasets/{ref}/") for ref in ids
    }


@pytest.mark.parametrize("q", ["é" * 10_000, "a " * 5_000, "\x00\ud800\n\t", "eau & air #1 100%"])
def test_any_search_gets_a_plain_answer(q):
    with serving(reply('{"data": [], "total": 0}')) as portal:
        assert client_of(portal.url).search("datasets", q) == Page()

        assert all(len(received.path) < 2_000 for received in portal.received)


@pytest.mark.parametrize(
    "ref", ["..", ".", "../../site", "a/b", "a?b", "a%2fb", "", " ", "é", "\n"]
)
def test_a_reference_cannot_climb(ref):
    with serving(reply(item())) as portal:
        with pytest.raises(errors.ItemNotFound):
            client_of(portal.url).item("datasets", ref)

        assert portal.received == []
