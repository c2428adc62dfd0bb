"""The search for what to add: words, addresses, proposals."""

import re

import pytest
from django.utils import timezone
from django.utils.html import escape

from curation.models import Draft, KnownItem, Listing
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.sandbox.models import Dataset
from curation.sandbox.seed import special_id
from curation.services import drafts
from tests.views.test_board import html


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def offered(fragment: str) -> list[str]:
    """Return the ids of the options, in order."""
    return re.findall(r'role="option"[^>]*data-id="(\w+)"', fragment)


def lists_of_options(fragment: str) -> set[str]:
    """Return the lists to which the options would be added."""
    return set(re.findall(r'role="option"[^>]*data-to="(\w+)"', fragment))


def test_search_marks_what_is_listed_with_its_place(signed_in, listing):
    fragment = html(signed_in.htmx_get("/lists/datasets/search/", q="base adresse nationale"))

    assert "<html" not in fragment
    assert 'role="option"' in fragment
    assert f'data-id="{listing.live[1]}"' in fragment
    assert "already no. 2" in fragment


def test_search_without_script_is_a_page(signed_in, listing):
    page = html(signed_in.get("/lists/datasets/search/", {"q": "prix"}))

    assert "<html" in page
    assert 'data-action="add"' in page


def test_search_of_half_a_word_falls_back_to_suggestions(signed_in, listing):
    fragment = html(signed_in.htmx_get("/lists/datasets/search/", q="carbur"))

    assert 'role="option"' in fragment
    assert "<mark>carbur</mark>" in fragment


@pytest.mark.parametrize(
    "query",
    ["zzzzzz", "x" * 10_000, "\x00", "é" * 3000, '"#%&+\\', "<script>alert(1)</script>", "😀"],
    ids=lambda query: query[:12].encode("unicode_escape").decode(),
)
def test_a_search_that_finds_nothing_says_so(signed_in, listing, query):
    response = signed_in.htmx_get("/lists/datasets/search/", q=query)

    assert response.status_code == 200
    assert "Nothing found for" in html(response) or query == "\x00"
    assert "<script>alert" not in html(response)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(What.REFUSE, times=0),
        Fault(What.ANSWER, status=500, times=0),
        Fault(What.ANSWER, status=200, body="<html>sign in</html>", times=0),
        Fault(What.TRUNCATE, times=0),
        Fault(What.SILENCE, times=0),
    ],
    ids=lambda fault: f"{fault.what}-{fault.status}",
)
def test_a_search_when_the_portal_fails_is_a_sentence(signed_in, listing, fault):
    with faults.switched_on(fault):
        response = signed_in.htmx_get("/lists/datasets/search/", q="prix")

    assert response.status_code == 502
    assert "Your draft is not affected" in html(response)
    assert "Traceback" not in html(response)


@pytest.mark.parametrize(
    "address",
    [
        "{id}",
        "http://testserver/sandbox/datasets/{slug}/",
        "http://testserver/sandbox/fr/datasets/{slug}/?from=mail#resources",
        "http://testserver/sandbox/api/1/datasets/{id}/",
        "http://sandbox.localhost/api/2/datasets/{slug}",
    ],
)
def test_a_pasted_address_finds_the_item(signed_in, listing, portal, address):
    (new,) = portal.unlisted("datasets")
    slug = portal.slug("datasets", new)

    fragment = html(
        signed_in.htmx_get("/lists/datasets/search/", q=address.format(id=new, slug=slug))
    )

    assert offered(fragment) == [new]
    assert lists_of_options(fragment) == {"datasets"}
    assert "Address recognised" in fragment


def test_an_address_from_before_a_rename_is_followed(signed_in, listing, portal):
    (new,) = portal.unlisted("datasets")
    old = portal.slug("datasets", new)
    item = Dataset.objects.get(pk=new)
    item.rename("Another title")
    item.save()
    assert portal.slug("datasets", new) != old

    fragment = html(
        signed_in.htmx_get(
            "/lists/datasets/search/", q=f"http://testserver/sandbox/datasets/{old}/"
        )
    )

    assert offered(fragment) == [new]


def test_an_address_that_is_listed_says_where(signed_in, listing):
    fragment = html(signed_in.htmx_get("/lists/datasets/search/", q=listing.live[3]))

    assert offered(fragment) == [listing.live[3]]
    assert "already no. 4" in fragment


