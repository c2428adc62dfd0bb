"""Search, lists and suggestions."""

import pytest

from tests.contract.portals import UNKNOWN_ID, Portal, message, names

PAGE = "data{id,title},total,page,page_size,next_page,previous_page"


@pytest.fixture(params=["1", "2"])
def path(request: pytest.FixtureRequest, kind: str) -> str:
    """The address of the search in each version of the API."""
    return f"/api/1/{kind}/" if request.param == "1" else f"/api/2/{kind}/search/"


def found(portal: Portal, path: str, **query: object) -> list[str]:
    """Return the ids that a search finds."""
    response = portal.get(path, params={"page_size": 500, **query}, mask="data{id}")
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["data"]]


# --- Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("q", ["zebulon", "ZÉBULON", "zébulons carrés", "carre  zebulon"])
def test_search_ignores_case_accents_order_and_plural(
    portal: Portal, kind: str, path: str, q: str
) -> None:
    one = portal.ids[kind][0]
    portal.put(f"/api/1/{kind}/{one}/", {"title": "Zébulons carrés, par commune"})

    # A plural is found by its singular, not the other way round.
    assert found(portal, path, q=q) == [one]


@pytest.mark.parametrize("q", ["zebul", "zebulon triangle", "zebulonss", "...", " ", "x" * 10_000])
def test_search_wants_every_word_and_whole(portal: Portal, kind: str, path: str, q: str) -> None:
    one = portal.ids[kind][0]
    portal.put(f"/api/1/{kind}/{one}/", {"title": "Zébulons carrés, par commune"})

    response = portal.get(path, params={"q": q, "page_size": 3}, mask=PAGE)

    assert response.status_code == 200
    assert response.json() == {
        "data": [],
        "total": 0,
        "page": 1,
        "page_size": 3,
        "next_page": None,
        "previous_page": None,
    }


def test_empty_search_finds_all_the_youngest_first(portal: Portal, path: str) -> None:
    everything = found(portal, path)
    dated = portal.get(path, params={"sort": "created"}, mask="data{created_at}").json()["data"]

    assert found(portal, path, q="") == everything
    assert found(portal, path, sort="-created") == everything
    assert [item["created_at"] for item in dated] == sorted(item["created_at"] for item in dated)


# --- Pages ----------------------------------------------------------------------------------------


def test_pages_follow_one_another(portal: Portal, path: str) -> None:
    everything = found(portal, path)

    page = portal.get(path, params={"page_size": 2, "page": 2}, mask=PAGE).json()

    assert [item["id"] for item in page["data"]] == everything[2:4]
    assert (page["page"], page["page_size"], page["total"]) == (2, 2, len(everything))
    for name, number in (("next_page", 3), ("previous_page", 1)):
        assert page[name].startswith(f"{portal.url}{path}?")
        assert f"page={number}" in page[name]
        assert "page_size=2" in page[name]


def test_last_page_has_no_next(portal: Portal, path: str) -> None:
    everything = found(portal, path)
    last = (len(everything) + 6) // 7

    page = portal.get(path, params={"page_size": 7, "page": last}, mask=PAGE).json()

    assert page["data"]
    assert page["next_page"] is None


@pytest.mark.parametrize("page", [0, -1, 999])
def test_page_that_does_not_exist(portal: Portal, path: str, page: int) -> None:
    response = portal.get(path, params={"page": page})

    assert response.status_code == 404
    assert message(response).startswith("The requested URL was not found on the server.")


def test_second_page_of_nothing(portal: Portal, path: str) -> None:
    assert portal.get(path, params={"q": "zzzzzz", "page": 2}).status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [("page", "abc"), ("page_size", "abc"), ("sort", "bogus"), ("featured", "zz")],
)
def test_argument_that_makes_no_sense(portal: Portal, path: str, name: str, value: str) -> None:
    response = portal.get(path, params={name: value})

    assert (response.status_code, message(response)) == (400, "Input payload validation failed")
    assert set(response.json()["errors"]) == {name}


def test_odd_sizes(portal: Portal, path: str) -> None:
    total = len(found(portal, path))

    none = portal.get(path, params={"page_size": 0}, mask=PAGE).json()

    assert (none["data"], none["total"], none["next_page"]) == ([], total, None)
    assert portal.get(path, params={"page_size": -5}).status_code == 500
    assert total > 20
    assert len(portal.get(path, mask="data{id}").json()["data"]) == 20


