import csv
import io
import json
import re
import uuid
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.domain import chain
from curation.models import Action, AuditEntry
from curation.services import accounts, audit
from curation.services.history import ACTION_GROUPS, Filter, find, people
from tests.views.test_board import html


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


A, B, C = (letter * 24 for letter in "abc")
TITLES = {A: "Alpha", B: "Beta", C: "<i>Gamma</i>"}


def record(action=Action.CHANGE_OUTSIDE, **fields):
    defaults = {
        "actor": audit.OUTSIDER,
        "listing": "datasets",
        "before": (A, B),
        "after": (B, C),
        "titles": TITLES,
    }
    return audit.record(action, **defaults | fields)


def test_an_empty_log_says_so(signed_in):
    assert "No entry yet" in html(signed_in.get("/history/"))


def test_entries_are_told_in_words_with_the_titles_of_the_time(signed_in):
    record()

    page = html(signed_in.get("/history/"))

    assert "Somebody" in page
    assert "Alpha" in page
    assert "&lt;i&gt;Gamma&lt;/i&gt;" in page
    assert '<svg class="strip"' in page
    assert "Today" in page


def test_more_changes_than_a_row_has_room_for_are_counted(signed_in):
    many = tuple(f"{number:024x}" for number in range(1, 21))
    record(before=(), after=many)
    record(before=many, after=(*many[10:], *many[3:10]))

    text = re.sub(r"<[^>]+>|\s+", " ", html(signed_in.get("/history/")))

    assert re.findall(r"(\w+): +(\d+) more", text) == [("Moved", "1"), ("Added", "14")]


def test_an_attempt_shows_once(signed_in, editor):
    attempt = uuid.uuid4()
    started = record(Action.PUBLISH_STARTED, actor=audit.actor_of(editor), attempt=attempt)
    done = record(Action.PUBLISH_SUCCEEDED, actor=audit.actor_of(editor), attempt=attempt)

    page = html(signed_in.get("/history/"))

    assert f'href="/history/{done.sequence}/"' in page
    assert f'href="/history/{started.sequence}/"' not in page


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({"error": "PortalUnavailable", "status": 503}, "The portal is not available for the"),
        ({"error": "PortalMoved", "status": 302}, "The portal redirects to another address."),
        ({"error": "Unheard", "status": 503}, "Dans les mots d’alors."),
        ({"status": None}, "Dans les mots d’alors."),
    ],
)
def test_why_an_attempt_failed_is_told_in_the_language_of_who_reads(
    signed_in, editor, detail, told
):
    attempt = {"attempt": uuid.uuid4(), "actor": audit.actor_of(editor)}
    record(Action.PUBLISH_STARTED, **attempt)
    record(Action.PUBLISH_FAILED, **attempt, detail=detail | {"sentence": "Dans les mots d’alors."})

    page = html(signed_in.get("/history/"))

    assert told in page


def test_an_attempt_that_is_not_settled_stands_out(signed_in, editor):
    record(Action.PUBLISH_STARTED, actor=audit.actor_of(editor), attempt=uuid.uuid4())

    assert "is not confirmed yet" in html(signed_in.get("/history/"))


def test_older_entries_follow_by_form_and_by_htmx(signed_in):
    for _number in range(30):
        record()

    first = html(signed_in.get("/history/"))
    older = signed_in.htmx_get("/history/", before=6)

    assert first.count('class="entry"') == 25
    assert "?before=6" in first
    assert html(older).count('class="entry"') == 5
    assert "<html" not in html(older)


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "٣", ""])
def test_a_bad_place_in_the_log_shows_the_first_page(signed_in, before):
    record()

    response = signed_in.get("/history/", {"before": before})

    assert response.status_code == 200
    assert 'class="entry"' in html(response)


def test_an_entry_shows_everything(signed_in):
    record()
    entry = record(note="Parce que <b>oui</b>", detail={"status": 503, "portal_message": "<hr>"})

    page = html(signed_in.get(f"/history/{entry.sequence}/"))

    assert "Before and after" in page
    assert "Parce que &lt;b&gt;oui&lt;/b&gt;" in page
    assert entry.digest in page
    assert entry.previous_digest in page
    assert 'href="/history/1/"' in page
    assert "Digest and link verified" in page


def test_an_entry_that_was_tampered_with_says_so(signed_in):
    entry = record(note="as recorded")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE curation_auditentry SET note = 'other'")

    page = html(signed_in.get(f"/history/{entry.sequence}/"))

    assert "This entry does not pass verification" in page
    assert "Digest and link verified" not in page