@pytest.mark.parametrize("by_id", [True, False])
def test_an_address_of_the_other_kind_offers_the_other_list(signed_in, listing, portal, by_id):
    (reuse,) = portal.unlisted("reuses")
    slug = portal.slug("reuses", reuse)
    address = reuse if by_id else f"http://testserver/sandbox/reuses/{slug}/"

    fragment = html(signed_in.htmx_get("/lists/datasets/search/", q=address))
    page = html(signed_in.get("/lists/datasets/search/", {"q": address}))

    assert offered(fragment) == [reuse]
    assert lists_of_options(fragment) == {"reuses"}
    assert "This address leads to a reuse. Add it to the reuses instead?" in fragment
    assert f'formaction="/lists/reuses/items/{reuse}/add/"' in page
    assert f'value="{drafts.token(Listing.objects.get(pk="reuses"), None)}"' in page


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://example.org/datasets/base-sirene/", "example.org is not the portal."),
        ("http://testserver/history/", "This address is not the page of a dataset or a reuse."),
        ("http://testserver/sandbox/datasets/never-was/", "The portal does not know this item."),
        ("f" * 24, "The portal does not know this item."),
    ],
)
def test_an_address_that_leads_nowhere_gets_a_sentence(signed_in, listing, address, said):
    fragment = html(signed_in.htmx_get("/lists/datasets/search/", q=address))
    page = html(signed_in.get("/lists/datasets/search/", {"q": address}))

    assert said in fragment
    assert said in page
    assert offered(fragment) == []


@pytest.mark.parametrize("change", [{"deleted": "2026-01-01T00:00Z"}, {"private": True}])
def test_the_address_of_what_visitors_do_not_see_says_so(signed_in, listing, portal, change):
    (new,) = portal.unlisted("datasets")
    portal.change("datasets", new, **change)

    fragment = html(signed_in.htmx_get("/lists/datasets/search/", q=new))

    assert "The portal does not show this item to visitors" in fragment
    assert offered(fragment) == []


def test_an_address_on_the_host_of_the_pages_is_ours(signed_in, listing, portal):
    """The API may be reached by another name than visitors use."""
    (new,) = portal.unlisted("datasets")
    slug = portal.slug("datasets", new)
    known = KnownItem.objects.get(kind="datasets", portal_id=listing.live[0])
    known.card["page"] = "https://www.portal.example/datasets/x/"
    known.save()

    fragment = html(
        signed_in.htmx_get(
            "/lists/datasets/search/", q=f"https://portal.example/fr/datasets/{slug}/"
        )
    )

    assert offered(fragment) == [new]


def test_a_pasted_address_when_the_portal_fails_is_a_sentence(signed_in, listing, portal):
    (new,) = portal.unlisted("datasets")

    with faults.switched_on(Fault(What.REFUSE, times=0)):
        response = signed_in.htmx_get("/lists/datasets/search/", q=new)

    assert response.status_code == 502
    assert "Your draft is not affected" in html(response)


def test_without_words_there_are_proposals(signed_in, listing):
    fragment = html(signed_in.htmx_get("/lists/datasets/search/"))
    page = html(signed_in.get("/lists/datasets/search/"))

    for text in (fragment, page):
        assert "Recently updated" in text
        assert "Most viewed" in text
    assert offered(fragment)
    assert not set(offered(fragment)) & set(listing.live)


def test_reuses_have_proposals_of_their_own(signed_in, listing):
    fragment = html(signed_in.htmx_get("/lists/reuses/search/"))

    assert "Newest" in fragment
    assert "Recently updated" not in fragment


def test_what_was_removed_is_proposed_though_the_portal_is_down(signed_in, listing, portal):
    gone = listing.live[2]
    portal.set_live("datasets", (*listing.live[:2], *listing.live[3:]))
    signed_in.htmx_get("/live/")

    with faults.switched_on(Fault(What.REFUSE, times=0)):
        response = signed_in.htmx_get("/lists/datasets/search/")

    assert response.status_code == 200
    assert offered(html(response)) == [gone]
    assert "Recently removed from this list" in html(response)
    assert "Most viewed" not in html(response)


