"""The two homepage lists: who reads, who writes, what is stored."""

import pytest

from tests.contract.portals import UNKNOWN_ID, Portal, home, ids, message

BAD_IDS: dict[str, object] = {
    "unknown": UNKNOWN_ID,
    "malformed": "abc",
    "empty": "",
    "null": None,
    "number": 1,
    "object": {},
    "nested": ["x"],
    "spaces": f" {UNKNOWN_ID} ",
}
UNREADABLE = "The browser (or proxy) sent a request that this server could not understand."
LONG_401 = "The server could not verify that you are authorized to access the URL requested."
FORBIDDEN = "You do not have the permission to modify that object."


# --- Reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "", "user", "admin", "deleted"])
def test_datasets_are_open_to_everybody(portal: Portal, key: str | None) -> None:
    response = portal.get(home("datasets"), key=key, mask="id")

    assert ids(response) == portal.home["datasets"]


@pytest.mark.parametrize(
    ("key", "status"), [(None, 401), ("", 401), ("deleted", 401), ("user", 403), ("admin", 200)]
)
def test_reuses_are_for_administrators(portal: Portal, key: str | None, status: int) -> None:
    assert portal.get(home("reuses"), key=key).status_code == status


@pytest.mark.parametrize(
    ("key", "words"), [("wrong", "Invalid API Key"), ("inactive", "Inactive user")]
)
def test_bad_key_is_refused_even_where_none_is_needed(
    portal: Portal, kind: str, key: str, words: str
) -> None:
    response = portal.get(home(kind), key=key, mask="id")

    assert (response.status_code, message(response)) == (401, words)
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="uData"'


def test_answer_comes_with_whole_objects_and_no_caching(portal: Portal, kind: str) -> None:
    response = portal.get(home(kind), key="admin")

    assert response.headers["Content-Type"] == "application/json"
    assert all(len(item) > 20 for item in response.json())
    assert not {"ETag", "Last-Modified", "Cache-Control"} & set(response.headers)


# --- Writing --------------------------------------------------------------------------------------


def test_put_keeps_the_order_sent(portal: Portal, kind: str) -> None:
    wanted = [*portal.ids[kind][3:0:-1], portal.ids[kind][7]]

    response = portal.put_home(kind, wanted)

    assert ids(response) == wanted
    assert portal.listed(kind) == wanted


def test_put_answers_with_whole_objects(portal: Portal, kind: str) -> None:
    response = portal.put_home(kind, portal.ids[kind][:2], mask="")

    assert [item["slug"] for item in response.json()] == portal.slugs[kind][:2]
    assert all("metrics" in item and "page" in item for item in response.json())


def test_put_keeps_duplicates(portal: Portal, kind: str) -> None:
    one, two = portal.ids[kind][:2]

    response = portal.put_home(kind, [one, two, one])

    assert ids(response) == [one, two, one]
    assert portal.listed(kind) == [one, two, one]


def test_put_of_an_empty_list_empties(portal: Portal, kind: str) -> None:
    response = portal.put_home(kind, [])

    assert (response.status_code, response.json()) == (200, [])
    assert portal.listed(kind) == []


def test_put_of_two_hundred_and_more(portal: Portal, kind: str) -> None:
    many = portal.ids[kind] * 4

    assert ids(portal.put_home(kind, many)) == many


def test_put_takes_uppercase_ids_and_writes_them_small(portal: Portal, kind: str) -> None:
    one = portal.ids[kind][0]

    assert ids(portal.put_home(kind, [one.upper()])) == [one]
    assert portal.listed(kind) == [one]


@pytest.mark.parametrize("bad", BAD_IDS.values(), ids=BAD_IDS)
def test_put_of_a_bad_id_is_a_crash_that_writes_nothing(
    portal: Portal, kind: str, bad: object
) -> None:
    response = portal.put_home(kind, [portal.ids[kind][0], bad])

    assert (response.status_code, message(response)) == (500, "Internal Server Error")
    assert portal.listed(kind) == portal.home[kind]


def test_put_of_slugs_or_of_the_other_kind_is_a_crash_too(portal: Portal, kind: str) -> None:
    other = "reuses" if kind == "datasets" else "datasets"

    assert portal.put_home(kind, portal.slugs[kind][:1]).status_code == 500
    assert portal.put_home(kind, portal.ids[other][:1]).status_code == 500
    assert portal.listed(kind) == portal.home[kind]