@pytest.mark.parametrize("sequence", ["0", "99", "9223372036854775807", "9223372036854775808"])
def test_an_entry_that_does_not_exist_is_a_page(signed_in, sequence):
    response = signed_in.get(f"/history/{sequence}/")

    assert response.status_code == 404
    assert "This page does not exist" in html(response)


def test_a_reader_reads_the_history(browser_of, reader):
    entry = record()
    browser = browser_of(reader)

    assert "Alpha" in html(browser.get("/history/"))
    assert "Alpha" in html(browser.get(f"/history/{entry.sequence}/"))


def test_somebody_without_a_role_does_not(browser_of, outsider):
    entry = record()
    browser = browser_of(outsider)

    assert browser.get("/history/").status_code == 403
    assert browser.get(f"/history/{entry.sequence}/").status_code == 403


@pytest.mark.parametrize("count", [1, 20])
def test_the_number_of_queries_does_not_grow_with_the_entries(
    signed_in, count, django_assert_num_queries
):
    for _number in range(count):
        record()

    with django_assert_num_queries(6):  # session, user, sequences, entries, rows, people
        signed_in.get("/history/")
    with django_assert_num_queries(5):  # rows are kept
        signed_in.get("/history/")


def test_kept_rows_are_those_of_the_language(signed_in, editor):
    record()
    assert "Somebody" in html(signed_in.get("/history/"))

    signed_in.cookies["django_language"] = "fr"

    page = html(signed_in.get("/history/"))
    assert "Quelqu’un" in page
    assert "Somebody" not in page


def test_an_intent_gives_way_to_its_outcome(signed_in, editor):
    attempt, actor = uuid.uuid4(), audit.actor_of(editor)
    record(Action.PUBLISH_STARTED, actor=actor, attempt=attempt)
    assert "is not confirmed yet" in html(signed_in.get("/history/"))

    record(Action.PUBLISH_SUCCEEDED, actor=actor, attempt=attempt)

    assert "is not confirmed yet" not in html(signed_in.get("/history/"))


READINGS = [
    Filter(),
    *(Filter(actions=actions) for actions in ACTION_GROUPS),
    Filter(listing="datasets"),
    Filter(person="claire"),
    Filter(item=A),
]


def plans(queries: CaptureQueriesContext) -> Iterator[str]:
    """Yield how the database goes about each query, were there many rows."""
    for query in queries.captured_queries:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            else:
                cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
                cursor.execute(f"EXPLAIN {query['sql']}")
            yield "\n".join(row[-1] for row in cursor.fetchall())


@pytest.mark.parametrize("wanted", READINGS, ids=str)
def test_no_reading_walks_the_whole_log(db, wanted):
    """Each is a search in an index that stops when the page is full: none sorts what it finds."""
    with CaptureQueriesContext(connection) as queries:
        find(wanted)

    for plan in plans(queries):
        # The newest of all are the end of the key's own index.
        searched = plan.replace("SCAN curation_auditentry USING INDEX sqlite_autoindex", "")
        assert "SCAN curation_audit" not in searched
        assert "Seq Scan on curation_audit" not in searched


def test_people_are_found_by_their_own_index_alone(db):
    """Somebody who left long ago has no entry near the end of the log."""
    with CaptureQueriesContext(connection) as queries:
        people()

    (plan,) = plans(queries)
    assert "audit_by_actor" in plan
    assert "autoindex" not in plan
    assert "pkey" not in plan


def test_no_address_changes_the_log(signed_in):
    entry = record()

    assert signed_in.post("/history/").status_code == 405
    assert signed_in.post(f"/history/{entry.sequence}/").status_code == 405
    assert signed_in.delete(f"/history/{entry.sequence}/").status_code == 405
    assert AuditEntry.objects.get().digest == entry.digest


