"""Our own client against a portal over a real socket."""

import pytest

from curation.domain.selection import is_portal_id
from curation.portal import errors
from curation.portal.client import Narrowing, PortalClient
from curation.portal.items import ItemState, Page
from curation.portal.transport import make_session
from tests.contract.portals import PATIENCE, UNKNOWN_ID, Portal, home


def client_of(portal: Portal, key: str) -> PortalClient:
    """Make a client that comes with the key of that name."""
    return PortalClient(
        portal.url,
        session=make_session(),
        api_key=portal.keys.get(key, key),
        timeout=(PATIENCE, PATIENCE),
    )


@pytest.fixture
def client(portal: Portal) -> PortalClient:
    """A client with the administrator's key."""
    return client_of(portal, "admin")


# --- The homepage lists ---------------------------------------------------------------------------


def test_home_is_read_with_what_the_board_shows(
    portal: Portal, client: PortalClient, kind: str
) -> None:
    items = client.home(kind)

    assert [item.id for item in items] == portal.home[kind]
    for item in items:
        assert item.state is ItemState.VISIBLE
        assert item.title
        assert item.organization
        assert item.page == f"{portal.url}/{kind}/{item.slug}/"
        assert None not in (item.views, item.followers, item.uses)
        assert None not in (item.updated_at, item.created_at)
        told = (item.quality, item.has_resources) if kind == "datasets" else (item.has_picture,)
        assert None not in told
        assert bool(item.frequency) == (kind == "datasets")
    assert any(item.image.startswith(f"{portal.url}/") for item in items)


def test_home_tells_what_has_nothing_to_show(
    portal: Portal, client: PortalClient, kind: str
) -> None:
    empty, full = portal.home[kind][:2]
    portal.act(kind, empty, "empty")

    items = {item.id: item for item in client.home(kind)}

    if kind == "datasets":
        assert (items[empty].has_resources, items[full].has_resources) == (False, True)
    else:
        assert items[empty].uses == 0
        assert items[full].uses


def test_home_does_not_send_the_resources(portal: Portal, client: PortalClient) -> None:
    client.put_home("datasets", [portal.special["dataset_big"]])
    told = "id,title,quality{score,has_resources}"

    answer = portal.get(home("datasets"), key="admin", mask=told)

    assert len(answer.content) < 200
    (item,) = client.home("datasets")
    assert item.has_resources is True


def test_both_homes_at_once(portal: Portal, client: PortalClient) -> None:
    homes = client.homes(["datasets", "reuses"])

    for kind, items in homes.items():
        assert not isinstance(items, errors.PortalError)
        assert [item.id for item in items] == portal.home[kind]


def test_key_without_the_right_reads_one_home_of_two(portal: Portal) -> None:
    homes = client_of(portal, "user").homes(["datasets", "reuses"])

    refused = homes["reuses"]
    assert not isinstance(homes["datasets"], errors.PortalError)
    assert isinstance(refused, errors.PortalRefused)
    assert refused.status == 403
    assert refused.portal_message == "You do not have the permission to modify that object."


def test_publication_is_confirmed_and_read_back(
    portal: Portal, client: PortalClient, kind: str
) -> None:
    wanted = (*reversed(portal.home[kind]), portal.ids[kind][-1])

    assert client.put_home(kind, wanted) == wanted
    assert client.home_ids(kind) == wanted
    assert tuple(portal.listed(kind)) == wanted


def test_publication_of_an_empty_list(client: PortalClient, kind: str) -> None:
    assert client.put_home(kind, ()) == ()
    assert client.home(kind) == ()


@pytest.mark.parametrize("bad", [UNKNOWN_ID, "abc", ""])
def test_publication_with_a_bad_id_fails_whole(
    portal: Portal, client: PortalClient, kind: str, bad: str
) -> None:
    with pytest.raises(errors.PortalUnavailable) as caught:
        client.put_home(kind, (portal.ids[kind][0], bad))

    assert caught.value.status == 500
    assert client.home_ids(kind) == tuple(portal.home[kind])


@pytest.mark.parametrize(
    ("key", "status", "words"),
    [
        ("", 401, "The server could not verify"),
        ("wrong", 401, "Invalid API Key"),
        ("inactive", 401, "Inactive user"),
        ("user", 403, "You do not have the permission to modify that object."),
    ],
)
def test_publication_without_the_right_is_refused(
    portal: Portal, client: PortalClient, kind: str, key: str, status: int, words: str
) -> None:
    with pytest.raises(errors.PortalRefused) as caught:
        client_of(portal, key).put_home(kind, ())

    assert caught.value.status == status
    assert caught.value.portal_message.startswith(words)
    assert client.home_ids(kind) == tuple(portal.home[kind])


