"""The header X-Fields."""

import pytest

from tests.contract.portals import Portal, home, message


def masked(portal: Portal, mask: str) -> object:
    """Return the first dataset of the homepage, masked."""
    response = portal.get(home("datasets"), mask=mask)
    assert response.status_code == 200, response.text
    return response.json()[0]


@pytest.mark.parametrize(
    ("mask", "names"),
    [
        ("id,title", {"id", "title"}),
        ("{id,title}", {"id", "title"}),
        ("id , title", {"id", "title"}),
        ("id title", {"id", "title"}),
        ("id,", {"id"}),
        ("nope", set()),
        ("nope{a},id", {"id"}),
        ("{}", set()),
        ("!!", set()),
        ("version,metrics{views},id", {"id", "metrics"}),
    ],
)
def test_mask_keeps_the_fields_it_names(portal: Portal, mask: str, names: set[str]) -> None:
    shown = masked(portal, mask)

    assert isinstance(shown, dict)
    assert set(shown) == names


def test_mask_reaches_into_objects_and_lists(portal: Portal) -> None:
    shown = masked(
        portal,
        "organization{name,nope},metrics{views},quality{score},extras{x},resources{id},badges{kind},"
        "permissions{edit},internal{created_at_internal},harvest{x},spatial{x}",
    )

    assert isinstance(shown, dict)
    assert set(shown["organization"]) == {"name"}
    assert set(shown["metrics"]) == {"views"}
    assert set(shown["quality"]) == {"score"}
    assert shown["extras"] == {}
    assert shown["resources"]
    assert all(set(resource) == {"id"} for resource in shown["resources"])
    assert shown["permissions"] == {"edit": False}
    assert set(shown["internal"]) == {"created_at_internal"}
    assert shown["harvest"] is shown["spatial"] is None


def test_empty_inner_mask_and_repeated_name(portal: Portal) -> None:
    whole = masked(portal, "organization")

    assert masked(portal, "organization{}") == whole
    assert masked(portal, "organization,organization{name}") != whole


def test_star_gives_everything_even_what_is_not_shown_unasked(portal: Portal) -> None:
    unmasked, star = masked(portal, ""), masked(portal, "*")

    assert isinstance(unmasked, dict)
    assert isinstance(star, dict)
    assert set(star) - set(unmasked) == {"community_resources"}


def test_star_with_an_inner_mask(portal: Portal) -> None:
    shown = masked(portal, "*,organization{name}")

    assert isinstance(shown, dict)
    assert set(shown["organization"]) == {"name"}
    assert shown["metrics"]["views"] is not None


def test_datasets_of_a_reuse_are_short_unless_asked_for(portal: Portal) -> None:
    path = f"/api/1/reuses/{portal.home['reuses'][0]}/"

    unasked = portal.get(path).json()["datasets"][0]
    asked = portal.get(path, mask="datasets").json()["datasets"][0]
    chosen = portal.get(path, mask="datasets{id,title}").json()["datasets"][0]

    assert set(unasked) == {"id", "title", "uri", "page"}
    assert {"resources", "metrics", "organization"} < set(asked)
    assert set(chosen) == {"id", "title"}


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        ("id{", "Mask parse error: Missing closing bracket"),
        ("{id", "Mask parse error: Missing closing bracket"),
        ("{", "Mask parse error: Missing closing bracket"),
        ("id}", "Mask parse error: Unexpected closing bracket"),
        ("}", "Mask parse error: Unexpected closing bracket"),
        ("id,,title", "Mask parse error: Unexpected comma"),
        (",id", "Mask parse error: Unexpected comma"),
        ("a{{b}}", "Mask parse error: Unexpected opening bracket"),
        ("id{name}", "Mask error: Mask is inconsistent with model"),
        ("acronym{x}", "Mask error: Mask is inconsistent with model"),
        ("private{x}", "Mask error: Mask is inconsistent with model"),
        ("tags{a}", "Mask error: Mask is inconsistent with model"),
        ("organization{name{x}}", "Mask error: Mask is inconsistent with model"),
    ],
)
def test_bad_mask_is_refused_but_on_put_too_late(portal: Portal, mask: str, words: str) -> None:
    wanted = portal.ids["datasets"][:2]

    read = portal.get(home("datasets"), mask=mask)
    written = portal.put_home("datasets", wanted, mask=mask)

    assert (read.status_code, message(read)) == (400, words)
    assert (written.status_code, message(written)) == (400, words)
    assert portal.listed("datasets") == wanted


@pytest.mark.parametrize("mask", ["message", "*", "id,message"])
def test_mask_with_the_message_shows_why_a_key_may_not(portal: Portal, mask: str) -> None:
    response = portal.put_home("datasets", [], key="user", mask=mask)

    assert response.status_code == 403
    assert message(response) == "You do not have the permission to modify that object."


def test_mask_without_the_message_hides_why_a_key_may_not(portal: Portal) -> None:
    response = portal.put_home("datasets", [], key="user", mask="id")

    assert response.status_code == 403
    assert message(response).startswith("<Permission needs={Need(method='role', value='admin')}")


@pytest.mark.parametrize("mask", ["id{", "message{x}"])
def test_bad_mask_outranks_the_refusal(portal: Portal, mask: str) -> None:
    assert portal.put_home("datasets", [], key="user", mask=mask).status_code == 400


def test_other_errors_keep_their_message_under_a_mask(portal: Portal) -> None:
    anonymous = portal.put_home("datasets", [], key=None, mask="id")
    wrong_body = portal.put("/api/1/site/home/datasets/", {"a": 1}, mask="id")
    crash = portal.put_home("datasets", ["abc"], mask="id")

    assert message(anonymous).startswith("The server could not verify")
    assert message(wrong_body) == "Expect a list of dataset IDs"
    assert message(crash) == "Internal Server Error"


def test_mask_of_a_page_goes_through_data(portal: Portal, kind: str) -> None:
    for path in (f"/api/1/{kind}/?page_size=2", f"/api/2/{kind}/search/?page_size=2"):
        assert portal.get(path, mask="id,title").json() == {}
        page = portal.get(path, mask="data{id,title},total").json()
        assert set(page) == {"data", "total"}
        assert [set(item) for item in page["data"]] == [{"id", "title"}] * 2
        assert portal.get(path, mask="data{id{x}}").status_code == 400


def test_mask_makes_a_big_dataset_small(portal: Portal) -> None:
    path = f"/api/1/datasets/{portal.special['dataset_big']}/"
    plain = "id,title,slug,private,archived,deleted,organization{name,logo_thumbnail}"

    whole, small = portal.get(path), portal.get(path, mask=plain)

    assert len(whole.json()["resources"]) == 100
    assert len(whole.content) > 60_000
    assert len(small.content) < 600