@pytest.fixture
def three(editor, colleague, db):
    """Three entries: a publication of datasets, an outside change, a failure on reuses."""
    one = {"attempt": uuid.uuid4(), "actor": audit.actor_of(editor)}
    record(Action.PUBLISH_STARTED, **one)
    published = record(Action.PUBLISH_SUCCEEDED, **one)
    outside = record(before=(B, C), after=(C,))
    two = {"attempt": uuid.uuid4(), "actor": audit.actor_of(colleague), "listing": "reuses"}
    record(Action.PUBLISH_STARTED, **two)
    failed = record(Action.PUBLISH_FAILED, **two)
    return published.sequence, outside.sequence, failed.sequence


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({}, {0, 1, 2}),
        ({"list": "datasets"}, {0, 1}),
        ({"person": "claire"}, {0}),
        ({"action": "published"}, {0}),
        ({"action": "failed"}, {2}),
        ({"action": "outside"}, {1}),
        ({"item": "alpha"}, {0, 2}),
        ({"item": "ALPH"}, {0, 2}),
        ({"item": A}, {0, 2}),
        ({"item": "gamma", "list": "datasets"}, {0}),
        ({"item": "beta"}, {1}),  # it left; it stayed in the others
        ({"item": "alpha", "person": "karim", "action": "failed"}, {2}),
        ({"person": "karim", "list": "datasets"}, set()),
        ({"item": "zzz"}, set()),
        ({"item": "\u0301"}, set()),
        ({"from": "2020-01-01", "to": "2099-01-01"}, {0, 1, 2}),
        ({"to": "2020-01-01"}, set()),
        ({"from": "2099-01-01"}, set()),
        ({"list": "nope", "action": "nope"}, {0, 1, 2}),
    ],
    ids=str,
)
def test_filters_go_together(signed_in, three, filters, shown):
    page = html(signed_in.get("/history/", filters))
    fragment = html(signed_in.htmx_get("/history/", **filters))

    for text in (page, fragment):
        found = {place for place, number in enumerate(three) if f'id="entry-{number}"' in text}
        assert found == shown
    assert ("No entry matches this filter" in page) == (not shown)


@pytest.mark.parametrize(
    "filters",
    [
        {"from": "nonsense"},
        {"from": "2026-02-31"},
        {"to": "0001-01-01"},
        {"to": "9999-12-31"},
        {"from": "2026-05-01", "to": "2026-01-01"},
        {"item": "x" * 10_000},
        {"item": "\x00"},
        {"person": "\x00", "list": "\x00"},
        {"item": "%' OR 1=1 --"},
    ],
    ids=str,
)
def test_a_filter_that_makes_no_sense_is_told_or_left_out(signed_in, three, filters):
    response = signed_in.get("/history/", filters)

    assert response.status_code == 200
    if "from" in filters or "to" in filters:
        assert 'role="alert"' in html(response)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Action Cœur de ville", "coeur"),
        ("Action coeur de ville", "Cœur VILLE"),
        ("Annuaire de l’éducation", "l'éducation"),
        ("Annuaire de l'éducation", "L’EDUCATION"),
        ("L’œuvre", "l'oeuvre"),
    ],
)
def test_titles_are_found_however_a_keyboard_writes_them(signed_in, title, words):
    entry = record(titles={C: title})

    page = html(signed_in.get("/history/", {"item": words}))

    assert f'id="entry-{entry.sequence}"' in page


def test_older_pages_keep_the_filter(signed_in, editor):
    for _number in range(30):
        record()

    page = html(signed_in.get("/history/", {"action": "outside", "item": "alpha"}))

    assert "action=outside&amp;item=alpha&amp;before=6" in page


def test_the_people_are_those_of_the_log(signed_in, three):
    page = html(signed_in.get("/history/"))

    assert '<option value="claire"' in page
    assert '<option value="karim"' in page
    assert page.index('<option value="claire"') < page.index('<option value="karim"')


def test_an_export_holds_what_the_filter_shows(signed_in, three):
    published, outside, _failed = three

    response = signed_in.get("/history/export.jsonl", {"list": "datasets"})

    lines = [json.loads(line) for line in response.getvalue().decode().splitlines()]
    assert [line["sequence"] for line in lines] == [published, outside]
    assert "attachment" in response.headers["Content-Disposition"]


def test_an_export_of_everything_verifies(signed_in, three):
    response = signed_in.get("/history/export.jsonl")

    lines = [json.loads(line) for line in response.getvalue().decode().splitlines()]
    assert len(lines) == 5
    assert chain.first_broken(lines) is None


def test_a_csv_computes_nothing(signed_in, editor):
    record(titles={A: "=1+1", B: "+2", C: "@x"}, note="-3")

    text = signed_in.get("/history/export.csv").getvalue().decode("utf-8-sig")

    (row,) = csv.DictReader(io.StringIO(text))
    assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values() if value)


