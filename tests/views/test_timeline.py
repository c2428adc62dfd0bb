import csv
import io
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from curation.models import Action, AuditEntry
from curation.portal.items import Item
from curation.services import audit, exposures
from curation.services.listings import remember_items
from curation.views import timeline
from tests.views.test_board import html

A, B, C = (letter * 24 for letter in "abc")
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
TITLES = {A: "Alpha", B: "Beta", C: "<i>Gamma</i>"}


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def record(days_ago, after, action=Action.CHANGE_OUTSIDE, **fields):
    defaults = {"actor": audit.OUTSIDER, "listing": "datasets", "titles": TITLES}
    at = NOW - timedelta(days=days_ago)
    return audit.record(action, after=after, recorded_at=at, **defaults | fields)


@pytest.fixture
def story(db, editor):
    """Alpha stood first all the time, Beta left to Gamma thirty days ago."""
    record(200, (A, B), Action.LIVE_FIRST_READ)
    return record(
        30,
        (A, C),
        Action.PUBLISH_SUCCEEDED,
        actor=audit.actor_of(editor),
        attempt=uuid.uuid4(),
        before=(A, B),
    )


def rows(page):
    """Return the cells of the table, tags away, by item."""
    found = re.findall(r'<tr id="t-(\w+)">(.*?)</tr>', page, re.DOTALL)
    return {
        item: [
            " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", cell, flags=re.DOTALL).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", cells, re.DOTALL)
        ]
        for item, cells in found
    }


# The page -----------------------------------------------------------------------------------------


def test_the_last_ninety_days_as_chart_and_table(signed_in, story):
    remember_items([Item(kind="datasets", id=A, title="Alpha today", organization="Insee")])

    page = html(signed_in.get("/timeline/"))

    assert "25 August to 23 November 2026" in page
    assert rows(page) == {
        A: ["Alpha", "Insee", "90", "1", "1.0", "no. 1 over the whole period"],
        B: ["Beta No longer on the front page", "–", "60", "2", "2.0", "no. 2 until 24 Oct"],
        C: ["&lt;i&gt;Gamma&lt;/i&gt;", "–", "30", "2", "2.0", "no. 2 since 24 Oct"],
    }
    assert page.count('class="band ') == 3
    assert 'aria-label="Beta: no. 2 for 60 days, until 24 Oct"' in page
    assert 'aria-label="24 Oct, 13:00: Claire Test"' in page
    assert f'href="/history/{story.sequence}/"' in page
    assert "<i>Gamma" not in page
    assert " style=" not in page


@pytest.mark.parametrize(
    ("period", "days", "heading"),
    [
        ("30d", "30", "24 October to 23 November 2026"),
        ("90d", "90", "25 August to 23 November 2026"),
        ("12m", "200", "23 November 2025 to 23 November 2026"),
    ],
)
def test_other_periods(signed_in, story, period, days, heading):
    page = html(signed_in.get("/timeline/", {"period": period}))

    assert heading in page
    assert rows(page)[A][2] == days
    assert f'id="period-{period}"' in page
    assert page.count('aria-current="true"') == 2  # the list and the period


def test_two_chosen_days_are_both_included(signed_in, story):
    page = html(signed_in.get("/timeline/", {"from": "2026-10-01", "to": "2026-10-02"}))

    assert "1 to 2 October 2026" in page
    assert {item: cells[2] for item, cells in rows(page).items()} == {A: "2", B: "2"}
    assert "No longer on the front page" not in page  # it may well be there today
    assert 'class="now"' not in page


def test_a_missing_end_is_today_and_a_missing_start_ninety_days_before(signed_in, story):
    assert "1 to 23 November 2026" in html(signed_in.get("/timeline/", {"from": "2026-11-01"}))
    assert "2 August to 31 October" in html(signed_in.get("/timeline/", {"to": "2026-10-31"}))