@pytest.mark.parametrize("body", ['{"a": 1}', '"text"', "null", "5", "true"])
def test_put_of_something_else_than_a_list(portal: Portal, kind: str, body: str) -> None:
    json = {"Content-Type": "application/json"}

    response = portal.call("PUT", home(kind), key="admin", mask="id", headers=json, data=body)

    expected = f"Expect a list of {kind[:-1]} IDs"
    assert (response.status_code, message(response)) == (400, expected)
    assert portal.listed(kind) == portal.home[kind]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", "{oops"),
        ("application/json", ""),
        ("text/plain", "[]"),
        ("application/x-www-form-urlencoded", "a=b"),
        (None, ""),
    ],
)
def test_put_of_a_body_that_cannot_be_read(
    portal: Portal, kind: str, content_type: str | None, body: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}

    response = portal.call("PUT", home(kind), key="admin", headers=headers, data=body)

    assert (response.status_code, message(response)) == (400, UNREADABLE)
    assert portal.listed(kind) == portal.home[kind]


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/x+json"])
def test_put_accepts_every_kind_of_json(portal: Portal, kind: str, content_type: str) -> None:
    headers = {"Content-Type": content_type}

    response = portal.call("PUT", home(kind), key="admin", headers=headers, data="[]")

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("key", "status", "words"),
    [
        (None, 401, LONG_401),
        ("", 401, LONG_401),
        ("deleted", 401, LONG_401),
        ("wrong", 401, "Invalid API Key"),
        ("inactive", 401, "Inactive user"),
        ("user", 403, FORBIDDEN),
    ],
)
def test_put_without_the_right_writes_nothing(
    portal: Portal, kind: str, key: str | None, status: int, words: str
) -> None:
    response = portal.put_home(kind, [], key=key)

    assert response.status_code == status
    assert message(response).startswith(words)
    assert portal.listed(kind) == portal.home[kind]


def test_conditions_are_ignored(portal: Portal, kind: str) -> None:
    conditions = {"If-Match": '"x"', "If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}

    assert portal.put_home(kind, [], headers=conditions).status_code == 200


# --- Methods and addresses ------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_other_methods_are_not_allowed(portal: Portal, kind: str, method: str) -> None:
    response = portal.call(method, home(kind), key="admin", json=[])

    assert response.status_code == 405
    assert message(response) == "The method is not allowed for the requested URL."
    assert {*response.headers["Allow"].split(", ")} == {"GET", "HEAD", "OPTIONS", "PUT"}


def test_options_names_the_methods(portal: Portal, kind: str) -> None:
    response = portal.call("OPTIONS", home(kind))

    assert (response.status_code, response.content) == (200, b"")
    assert {*response.headers["Allow"].split(", ")} == {"GET", "HEAD", "OPTIONS", "PUT"}


def test_head_is_get_without_body(portal: Portal) -> None:
    response = portal.call("HEAD", home("datasets"), mask="id")

    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["Content-Length"]) > 2


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_missing_slash_redirects_and_writes_nothing(portal: Portal, kind: str, method: str) -> None:
    path = home(kind)

    response = portal.call(method, path.rstrip("/") + "?x=1", key="admin", json=[])

    assert response.status_code == 308
    assert response.headers["Location"] == f"{portal.url}{path}?x=1"
    assert response.headers["Content-Type"].startswith("text/html")
    assert portal.listed(kind) == portal.home[kind]


def test_unknown_address_is_a_page(portal: Portal) -> None:
    response = portal.get("/api/1/site/home/organizations/")

    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")


# --- Read-only mode -------------------------------------------------------------------------------


def test_read_only_mode_does_not_protect_the_lists(portal: Portal, kind: str) -> None:
    portal.control("read-only?on=1")
    try:
        created = portal.call("POST", "/api/1/datasets/", key="user", json={"title": "x"})

        assert created.status_code == 423
        assert message(created).startswith("Due to security reasons")
        assert portal.put_home(kind, []).status_code == 200
        assert portal.put_home(kind, [], key="user").status_code == 403
    finally:
        portal.control("read-only?on=0")

    assert portal.call("POST", "/api/1/datasets/", key="user", json={}).status_code == 400