def test_the_files_follow_the_filter(signed_in, three):
    page = html(signed_in.get("/history/", {"person": "claire"}))
    fragment = html(signed_in.htmx_get("/history/", person="karim", item="alpha"))

    assert "/history/export.csv?person=claire" in page
    assert "/history/export.jsonl?person=karim&amp;item=alpha" in fragment


def test_a_reader_may_export_and_an_outsider_may_not(browser_of, reader, outsider, three):
    assert browser_of(reader).get("/history/export.csv").status_code == 200
    assert browser_of(outsider).get("/history/export.csv").status_code == 403


@pytest.fixture
def of_accounts(editor, reader, administrator):
    """Record one entry of each kind about accounts, and a change of a list between them."""
    return [
        accounts.record_sign_in(editor),
        accounts.record_refusal("local", reader),
        accounts.record_refusal("local"),
        accounts.record_refusal("oidc", reason="no-role"),
        record(),
        accounts.record_role_change(reader, "editor", by=audit.actor_of(administrator)),
        accounts.record_role_change(reader, "", by=audit.nobody("proxy")),
        accounts.record_role_change(administrator, "", by=audit.SYSTEM),
        accounts.record_password(reader, by=audit.actor_of(administrator)),
        accounts.record_password(administrator, by=audit.actor_of(administrator)),
        accounts.record_sign_out(editor),
    ]


def test_what_happens_to_accounts_is_shown_if_asked_for(signed_in, of_accounts):
    everything = html(signed_in.get("/history/"))
    by_claire = html(signed_in.get("/history/?person=claire"))
    asked = html(signed_in.get("/history/?action=accounts"))

    assert "signed in" not in everything + by_claire
    assert "Somebody" in everything
    assert "No entry matches this filter" in by_claire
    for sentence in (
        "<b>Claire Test</b> signed in",
        "A sign-in to the account of <b>Lea Test</b> was <b>refused</b>",
        "A sign-in under <b>a name without an account</b> was <b>refused</b>",
        "A sign-in <b>with single sign-on</b> was <b>refused</b>",
        "They are in none of the groups that have access.",
        "<b>Admin Test</b> changed the role of <b>Lea Test</b> from “editor” to <b>“reader”</b>",
        "The groups of <b>Lea Test</b> changed the role from “no access” to <b>“reader”</b>",
        "The role of <b>Admin Test</b> was changed <b>on the server</b> from “no access”",
        "<b>Admin Test</b> set <b>the password of Lea Test</b>",
        "<b>Admin Test</b> set <b>their own password</b>",
        "<b>Claire Test</b> signed out",
    ):
        assert sentence in asked
    assert "Somebody" not in asked


def test_entry_about_an_account_shows_no_list(signed_in, of_accounts):
    for entry in of_accounts:
        page = html(signed_in.get(f"/history/{entry.sequence}/"))

        assert ("Before and after" in page) == (not entry.is_of_account)
        assert ("it changed no list" in page) == entry.is_of_account
        assert signed_in.get(f"/history/{entry.sequence}/restore/").status_code == (
            404 if entry.is_of_account else 200
        )


def test_way_along_the_entries_stays_with_lists_or_with_accounts(signed_in, of_accounts):
    first, last = of_accounts[0].sequence, of_accounts[-1].sequence
    change = of_accounts[4].sequence

    page = html(signed_in.get(f"/history/{change - 1}/"))
    alone = html(signed_in.get(f"/history/{change}/"))

    assert f'href="/history/{change - 2}/"' in page
    assert f'href="/history/{change + 1}/"' in page
    assert not [n for n in range(first, last + 1) if f'href="/history/{n}/"' in alone]


def test_exports_have_accounts_where_the_filter_has(signed_in, of_accounts):
    def actions(query: str) -> list[str]:
        answer = signed_in.get(f"/history/export.jsonl{query}")
        lines = answer.getvalue().decode().splitlines()
        return [json.loads(line)["action"] for line in lines]

    assert actions("") == [entry.action for entry in of_accounts]
    assert actions("?action=accounts") == [e.action for e in of_accounts if e.is_of_account]
    assert actions("?person=claire") == []
    assert actions("?list=datasets") == ["change.outside"]
    table = signed_in.get("/history/export.csv?action=accounts").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["action"], row["account"], row["via"]) for row in rows] == [
        (entry.action, entry.actor_id, entry.actor_via)
        for entry in of_accounts
        if entry.is_of_account
    ]