def test_session_of_the_administrator_is_not_kept(portal: Portal, client: PortalClient) -> None:
    client.home("reuses")  # the answer brings a cookie that would outrank any key

    with pytest.raises(errors.PortalRefused):
        client_of(portal, "").home("reuses")
    assert client.search("datasets", "", page_size=100).total < len(portal.ids["datasets"]) + 10


@pytest.mark.parametrize("how", ["vanish", "purge"])
def test_home_with_a_purged_item_can_be_read_and_repaired(
    portal: Portal, client: PortalClient, kind: str, how: str
) -> None:
    purged, *rest = portal.home[kind]
    portal.act(kind, purged, how)

    items = client.home(kind)

    assert [item.id for item in items] == portal.home[kind]
    assert [item.state for item in items] == [ItemState.GONE] + [ItemState.VISIBLE] * len(rest)
    assert client.home_ids(kind) == tuple(portal.home[kind])
    assert client.put_home(kind, rest) == tuple(rest)
    assert all(item.page for item in client.home(kind))


# --- Items ----------------------------------------------------------------------------------------


def test_item_by_id_slug_and_former_slug(portal: Portal, client: PortalClient, kind: str) -> None:
    one, slug = portal.ids[kind][0], portal.slugs[kind][0]
    portal.put(f"/api/1/{kind}/{one}/", {"title": "Un titre tout neuf"})

    found = [client.item(kind, ref) for ref in (one, slug, "un-titre-tout-neuf")]

    assert [item.id for item in found] == [one] * 3
    assert found[0].title == "Un titre tout neuf"
    assert found[0].description


@pytest.mark.parametrize("state", [ItemState.PRIVATE, ItemState.ARCHIVED, ItemState.DELETED])
def test_state_of_an_item(
    portal: Portal, client: PortalClient, kind: str, state: ItemState
) -> None:
    hidden = portal.special[f"{kind[:-1]}_{state}"]

    assert client.item(kind, hidden).state is state


def test_items_at_once_each_with_its_answer(
    portal: Portal, client: PortalClient, kind: str
) -> None:
    one, two = portal.ids[kind][:2]
    portal.act(kind, two, "purge")

    found = client.items(kind, [one, two, UNKNOWN_ID, one])

    assert list(found) == [one, two, UNKNOWN_ID]
    assert not isinstance(found[one], errors.PortalError)
    assert isinstance(found[two], errors.ItemNotFound)
    assert isinstance(found[UNKNOWN_ID], errors.ItemNotFound)


def test_deleted_item_is_named_as_such_to_others_than_administrators(
    portal: Portal, kind: str
) -> None:
    with pytest.raises(errors.ItemDeleted):
        client_of(portal, "").item(kind, portal.special[f"{kind[:-1]}_deleted"])


# --- Search ---------------------------------------------------------------------------------------


def test_search_finds_pages_of_what_visitors_see(
    portal: Portal, client: PortalClient, kind: str
) -> None:
    first = client.search(kind, "", page_size=3)
    second = client.search(kind, "", page=2, page_size=3)
    beyond = client.search(kind, "", page=999, page_size=3)

    assert (first.page, second.page, len(first.items), len(second.items)) == (1, 2, 3, 3)
    assert first.total == second.total > 20
    assert first.has_next
    assert not {item.id for item in first.items} & {item.id for item in second.items}
    assert all(item.title and item.page and item.views is not None for item in first.items)
    assert (beyond.items, beyond.has_next) == ((), False)


def test_search_for_words(portal: Portal, client: PortalClient, kind: str) -> None:
    one = portal.ids[kind][0]
    portal.put(f"/api/1/{kind}/{one}/", {"title": "Zébulons carrés, par commune"})

    for q in ("zebulon", '"zébulons" commune', "#carre & zebulon"):
        assert [item.id for item in client.search(kind, q).items] == [one]
    assert client.search(kind, "zebulon triangle").items == ()
    assert client.search(kind, "x" * 10_000).items == ()