def test_an_item_is_added_at_a_place_without_script(signed_in, editor, listing, portal):
    (new,) = portal.unlisted("datasets")
    page = html(signed_in.get("/lists/datasets/search/"))
    assert re.search(r'<input[^>]*name="at"[^>]*max="10"', page)

    signed_in.post(
        f"/lists/datasets/items/{new}/add/", {"version": drafts.token(listing, None), "at": "3"}
    )

    assert Draft.objects.get().selection == (*listing.live[:2], new, *listing.live[2:])


def test_a_reader_does_not_search(browser_of, reader, listing):
    assert browser_of(reader).get("/lists/datasets/search/").status_code == 403


@pytest.fixture
def zebulons(portal):
    """Three datasets of one name: one tagged, one featured, one updated this week."""
    tagged, featured, fresh = portal.unlisted("datasets", 3)
    for item_id in (tagged, featured, fresh):
        portal.change(
            "datasets", item_id, title="Zébulons", last_update="2015-01-01T00:00Z", tags=[]
        )
    portal.change("datasets", tagged, tags=["rare"], views=1)
    portal.change("datasets", featured, featured=True, views=10)
    portal.change("datasets", fresh, last_update=timezone.now(), views=100)
    return {"tagged": tagged, "featured": featured, "fresh": fresh}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"tag": "rare"}, ["tagged"]),
        ({"featured": "on"}, ["featured"]),
        ({"updated": "7"}, ["fresh"]),
        ({"sort": "-views"}, ["fresh", "featured", "tagged"]),
        ({"sort": "-views", "updated": "365"}, ["fresh"]),
        ({"tag": "rare", "featured": "on"}, []),
        ({"sort": "bogus", "updated": "-1"}, None),
    ],
)
def test_filters_and_sorts_narrow_the_search(signed_in, listing, zebulons, asked, names):
    fragment = html(signed_in.htmx_get("/lists/datasets/search/", q="zébulons", **asked))

    if names is None:  # what makes no sense is left out
        assert set(offered(fragment)) == set(zebulons.values())
    else:
        assert offered(fragment) == [zebulons[name] for name in names]


def test_filters_work_without_words_and_stay_on_the_page(signed_in, listing, zebulons):
    page = html(
        signed_in.get(
            "/lists/datasets/search/",
            {"q": "", "tag": "rare", "featured": "", "sort": "-views", "updated": ""},
        )
    )

    assert 'name="tag" value="rare"' in page
    assert '<option value="-views" selected>' in page
    assert 'name="featured" checked' in page
    assert "Nothing found with these filters." in page


def test_an_organization_is_named_in_any_case(signed_in, listing, portal):
    item = KnownItem.objects.get(kind="datasets", portal_id=listing.live[0])
    name = item.card["organization"]

    for asked in (name, name.upper()):
        fragment = html(signed_in.htmx_get("/lists/datasets/search/", organization=asked))
        assert offered(fragment)
        assert fragment.count(f'dir="auto">{escape(name)}<') == len(offered(fragment))


def test_an_unknown_organization_gets_a_sentence(signed_in, listing):
    for page in (
        signed_in.htmx_get("/lists/datasets/search/", organization="Nobody & Co"),
        signed_in.get("/lists/datasets/search/", {"organization": "Nobody & Co"}),
    ):
        assert page.status_code == 200
        assert "The portal knows no organisation named “Nobody &amp; Co”." in html(page)


def test_reuses_are_not_sorted_by_what_datasets_are(signed_in, listing):
    page = html(signed_in.get("/lists/reuses/search/", {"sort": "-last_update"}))

    assert '<option value="-datasets"' in page
    assert '<option value="-last_update"' not in page
    assert "Trending" in page or "Newest" in page


def test_a_reuse_that_visitors_do_not_see_is_marked(signed_in, listing):
    lonely = special_id("reuse_without_datasets")
    ordinary = Listing.objects.get(pk="reuses").live[0]

    marked = html(signed_in.htmx_get("/lists/reuses/search/", q=lonely))
    unmarked = html(signed_in.htmx_get("/lists/reuses/search/", q=ordinary))

    assert offered(marked) == [lonely]
    assert 'invisible<span class="sr-only"> to visitors</span>' in marked
    assert offered(unmarked) == [ordinary]
    assert "to visitors" not in unmarked