def test_another_list_keeps_the_period(signed_in, story):
    record(10, (C,), listing="reuses")

    page = html(signed_in.get("/timeline/", {"list": "reuses", "period": "30d"}))

    assert list(rows(page)) == [C]
    assert 'href="/timeline/?list=datasets&amp;period=30d"' in page


def test_htmx_gets_the_page_without_its_frame(signed_in, story):
    response = signed_in.htmx_get("/timeline/", period="30d")

    assert "<html" not in html(response)
    assert "24 October to 23 November" in html(response)
    assert "HX-Request" in response["Vary"]


def test_what_the_log_does_not_know_is_told(signed_in):
    record(10, (A,), Action.LIVE_FIRST_READ)

    page = html(signed_in.get("/timeline/"))

    assert "The history of this list begins on 13 Nov" in page
    assert 'class="unknown"' in page


def test_an_empty_period_says_so_and_offers_another(signed_in, db):
    page = html(signed_in.get("/timeline/"))

    assert "Nothing stood on the front page in this period" in page
    assert "The history does not go back that far" in page
    assert 'href="/timeline/?list=datasets&amp;period=12m"' in page
    assert 'class="band' not in page


def test_an_empty_list_is_an_empty_period(signed_in):
    record(200, (A,))
    record(100, ())

    page = html(signed_in.get("/timeline/"))

    assert "Nothing stood on the front page in this period" in page
    assert "does not go back" not in page


def test_many_items_are_cut_short(signed_in, monkeypatch, story):
    monkeypatch.setattr(timeline, "MOST_ROWS", 2)

    page = html(signed_in.get("/timeline/"))

    assert list(rows(page)) == [A, B]
    assert "1 item that stayed for less time is left out" in page


def test_many_positions_of_an_item_are_cut_short(signed_in):
    for day in range(20):
        record(40 - 2 * day, (A, B) if day % 2 else (B, A))

    page = html(signed_in.get("/timeline/"))

    assert rows(page)[A][5].count("no. ") == 6
    assert rows(page)[A][5].endswith("14 more")


def test_changes_close_to_each_other_are_one_pin(signed_in, editor):
    record(40, (A,), Action.LIVE_FIRST_READ)
    record(20, (A, B), Action.PUBLISH_SUCCEEDED, actor=audit.actor_of(editor))
    record(19.9, (B, A))

    page = html(signed_in.get("/timeline/"))

    assert 'aria-label="2 changes, 3 Nov: Claire Test, outside change"' in page
    assert "/history/?list=datasets&amp;from=2026-11-03&amp;to=2026-11-03" in page
    assert page.count('class="pin ext"') == 1


def test_an_item_that_the_portal_purged_says_so(signed_in, story):
    remember_items([Item(kind="datasets", id=B, title="Beta")])
    remember_items([Item(kind="datasets", id=B, title=None)])

    assert rows(html(signed_in.get("/timeline/")))[B][0] == "Beta No longer exists on the portal"


def test_an_item_without_any_title_is_named_by_its_id(signed_in):
    record(10, (A,), titles={})

    page = html(signed_in.get("/timeline/"))

    assert A in rows(page)[A][0]
    assert f'data-tip="{A}"' in page


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_queries_does_not_grow(signed_in, count, django_assert_num_queries):
    record(100, (A, B))
    for number in range(count):
        record(80 - number, (A, B, C)[: number % 3 + 1])

    # session, user, listings; before the period (2), its ends (2), changes, titles; items
    with django_assert_num_queries(13):
        signed_in.get("/timeline/")


