"""One dataset, one reuse: addresses, states, changes."""

import pytest

from tests.contract.portals import UNKNOWN_ID, Portal, message, names

NOT_FOUND = "The requested URL was not found on the server."
GONE = {"datasets": "Dataset has been deleted", "reuses": "This reuse has been deleted"}


def own(portal: Portal, kind: str) -> str:
    """Return an item of the organization that the key "user" belongs to."""
    me = portal.get("/api/1/me/", key="user", mask="organizations{id}").json()
    organization = me["organizations"][0]["id"]
    page = portal.get(f"/api/1/{kind}/?organization={organization}", mask="data{id}").json()
    return str(page["data"][0]["id"])


def foreign(portal: Portal, kind: str) -> str:
    """Return an item of some other organization."""
    me = portal.get("/api/1/me/", key="user", mask="id,organizations{id}").json()
    mine = {me["id"], me["organizations"][0]["id"]}
    mask = "data{id,organization{id},owner{id}}"
    page = portal.get(f"/api/1/{kind}/?page_size=50", mask=mask).json()
    return next(
        str(item["id"])
        for item in page["data"]
        if item["organization"] and item["organization"]["id"] not in mine
    )


# --- Reading --------------------------------------------------------------------------------------


def test_item_has_several_addresses(portal: Portal, kind: str) -> None:
    one, slug = portal.ids[kind][0], portal.slugs[kind][0]

    answers = [
        portal.get(f"/api/1/{kind}/{ref}/", mask="id,slug") for ref in (one, one.upper(), slug)
    ]

    assert [answer.json() for answer in answers] == [{"id": one, "slug": slug}] * 3


def test_ill_written_slug_redirects(portal: Portal, kind: str) -> None:
    slug = portal.slugs[kind][0]

    response = portal.get(f"/api/1/{kind}/{slug.upper()}/")

    assert response.status_code == 308
    assert response.headers["Location"] == f"/api/1/{kind}/{slug}/"


@pytest.mark.parametrize("ref", [UNKNOWN_ID, "abc", "no-such-slug", "a b", "é"])
def test_unknown_item(portal: Portal, kind: str, ref: str) -> None:
    response = portal.get(f"/api/1/{kind}/{ref}/", mask="id")

    assert response.status_code == 404
    assert message(response).startswith(NOT_FOUND)


def test_item_of_the_other_kind_is_unknown(portal: Portal) -> None:
    assert portal.get(f"/api/1/datasets/{portal.ids['reuses'][0]}/").status_code == 404
    assert portal.get(f"/api/1/reuses/{portal.ids['datasets'][0]}/").status_code == 404


@pytest.mark.parametrize(
    ("state", "key", "status"),
    [
        ("archived", None, 200),
        ("archived", "user", 200),
        ("private", None, 404),
        ("private", "user", 404),
        ("private", "deleted", 404),
        ("private", "admin", 200),
        ("deleted", None, 410),
        ("deleted", "user", 410),
        ("deleted", "admin", 200),
    ],
)
def test_who_sees_which_state(
    portal: Portal, kind: str, state: str, key: str | None, status: int
) -> None:
    hidden = portal.special[f"{kind[:-1]}_{state}"]

    response = portal.get(f"/api/1/{kind}/{hidden}/", key=key)

    assert response.status_code == status
    if status == 200:
        assert response.json()[state]
    else:
        assert message(response).startswith(GONE[kind] if status == 410 else NOT_FOUND)


def test_members_of_the_organization_see_what_is_private(portal: Portal, kind: str) -> None:
    mine = own(portal, kind)
    portal.act(kind, mine, "private")

    assert portal.get(f"/api/1/{kind}/{mine}/").status_code == 404
    assert portal.get(f"/api/1/{kind}/{mine}/", key="user").status_code == 200


def test_private_and_deleted_is_not_found(portal: Portal, kind: str) -> None:
    hidden = portal.special[f"{kind[:-1]}_deleted"]
    portal.act(kind, hidden, "private")

    assert portal.get(f"/api/1/{kind}/{hidden}/").status_code == 404


def test_purged_item_is_not_found_even_by_administrators(portal: Portal, kind: str) -> None:
    portal.act(kind, portal.ids[kind][0], "vanish")

    assert portal.get(f"/api/1/{kind}/{portal.ids[kind][0]}/", key="admin").status_code == 404


def test_item_without_organization_has_an_owner(portal: Portal) -> None:
    path = f"/api/1/datasets/{portal.special['dataset_no_org']}/"

    item = portal.get(path, mask="organization,owner{first_name,last_name}").json()

    assert item["organization"] is None
    assert item["owner"]["first_name"]
    assert item["owner"]["last_name"]


def test_fields_are_those_of_udata(portal: Portal) -> None:
    dataset = portal.get(f"/api/1/datasets/{portal.home['datasets'][0]}/").json()
    reuse = portal.get(f"/api/1/reuses/{portal.home['reuses'][0]}/").json()

    assert set(dataset) == names(
        "acronym archived badges contact_points created_at deleted description description_short"
        " extras featured frequency frequency_date harvest id internal last_modified last_update"
        " license metrics organization owner page permissions private quality resources schema slug"
        " spatial tags temporal_coverage title uri"
    )
    assert set(reuse) == names(
        "archived badges created_at datasets deleted description extras featured id image"
        " image_thumbnail last_modified metrics organization owner page permissions private slug"
        " tags title topic type uri url"
    )
    assert set(dataset["organization"]) == names(
        "acronym badges class id logo logo_thumbnail name page slug uri"
    )
    assert {"followers", "reuses", "views"} <= set(dataset["metrics"])
    assert {"datasets", "followers", "views"} <= set(reuse["metrics"])
    assert set(dataset["resources"][0]) == names(
        "checksum created_at description extras filesize filetype format harvest id internal"
        " last_modified latest metrics mime preview_url schema title type url"
    )


