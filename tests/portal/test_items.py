"""Items, pages and the rest, as read from a portal that may say anything."""

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.domain.health import Facts
from curation.portal.errors import PortalUnreadable
from curation.portal.items import (
    Identity,
    Item,
    ItemState,
    Page,
    Site,
    ids_from_portal,
    items_from_portal,
)

SITE = "https://portal.example"
ID = "53699934a3a729239d205f22"

DATASET = {
    "archived": None,
    "created_at": "2026-11-22T18:48:57+00:00",
    "deleted": None,
    "description": "**Base** adresse nationale.",
    "frequency": "weekly",
    "id": ID,
    "last_update": "2026-11-23T18:48:57.664000+00:00",
    "last_modified": "2026-11-20T00:00:00+00:00",
    "metrics": {"followers": 7, "reuses": 1, "views": 13, "reuses_by_months": {"2026-11": 1}},
    "organization": {
        "acronym": "MTE",
        "logo_thumbnail": "https://static.example/logo-100.png",
        "name": "Ministère de la Transition écologique",
    },
    "owner": None,
    "page": "https://portal.example/datasets/base-adresse-nationale/",
    "private": False,
    "quality": {"has_resources": True, "score": 0.7777777777777778},
    "slug": "base-adresse-nationale",
    "title": "Base adresse nationale",
}
REUSE = {
    "id": ID,
    "image_thumbnail": "https://static.example/reuse-500.png",
    "last_modified": "2026-11-23T18:48:59+00:00",
    "metrics": {"datasets": 2, "followers": 0, "views": 11},
    "organization": None,
    "owner": {"first_name": "Éric", "last_name": "Éditeur", "avatar_thumbnail": None},
    "title": "Carte",
}

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
json_values = st.recursive(
    scalars,
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4)
    ),
    max_leaves=8,
)
nearly_items = st.fixed_dictionaries(
    {},
    optional={
        name: json_values | st.sampled_from([DATASET.get(name), REUSE.get(name)])
        for name in {*DATASET, *REUSE, "image_url", "description_short"}
    },
)


def test_a_dataset():
    assert Item.from_portal("datasets", DATASET, SITE) == Item(
        kind="datasets",
        id=ID,
        title="Base adresse nationale",
        slug="base-adresse-nationale",
        page="https://portal.example/datasets/base-adresse-nationale/",
        organization="Ministère de la Transition écologique",
        acronym="MTE",
        image="https://static.example/logo-100.png",
        views=13,
        followers=7,
        uses=1,
        updated_at=datetime(2026, 11, 23, 18, 48, 57, 664000, UTC),
        created_at=datetime(2026, 11, 22, 18, 48, 57, tzinfo=UTC),
        description="Base adresse nationale.",
        frequency="weekly",
        quality=0.7777777777777778,
        has_resources=True,
    )


def test_a_reuse_by_a_person():
    assert Item.from_portal("reuses", REUSE, SITE) == Item(
        kind="reuses",
        id=ID,
        title="Carte",
        organization="Éric Éditeur",
        image="https://static.example/reuse-500.png",
        views=11,
        followers=0,
        uses=2,
        updated_at=datetime(2026, 11, 23, 18, 48, 59, tzinfo=UTC),
        has_picture=True,
    )


def test_a_suggestion():
    suggestion = {
        "id": ID, "title": "Carte", "slug": "carte", "acronym": None,
        "image_url": "https://static.example/logo.png", "page": "/reuses/carte/",
    }  # fmt: skip

    assert Item.from_portal("reuses", suggestion, SITE) == Item(
        kind="reuses",
        id=ID,
        title="Carte",
        slug="carte",
        image="https://static.example/logo.png",
        page="https://portal.example/reuses/carte/",
    )


def test_an_item_that_knows_nothing_but_its_id():
    assert Item.from_portal("datasets", {"id": ID}, SITE) == Item("datasets", ID)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, ItemState.VISIBLE),
        ({"title": None, "slug": None, "private": None}, ItemState.GONE),
        ({"deleted": "2026-11-23T18:48:57+00:00"}, ItemState.DELETED),
        ({"deleted": "long ago"}, ItemState.DELETED),
        ({"private": True}, ItemState.PRIVATE),
        ({"archived": "2026-01-01T00:00:00"}, ItemState.ARCHIVED),
        ({"private": True, "deleted": "2026-11-23", "archived": "2026-11-23"}, ItemState.DELETED),
    ],
)
def test_state(fields, state):
    assert Item.from_portal("datasets", {**DATASET, **fields}, SITE).state is state


@pytest.mark.parametrize("title", ["", " \n", 12, ["a"], {"fr": "Titre"}, False])
def test_a_title_that_cannot_be_shown_gives_way_to_the_slug(title):
    item = Item.from_portal("datasets", {**DATASET, "title": title}, SITE)

    assert item.title == "base-adresse-nationale"
    assert item.state is ItemState.VISIBLE


@pytest.mark.parametrize(
    "fields",
    [
        {"organization": "MTE"},
        {"organization": ["MTE"]},
        {"organization": {"name": None}},
        {"organization": None, "owner": 12},
    ],
)
def test_an_organization_of_another_shape_is_none(fields):
    assert Item.from_portal("datasets", {**DATASET, **fields}, SITE).organization == ""


@pytest.mark.parametrize(
    "data",
    [None, [], "text", 12, {}, {"id": None}, {"id": 12}, {"id": ""}, {"id": "abc"},
     {"id": ID.upper()}, {"id": f"{ID}\n"}, {"title": "No id"}],
)  # fmt: skip
def test_no_item_without_an_id(data):
    with pytest.raises(PortalUnreadable):
        Item.from_portal("datasets", data, SITE)