@pytest.mark.parametrize("sort", ["-followers", "-views"])
def test_search_sorted(client: PortalClient, kind: str, sort: str) -> None:
    items = client.search(kind, "", page_size=30, sort=sort).items

    figures = [getattr(item, sort[1:]) for item in items]
    assert figures == sorted(figures, reverse=True)


def test_first_items_by_several_sorts(client: PortalClient, kind: str) -> None:
    ranked = client.ranked(kind, ["-views", "-created"], 3)

    for sort in ("-views", "-created"):
        assert ranked[sort] == client.search(kind, "", page_size=3, sort=sort)
    newest = ranked["-created"]
    assert isinstance(newest, Page)
    created = [item.created_at for item in newest.items if item.created_at]
    assert len(created) == 3
    assert created == sorted(created, reverse=True)


def test_datasets_by_their_last_update(client: PortalClient) -> None:
    """Only that it is accepted: without a search service udata sorts by the last edit instead."""
    assert len(client.search("datasets", "", page_size=10, sort="-last_update").items) == 10


def test_a_sort_that_fails_leaves_the_others_whole(client: PortalClient, kind: str) -> None:
    ranked = client.ranked(kind, ["-views", "bogus"], 3)

    assert isinstance(ranked["bogus"], errors.PortalRejected)
    assert isinstance(ranked["-views"], Page)


def test_an_organization_by_its_name(portal: Portal, client: PortalClient, kind: str) -> None:
    item = next(item for item in client.search(kind, "", page_size=100).items if item.acronym)

    for name in (item.organization, item.organization.upper(), item.organization[1:-1]):
        assert is_portal_id(client.organization_named(name))
    organization = client.organization_named(item.organization)
    found = client.search(
        kind, "", page_size=100, narrowing=Narrowing(organization=organization)
    ).items
    assert item.id in {each.id for each in found}
    assert {each.organization for each in found} == {item.organization}
    assert client.organization_named("no such organization") == ""


def test_search_narrowed(portal: Portal, client: PortalClient, kind: str) -> None:
    one = portal.ids[kind][0]
    portal.put(f"/api/1/{kind}/{one}/", {"title": "Zébulons carrés", "tags": ["rare-things"]})

    narrowing = Narrowing(tag="rare-things")
    assert [item.id for item in client.search(kind, "", narrowing=narrowing).items] == [one]
    assert client.search(kind, "zebulon", sort="-views", narrowing=narrowing).total == 1
    assert client.search(kind, "zzz", narrowing=narrowing).total == 0


def test_search_of_what_is_featured(portal: Portal, client: PortalClient, kind: str) -> None:
    every = portal.get(f"/api/2/{kind}/search/?page_size=500", mask="data{id,featured}").json()
    featured = {item["id"] for item in every["data"] if item["featured"]}

    found = client.search(kind, "", page_size=100, narrowing=Narrowing(featured=True))

    assert {item.id for item in found.items} == featured
    assert found.total == len(featured) < len(every["data"])


def test_search_with_an_unknown_sort(client: PortalClient, kind: str) -> None:
    with pytest.raises(errors.PortalRejected):
        client.search(kind, "", sort="bogus")


def test_suggestions(portal: Portal, client: PortalClient, kind: str) -> None:
    one = portal.ids[kind][0]
    portal.put(f"/api/1/{kind}/{one}/", {"title": "Les Zébulons carrés"})

    (item,) = client.suggest(kind, "zébu")

    assert (item.id, item.title) == (one, "Les Zébulons carrés")
    assert item.page == f"{portal.url}/{kind}/les-zebulons-carres/"
    assert len(client.suggest(kind, "e", size=4)) == 4


# --- The site -------------------------------------------------------------------------------------


def test_site_and_owner_of_the_key(portal: Portal, client: PortalClient) -> None:
    site = client.site()

    assert (site.id, site.version) == ("default", "")
    assert site.title
    assert "datasets" in site.metrics
    assert client.me().roles == ("admin",)
    assert client.me().name == "Aline Administratrice"
    assert client_of(portal, "user").me().roles == ()


def test_documents_of_the_catalogue(client: PortalClient) -> None:
    catalog = client.catalog()
    turtle = client.catalog_as("ttl")
    data = client.data_as("jsonld")
    context = client.context()

    assert catalog.content_type == "application/rdf+xml"
    assert catalog.content.startswith(b"<?xml")
    assert turtle.content_type == "application/x-turtle"
    assert data.content_type == context.content_type == "application/ld+json"
    assert b"http://www.w3.org/ns/dcat#" in context.content