def test_types_of_values(portal: Portal, kind: str) -> None:
    item = portal.get(f"/api/1/{kind}/{portal.home[kind][0]}/").json()

    assert isinstance(item["metrics"]["views"], int)
    assert item["archived"] is item["deleted"] is None
    assert item["private"] is False
    assert item["created_at"].endswith("+00:00")
    assert isinstance(item["tags"], list)
    assert isinstance(item["badges"], list)


def test_addresses_are_complete(portal: Portal, kind: str) -> None:
    item = portal.get(f"/api/1/{kind}/{portal.home[kind][0]}/", mask="slug,page,uri").json()

    assert item["page"] == f"{portal.url}/{kind}/{item['slug']}/"
    assert item["uri"] == f"{portal.url}/api/1/{kind}/{item['slug']}/"


# --- Changing -------------------------------------------------------------------------------------


def test_change_keeps_what_is_not_sent(portal: Portal, kind: str) -> None:
    path = f"/api/1/{kind}/{portal.ids[kind][0]}/"
    before = portal.get(path, mask="title,slug,description,private,metrics").json()

    response = portal.put(path, {"private": True}, mask="title,slug,description,private,metrics")

    assert response.status_code == 200
    assert response.json() == before | {"private": True}


def test_change_of_a_dataset_loses_tags_that_are_not_sent(portal: Portal) -> None:
    for kind, kept in (("datasets", False), ("reuses", True)):
        tagged = portal.home[kind][0]
        path = f"/api/1/{kind}/{tagged}/"
        before = portal.get(path, mask="tags").json()["tags"]

        after = portal.put(path, {"archived": None}, mask="tags").json()["tags"]

        assert after == (before if kept else [])


def test_new_title_is_a_new_slug_and_the_old_one_redirects(portal: Portal, kind: str) -> None:
    one, old = portal.ids[kind][0], portal.slugs[kind][0]

    changed = portal.put(
        f"/api/1/{kind}/{one}/", {"title": "Très nouveau titre"}, mask="slug,title"
    )
    response = portal.get(f"/api/1/{kind}/{old}/?a=1")

    assert changed.json() == {"slug": "tres-nouveau-titre", "title": "Très nouveau titre"}
    assert response.status_code == 308
    assert response.headers["Location"] == f"/api/1/{kind}/tres-nouveau-titre/"
    assert portal.get(f"/api/1/{kind}/tres-nouveau-titre/", mask="id").json() == {"id": one}


def test_title_that_is_taken_gets_a_number(portal: Portal, kind: str) -> None:
    one, two = portal.ids[kind][:2]
    portal.put(f"/api/1/{kind}/{one}/", {"title": "Le même titre"})

    changed = portal.put(f"/api/1/{kind}/{two}/", {"title": "Le même titre"}, mask="slug")

    assert changed.json() == {"slug": "le-meme-titre-1"}


@pytest.mark.parametrize("at", ["2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00"])
def test_archiving_and_back(portal: Portal, kind: str, at: str) -> None:
    path = f"/api/1/{kind}/{portal.ids[kind][0]}/"

    assert portal.put(path, {"archived": at}, mask="archived").json() == {
        "archived": "2026-01-01T00:00:00+00:00"
    }
    assert portal.put(path, {"archived": None}, mask="archived").json() == {"archived": None}


def test_deletion_and_back(portal: Portal, kind: str) -> None:
    path = f"/api/1/{kind}/{portal.ids[kind][0]}/"

    deleted = portal.call("DELETE", path, key="admin")
    again = portal.call("DELETE", path, key="admin")
    changed = portal.put(path, {"title": "x"})
    restored = portal.put(path, {"deleted": None}, mask="deleted")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (again.status_code, message(again)) == (410, GONE[kind])
    assert (changed.status_code, message(changed)) == (410, GONE[kind])
    assert restored.json() == {"deleted": None}
    assert portal.get(path).status_code == 200


def test_only_who_may_edit_changes(portal: Portal, kind: str) -> None:
    mine, theirs = (f"/api/1/{kind}/{find(portal, kind)}/" for find in (own, foreign))

    assert portal.put(theirs, {"title": "x"}, key=None).status_code == 401
    assert portal.put(theirs, {"title": "x"}, key="user").status_code == 403
    assert portal.call("DELETE", theirs, key="user").status_code == 403
    assert portal.put(mine, {"title": "Chez nous"}, key="user").status_code == 200
    assert portal.call("DELETE", mine, key="user").status_code == 204


@pytest.mark.parametrize(
    ("body", "status"), [("[]", 500), ('"x"', 500), ("{oops", 400), ('{"archived": "soon"}', 400)]
)
def test_change_that_makes_no_sense(portal: Portal, kind: str, body: str, status: int) -> None:
    path = f"/api/1/{kind}/{portal.ids[kind][0]}/"
    json = {"Content-Type": "application/json"}

    assert portal.call("PUT", path, key="admin", headers=json, data=body).status_code == status