@pytest.mark.parametrize(
    ("quality", "score", "has_resources"),
    [
        ({"has_resources": True, "score": 1}, 1.0, True),
        ({"score": 0.2222222222222222}, 0.2222222222222222, False),
        ({"has_resources": None, "score": 0}, 0.0, False),
        ({"has_resources": True, "score": 12}, None, True),
        ({"has_resources": True, "score": float("nan")}, None, True),
        ({"has_resources": True, "score": True}, None, True),
        ({}, None, None),
        (None, None, None),
        ("good", None, None),
    ],
)
def test_resources_are_a_criterion_of_quality_and_left_out_where_there_are_none(
    quality, score, has_resources
):
    item = Item.from_portal("datasets", {**DATASET, "quality": quality}, SITE)

    assert (item.quality, item.has_resources) == (score, has_resources)


@pytest.mark.parametrize(
    ("fields", "has_picture"),
    [
        ({"image_thumbnail": None}, False),
        ({"image_thumbnail": "javascript:alert(1)"}, False),
        ({"image_thumbnail": "/images/1.png"}, True),
    ],
)
def test_logo_of_the_organization_is_no_picture_of_the_reuse(fields, has_picture):
    logo = {"logo_thumbnail": "https://static.example/logo.png"}

    item = Item.from_portal("reuses", {**REUSE, "organization": logo, **fields}, SITE)

    assert item.image
    assert item.has_picture is has_picture


@pytest.mark.parametrize(
    ("kind", "fields", "facts"),
    [
        ("datasets", {"title": None}, Facts(is_gone=True)),
        ("datasets", {"deleted": "2026-11-23", "title": "Sols"}, Facts(is_deleted=True)),
        ("datasets", {"private": True, "title": "Sols"}, Facts(is_private=True)),
        ("datasets", {"archived": "2026-11-23", "title": "Sols"}, Facts(is_archived=True)),
        ("reuses", {"title": "Carte", "metrics": {"datasets": 0}}, Facts(datasets=0)),
        ("datasets", {"title": "Sols", "metrics": {"reuses": 0}}, Facts()),
        ("datasets", {"title": "Sols", "quality": {"score": 0.3}},
         Facts(quality=0.3, has_resources=False)),
        ("reuses", {"title": "Carte", "image_thumbnail": None}, Facts(has_picture=False)),
        ("datasets", {"title": "Sols", "frequency": "daily", "last_update": "2026-11-23"},
         Facts(frequency="daily", updated_at=datetime(2026, 11, 23, tzinfo=UTC))),
    ],
)  # fmt: skip
def test_facts_for_the_rules_of_health(kind, fields, facts):
    assert Item.from_portal(kind, {"id": ID, **fields}, SITE).facts == facts


def test_card_survives_json():
    item = Item.from_portal("datasets", {**DATASET, "archived": "2026-01-01"}, SITE)

    assert Item.from_card(json.loads(json.dumps(item.to_card()))) == item


def test_card_of_another_version():
    card = {"kind": "datasets", "id": ID, "title": "Carte", "mood": "happy"}

    assert Item.from_card(card) == Item("datasets", ID, title="Carte")


@settings(deadline=None)  # a busy machine is no failure
@given(nearly_items.map(lambda fields: {**fields, "id": ID}), st.sampled_from([SITE, ""]))
def test_any_item_with_an_id_is_read_and_kept(data, site):
    item = Item.from_portal("datasets", data, site)

    card = json.dumps(item.to_card(), ensure_ascii=False, allow_nan=False)
    card.encode()
    assert Item.from_card(json.loads(card)) == item
    assert isinstance(item.state, ItemState)
    for link in (item.page, item.image):
        assert link == "" or link.startswith(("https://", "http://", "/"))
        assert not link.startswith("//")


@settings(deadline=None)  # a busy machine is no failure
@given(json_values | nearly_items)
def test_anything_else_is_unreadable_and_nothing_worse(data):
    for read in (
        lambda: Item.from_portal("datasets", data, SITE),
        lambda: Page.from_portal("datasets", data, SITE, 1),
        lambda: items_from_portal("reuses", data, SITE),
        lambda: ids_from_portal(data),
        lambda: Site.from_portal(data),
        lambda: Identity.from_portal(data),
    ):
        with contextlib.suppress(PortalUnreadable):
            read()


def test_a_page():
    answer = {"data": [DATASET], "total": 62, "page": 3, "next_page": "https://portal.example/…"}

    page = Page.from_portal("datasets", answer, SITE, 3)

    assert [item.id for item in page.items] == [ID]
    assert (page.total, page.page, page.has_next) == (62, 3, True)


def test_a_page_without_a_total_counts_itself():
    page = Page.from_portal("datasets", {"data": [DATASET], "next_page": None}, SITE, 1)

    assert (page.total, page.has_next) == (1, False)


def test_ids_keep_order_and_duplicates():
    ids = ["c" * 24, "a" * 24, "c" * 24]

    assert ids_from_portal([{"id": each} for each in ids]) == tuple(ids)


def test_a_site():
    site = Site.from_portal(
        {"id": "default", "title": "Portail", "version": "17.18.0",
         "metrics": {"datasets": 62, "reuses": None, "odd": {}}}
    )  # fmt: skip

    assert site == Site("default", "Portail", "17.18.0", {"datasets": 62})


def test_an_identity():
    answer = {"first_name": "Aline", "last_name": None, "roles": ["admin", None, 3]}

    assert Identity.from_portal(answer) == Identity("Aline", ("admin",))