# What cannot be shown -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"from": "yesterday"}, "“yesterday” is not a date."),
        ({"from": "2026-02-30"}, "“2026-02-30” is not a date."),
        ({"to": "\x00"}, "is not a date."),
        ({"from": "<b>" + "9" * 5000}, "“&lt;b&gt;99999999999999999” is not a date."),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "The period ends before it begins."),
        ({"from": "2026-12-01"}, "This period has not begun yet."),
        ({"from": "2026-12-01", "to": "2026-12-31"}, "This period has not begun yet."),
        ({"from": "0001-01-01"}, "Choose dates between 1970 and 2027."),
        ({"to": "9999-12-31"}, "Choose dates between 1970 and 2027."),
        ({"to": "0001-01-01"}, "Choose dates between 1970 and 2027."),
        ({"period": "7w"}, "This period does not exist."),
        ({"list": "pages"}, "There is no such list."),
        ({"list": "\x00"}, "There is no such list."),
    ],
)
def test_what_makes_no_sense_gets_a_sentence(signed_in, story, asked, sentence):
    whole, fragment = signed_in.get("/timeline/", asked), signed_in.htmx_get("/timeline/", **asked)

    for response in (whole, fragment):
        assert response.status_code == 422
        assert sentence in html(response)
        assert 'class="band' not in html(response)
    assert "<html" not in html(fragment)


def test_an_end_in_the_future_is_now(signed_in, story):
    page = html(signed_in.get("/timeline/", {"from": "2026-11-13", "to": "2027-01-01"}))

    assert "13 to 23 November 2026" in page
    assert rows(page)[A][5] == "no. 1 over the whole period"


def test_all_that_may_ever_have_been(signed_in, story):
    page = html(signed_in.get("/timeline/", {"from": "1970-01-01"}))

    assert rows(page)[A][5] == "no. 1 since 7 May"


def test_too_many_changes_get_a_sentence(signed_in, story, monkeypatch):
    monkeypatch.setattr(exposures, "MOST_CHANGES", 0)

    for address in ("/timeline/", f"/timeline/datasets/{A}/", "/timeline/datasets.csv"):
        response = signed_in.get(address)
        assert response.status_code == 422
        assert "The list changed more than 0 times" in html(response)


# The page of an item ------------------------------------------------------------------------------


def test_an_item_has_its_own_page(signed_in, story):
    remember_items(
        [Item(kind="datasets", id=C, title="Gamma", page="https://portal.test/c", organization="X")]
    )

    page = html(signed_in.get(f"/timeline/datasets/{C}/"))

    assert "<h1" in page
    assert re.findall(r"<dd>(.*?)</dd>", page) == ["30", "2.0", "2"]
    assert "since 24 Oct" in page
    assert "30 days" in page
    assert 'href="https://portal.test/c"' in page
    assert "added at no. 2" in page
    assert f'href="/history/{story.sequence}/"' in page
    assert f"/history/?item={C}&amp;list=datasets" in page
    assert "<bdi>&lt;i&gt;Gamma&lt;/i&gt;</bdi>" in page  # what the log called it
    assert page.count('class="band ') == 1


def test_an_item_that_left_tells_when_and_by_whom(signed_in, story):
    page = html(signed_in.get(f"/timeline/datasets/{B}/", {"period": "12m"}))

    assert "not on the front page now" in page
    assert "removed, was no. 2" in page
    assert "from 7 May to 24 Oct" in page


def test_an_item_tells_where_it_is_now(signed_in, listing):
    item = listing.live[2]

    assert "now no. 3 on the front page" in html(signed_in.get(f"/timeline/datasets/{item}/"))


def test_an_item_that_was_not_there_in_the_period(signed_in, story):
    page = html(signed_in.get(f"/timeline/datasets/{B}/", {"period": "30d"}))

    assert "Not on the front page in this period" in page
    assert f'href="/timeline/datasets/{B}/?period=12m"' in page


def test_an_item_whose_period_makes_no_sense(signed_in, story):
    response = signed_in.get(f"/timeline/datasets/{B}/", {"from": "x"})

    assert response.status_code == 422
    assert "“x” is not a date." in html(response)
    assert "removed, was no. 2" in html(response)  # the rest of the page does not depend on it


def test_htmx_gets_an_item_without_the_frame(signed_in, story):
    response = signed_in.htmx_get(f"/timeline/datasets/{A}/", period="30d")

    assert "<html" not in html(response)
    assert 'class="band ' in html(response)