# --- What is listed -------------------------------------------------------------------------------


def test_visitors_find_neither_private_nor_deleted(portal: Portal, kind: str, path: str) -> None:
    listed = found(portal, path)

    assert portal.special[f"{kind[:-1]}_private"] not in listed
    assert portal.special[f"{kind[:-1]}_deleted"] not in listed


def test_archived_reuses_are_found_archived_datasets_are_not(portal: Portal) -> None:
    for path in ("/api/1/{}/", "/api/2/{}/search/"):
        assert portal.special["reuse_archived"] in found(portal, path.format("reuses"))
        assert portal.special["dataset_archived"] not in found(portal, path.format("datasets"))


def test_reuse_without_datasets_is_found_by_version_1_only(portal: Portal) -> None:
    one = portal.ids["reuses"][0]
    portal.put(f"/api/1/reuses/{one}/", {"datasets": []})

    assert one in found(portal, "/api/1/reuses/")
    assert one not in found(portal, "/api/2/reuses/search/")


def test_key_adds_what_it_may_see_to_version_1_only(portal: Portal, kind: str) -> None:
    private = portal.special[f"{kind[:-1]}_private"]
    for path, expected in ((f"/api/1/{kind}/", True), (f"/api/2/{kind}/search/", False)):
        params = {"page_size": 500}
        page = portal.get(path, params=params, key="admin", mask="data{id}").json()

        assert (private in [item["id"] for item in page["data"]]) is expected


@pytest.mark.parametrize("state", ["archived", "deleted", "private"])
def test_states_of_datasets_are_not_for_anybody_to_ask(portal: Portal, state: str) -> None:
    query = {state: "true", "page_size": 500}

    anonymous = portal.get("/api/1/datasets/", params=query)
    admin = portal.get("/api/1/datasets/", params=query, key="admin", mask="data{id}").json()

    assert anonymous.status_code == 401
    assert [item["id"] for item in admin["data"]] == [portal.special[f"dataset_{state}"]]


# --- Sorting and filters --------------------------------------------------------------------------


@pytest.mark.parametrize("figure", ["views", "followers"])
def test_sort_by_figures(portal: Portal, path: str, figure: str) -> None:
    query = {"sort": f"-{figure}", "page_size": 30}

    page = portal.get(path, params=query, mask=f"data{{metrics{{{figure}}}}}").json()

    figures = [item["metrics"][figure] for item in page["data"]]
    assert figures == sorted(figures, reverse=True)
    assert figures[0] > figures[-1]


@pytest.mark.parametrize(
    ("of", "version", "accepted"),
    [
        ("datasets", 1, {"title", "created", "last_update", "reuses", "followers", "views"}),
        ("datasets", 2, {"created", "last_update", "reuses", "followers", "views"}),
        ("reuses", 1, {"title", "created", "last_modified", "datasets", "followers", "views"}),
        ("reuses", 2, {"created", "datasets", "followers", "views"}),
    ],
)
def test_sorts_that_exist(portal: Portal, of: str, version: int, accepted: set[str]) -> None:
    path = f"/api/1/{of}/" if version == 1 else f"/api/2/{of}/search/"
    known = names("title created last_update last_modified reuses datasets followers views")

    taken = {
        name
        for name in known
        if portal.get(path, params={"sort": f"-{name}", "page_size": 1}).status_code == 200
    }

    assert taken == accepted


def test_filter_by_organization(portal: Portal, path: str) -> None:
    mask = "data{id,organization{id}}"
    page = portal.get(path, params={"page_size": 500}, mask=mask).json()["data"]
    of = next(item["organization"]["id"] for item in page if item["organization"])

    assert found(portal, path, organization=of) == [
        item["id"] for item in page if item["organization"] and item["organization"]["id"] == of
    ]
    assert found(portal, path, organization=UNKNOWN_ID) == []
    refused = portal.get(path, params={"organization": "a-slug"})
    assert refused.status_code == 400
    assert "must be an identifier" in message(refused)


def test_filter_by_tag(portal: Portal, path: str) -> None:
    page = portal.get(path, params={"page_size": 500}, mask="data{id,tags}").json()["data"]
    tag = next(item["tags"][0] for item in page if item["tags"])

    assert found(portal, path, tag=tag) == [item["id"] for item in page if tag in item["tags"]]
    assert found(portal, path, tag="no-such-tag") == []