# --- Items in other states ------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["private", "archived", "deleted"])
def test_put_accepts_what_visitors_cannot_see_and_shows_it(
    portal: Portal, kind: str, state: str
) -> None:
    hidden = portal.special[f"{kind[:-1]}_{state}"]

    assert ids(portal.put_home(kind, [hidden])) == [hidden]

    key = "admin" if kind == "reuses" else None
    (shown,) = portal.get(home(kind), key=key, mask="id,title,private,archived,deleted").json()
    assert shown["id"] == hidden
    assert shown["title"]
    assert shown[state]


def test_deletion_takes_away_the_first_place_only(portal: Portal, kind: str) -> None:
    one, two = portal.ids[kind][:2]
    portal.put_home(kind, [one, two, one])

    assert portal.call("DELETE", f"/api/1/{kind}/{one}/", key="admin").status_code == 204

    listed = portal.get(home(kind), key="admin", mask="id,deleted").json()
    assert [item["id"] for item in listed] == [two, one]
    assert listed[1]["deleted"]


def test_restoring_archiving_and_hiding_leave_the_list_alone(portal: Portal, kind: str) -> None:
    one, two, three = portal.ids[kind][:3]
    portal.put_home(kind, [one, two, three])
    portal.call("DELETE", f"/api/1/{kind}/{one}/", key="admin")

    portal.put(f"/api/1/{kind}/{one}/", {"deleted": None})
    portal.put(f"/api/1/{kind}/{two}/", {"archived": "2026-01-01T00:00:00"})
    portal.put(f"/api/1/{kind}/{three}/", {"private": True})

    assert portal.listed(kind) == [two, three]


@pytest.mark.parametrize("how", ["vanish", "purge"])
def test_purged_item_hangs_in_the_list_without_title(portal: Portal, kind: str, how: str) -> None:
    one, two = portal.ids[kind][:2]
    portal.put_home(kind, [one, two])
    portal.act(kind, one, how)
    plain = "id,title,slug,private,archived,deleted,organization{name},owner{first_name},tags"

    gone, left = portal.get(home(kind), key="admin", mask=plain).json()

    assert gone == dict.fromkeys(
        plain.replace("{name}", "").replace("{first_name}", "").split(",")
    ) | {"id": one}
    assert left["id"] == two
    assert left["title"]


@pytest.mark.parametrize(
    ("of", "mask", "status"),
    [
        ("datasets", None, 500),
        ("datasets", "*", 500),
        ("datasets", "id,page", 500),
        ("datasets", "id,uri", 500),
        ("datasets", "id,metrics{views}", 500),
        ("datasets", "id,permissions", 200),
        ("datasets", "id,quality,internal,resources,license,frequency", 200),
        ("reuses", None, 500),
        ("reuses", "*", 500),
        ("reuses", "id,page", 500),
        ("reuses", "id,uri", 500),
        ("reuses", "id,permissions", 500),
        ("reuses", "id,metrics{views}", 200),
        ("reuses", "id,datasets,image_thumbnail,topic,type,url", 200),
    ],
)
def test_purged_item_crashes_what_is_computed(
    portal: Portal, of: str, mask: str | None, status: int
) -> None:
    portal.put_home(of, portal.ids[of][:2])
    portal.act(of, portal.ids[of][0], "vanish")

    assert portal.get(home(of), key="admin", mask=mask).status_code == status


def test_putting_a_purged_item_back_is_a_crash_and_a_clean_list_repairs(
    portal: Portal, kind: str
) -> None:
    one, two = portal.ids[kind][:2]
    portal.put_home(kind, [one, two])
    portal.act(kind, one, "vanish")

    assert portal.put_home(kind, [one, two]).status_code == 500
    assert portal.put_home(kind, [two]).status_code == 200
    assert portal.get(home(kind), key="admin").status_code == 200


def test_purge_of_a_dataset_takes_it_out_of_the_reuses(portal: Portal) -> None:
    reuse = portal.home["reuses"][0]
    before = portal.get(f"/api/1/reuses/{reuse}/", mask="datasets{id}").json()["datasets"]

    portal.act("datasets", before[0]["id"], "purge")

    after = portal.get(f"/api/1/reuses/{reuse}/", mask="datasets{id}").json()["datasets"]
    assert after == before[1:]