@pytest.mark.parametrize(
    "address",
    [
        f"/timeline/datasets/{'d' * 24}/",
        "/timeline/datasets/x/",
        f"/timeline/reuses/{A}/",
        f"/timeline/pages/{A}/",
        "/timeline/pages.csv",
        f"/timeline/datasets/{'x' * 500}/",
    ],
)
def test_what_does_not_exist_is_a_page(signed_in, story, address):
    response = signed_in.get(address)

    assert response.status_code == 404
    assert "This page does not exist" in html(response)


# CSV ----------------------------------------------------------------------------------------------


def table(response):
    text = b"".join(response.streaming_content).decode()
    assert text[0] == "\ufeff"
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_the_exposures_as_csv(signed_in, story):
    remember_items([Item(kind="datasets", id=A, title="Alpha", organization="=cmd|' /C calc'!A0")])

    response = signed_in.get("/timeline/datasets.csv", {"period": "90d"})

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == (
        'attachment; filename="exposures-datasets-2026-08-25-2026-11-23.csv"'
    )
    first, second, third = table(response)
    assert first == {
        "listing": "datasets",
        "item": A,
        "title": "Alpha",
        "organization": "'=cmd|' /C calc'!A0",
        "position": "1",
        "from": "2026-08-25T13:00:00+02:00",
        "to": "2026-11-23T12:00:00+01:00",
        "days": "90.0",
        "item_days": "90.0",
        "item_mean_position": "1.0",
        "item_best_position": "1",
    }
    assert (second["title"], second["days"]) == ("Beta", "60.0")
    assert (third["title"], third["days"]) == ("<i>Gamma</i>", "30.0")


def test_the_csv_of_a_chosen_period(signed_in, story):
    asked = {"from": "2026-10-01", "to": "2026-10-02"}

    assert [row["item"] for row in table(signed_in.get("/timeline/datasets.csv", asked))] == [A, B]


def test_the_csv_has_every_item_and_span(signed_in, monkeypatch, story):
    monkeypatch.setattr(timeline, "MOST_ROWS", 1)

    assert len(table(signed_in.get("/timeline/datasets.csv"))) == 3


def test_a_csv_of_nothing_has_its_head(signed_in, db):
    response = signed_in.get("/timeline/reuses.csv")

    assert b"".join(response.streaming_content).decode().startswith("\ufefflisting,item,title")


def test_a_csv_whose_period_makes_no_sense_says_so(signed_in, story):
    response = signed_in.get("/timeline/datasets.csv", {"from": "2026-11-02", "to": "2026-11-01"})

    assert response.status_code == 422
    assert response["Content-Type"].startswith("text/plain")
    assert "The period ends before it begins." in html(response)


# People -------------------------------------------------------------------------------------------

ADDRESSES = ["/timeline/", f"/timeline/datasets/{A}/", "/timeline/datasets.csv"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_reader_may_see_it(browser_of, reader, story, address):
    assert browser_of(reader).get(address).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_somebody_without_a_role_may_not(browser_of, outsider, story, address):
    assert browser_of(outsider).get(address).status_code == 403


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_stranger_signs_in_first(client, story, address):
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_changes_anything(signed_in, story, address):
    count = AuditEntry.objects.count()

    assert signed_in.post(address).status_code == 405
    assert AuditEntry.objects.count() == count


def test_french(signed_in, story, settings):
    settings.LANGUAGE_CODE = "fr"

    page = html(signed_in.get("/timeline/", headers={"Accept-Language": "fr"}))

    assert "25 août au 23 novembre 2026" in page
    assert rows(page)[B][2:] == ["60", "2", "2,0", "n° 2 jusqu’au 24 oct."]
    assert "n°\xa02 pendant 60\xa0jours, jusqu’au 24 oct." in page
    assert timezone.get_current_timezone_name() == "Europe/Paris"