def test_filter_of_reuses_by_dataset(portal: Portal) -> None:
    one = portal.home["reuses"][0]
    datasets = portal.get(f"/api/1/reuses/{one}/", mask="datasets{id}").json()["datasets"]

    for path in ("/api/1/reuses/", "/api/2/reuses/search/"):
        assert one in found(portal, path, dataset=datasets[0]["id"])
        assert found(portal, path, dataset=UNKNOWN_ID) == []


# --- Shapes ---------------------------------------------------------------------------------------


def test_version_2_links_to_the_resources_of_a_dataset(portal: Portal) -> None:
    item = portal.get("/api/2/datasets/search/?page_size=1").json()["data"][0]

    for name in ("resources", "community_resources"):
        assert set(item[name]) == {"href", "rel", "total", "type"}
    assert item["resources"]["href"].startswith(f"{portal.url}/api/2/datasets/{item['id']}/")
    assert "schema" not in item


def test_reuses_have_short_datasets(portal: Portal) -> None:
    for path in ("/api/1/reuses/?page_size=9", "/api/2/reuses/search/?page_size=9"):
        items = portal.get(path).json()["data"]
        short = [dataset for item in items for dataset in item["datasets"]]

        assert short
        assert all(set(dataset) == {"id", "title", "uri", "page"} for dataset in short)


# --- Suggestions ----------------------------------------------------------------------------------


def suggested(portal: Portal, kind: str, **query: object) -> list[str]:
    """Return the ids that are suggested."""
    response = portal.get(f"/api/1/{kind}/suggest/", params=query, mask="id")
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()]


def test_suggestions_hold_what_was_typed_accents_included(portal: Portal, kind: str) -> None:
    one = portal.ids[kind][0]
    portal.put(f"/api/1/{kind}/{one}/", {"title": "Les Zébulons (carrés)"})

    assert suggested(portal, kind, q="ZÉBU") == [one]
    assert suggested(portal, kind, q="bulons (car") == [one]
    assert suggested(portal, kind, q="zebu") == []
    assert suggested(portal, kind, q=".*zzz") == []


def test_suggestions_are_ten_the_most_followed_first(portal: Portal, kind: str) -> None:
    listed = portal.get(
        f"/api/1/{kind}/?page_size=500", mask="data{id,archived,metrics{followers}}"
    ).json()["data"]
    followers = {
        item["id"]: item["metrics"]["followers"] for item in listed if not item["archived"]
    }

    ten = suggested(portal, kind, q="")

    assert len(ten) == 10
    assert [followers[each] for each in ten] == sorted(followers.values(), reverse=True)[:10]


def test_size_of_suggestions(portal: Portal, kind: str) -> None:
    assert len(suggested(portal, kind, q="e", size=2)) == 2
    assert len(suggested(portal, kind, q="e", size=-1)) == 1
    assert len(suggested(portal, kind, q="e", size=0)) > 10


@pytest.mark.parametrize(("query", "name"), [({}, "q"), ({"q": "e", "size": "abc"}, "size")])
def test_suggestions_want_their_arguments(
    portal: Portal, kind: str, query: dict[str, str], name: str
) -> None:
    response = portal.get(f"/api/1/{kind}/suggest/", params=query)

    assert (response.status_code, message(response)) == (400, "Input payload validation failed")
    assert set(response.json()["errors"]) == {name}


@pytest.mark.parametrize("state", ["private", "archived", "deleted"])
def test_suggestions_leave_out_what_is_not_in_use(portal: Portal, kind: str, state: str) -> None:
    hidden = portal.special[f"{kind[:-1]}_{state}"]

    assert hidden not in suggested(portal, kind, q="", size=0)


def test_fields_of_suggestions(portal: Portal) -> None:
    dataset = portal.get("/api/1/datasets/suggest/?q=e&size=1").json()[0]
    reuse = portal.get("/api/1/reuses/suggest/?q=e&size=1").json()[0]

    assert set(dataset) == {"acronym", "id", "image_url", "page", "slug", "title"}
    assert set(reuse) == {"id", "image_url", "page", "slug", "title"}
    assert dataset["page"] == f"{portal.url}/datasets/{dataset['slug']}/"


def test_searches_need_their_slash(portal: Portal, kind: str) -> None:
    for path in (f"/api/1/{kind}", f"/api/1/{kind}/suggest", f"/api/2/{kind}/search"):
        response = portal.get(f"{path}?q=a")

        assert response.status_code == 308
        assert response.headers["Location"] == f"{portal.url}{path}/?q=a"
