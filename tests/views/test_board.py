import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from curation.accounts.roles import Role
from curation.models import Action, AuditEntry, Draft, KnownItem, Listing, User
from curation.portal import portal_client
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import drafts, publishing
from curation.services.errors import NotSettledYet


def listed(page: str, key: str) -> list[str]:
    """Return the ids that a page shows in a list, in order."""
    found = re.search(rf'<ol[^>]*data-listing="{key}".*?</ol>', page, re.DOTALL)
    return re.findall(r'<li[^>]*data-id="(\w+)"', found.group(0)) if found else []


def html(response) -> str:
    return response.content.decode()


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def test_the_first_visit_reads_the_lists(signed_in, portal):
    page = html(signed_in.get("/"))

    assert listed(page, "datasets") == list(portal.live("datasets"))
    assert listed(page, "reuses") == list(portal.live("reuses"))
    assert "As on the portal" in page


def test_later_visits_do_not_wait_for_the_portal(signed_in, listing, portal):
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        page = html(signed_in.get("/"))

    assert listed(page, "datasets") == list(listing.live)


def test_a_first_visit_to_a_portal_that_does_not_answer_says_so(signed_in, portal):
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        page = html(signed_in.get("/"))

    assert "The portal has not answered since" in page
    assert listed(page, "datasets") == []


def test_check_reads_the_portal_without_script(signed_in, listing, portal):
    portal.set_live("datasets", listing.live[:3])

    response = signed_in.get("/", {"check": ""})
    page = html(signed_in.get("/"))

    assert response.status_code == 302
    assert listed(page, "datasets") == list(listing.live[:3])


def test_live_answers_only_with_columns_that_differ(signed_in, listing, portal):
    page = html(signed_in.get("/"))
    shown = re.findall(r'name="shown" value="(\w+)"', page)
    portal.set_live("reuses", tuple(reversed(portal.live("reuses"))))

    fragment = html(signed_in.htmx_get("/live/", shown=shown))

    assert 'id="reuses-list"' in fragment
    assert 'id="datasets-list"' not in fragment
    assert 'id="datasets-head"' in fragment
    assert "<html" not in fragment
    assert listed(fragment, "reuses") == list(portal.live("reuses"))


def test_live_keeps_the_draft_when_the_list_changed(signed_in, editor, listing, portal):
    drafts.remove_item(editor, listing, listing.live[0], seen=drafts.token(listing, None))
    portal.set_live("datasets", tuple(reversed(listing.live)))

    fragment = html(signed_in.htmx_get("/live/"))

    assert listed(fragment, "datasets") == list(listing.live[1:])
    assert "This list changed on the portal since you began" in fragment
    assert AuditEntry.objects.filter(action=Action.CHANGE_OUTSIDE).count() == 1


def test_live_says_when_the_portal_is_down_and_when_it_is_back(signed_in, listing, portal):
    with faults.switched_on(Fault(What.ANSWER, status=503, times=0)):
        down = html(signed_in.htmx_get("/live/"))
    back = html(signed_in.htmx_get("/live/"))

    assert "The portal has not answered since" in down
    assert "Last known state" in down
    assert "has not answered" not in back
    assert "As on the portal" in back


def test_live_settles_what_an_attempt_left_open(signed_in, editor, listing, portal):
    draft = drafts.remove_item(
        editor, listing, listing.live[0], seen=drafts.token(listing, None)
    ).draft

    lost = Fault(What.SILENCE, method="PUT", applied=False)
    with faults.switched_on(lost), pytest.raises(NotSettledYet):
        publishing.publish(
            editor,
            listing,
            seen=drafts.token(listing, draft),
            attempt=uuid.uuid4(),
            note="",
            client=portal_client(),
        )
    waiting = html(signed_in.htmx_get("/live/"))
    Listing.objects.update(claim_expires_at=timezone.now() - timedelta(seconds=1))

    settled = html(signed_in.htmx_get("/live/"))

    assert "is not confirmed yet" in waiting
    assert "<b>Datasets: </b>" in waiting
    assert "is not confirmed yet" not in settled
    assert AuditEntry.objects.first().action == Action.PUBLISH_FAILED
    assert Draft.objects.count() == 1


def test_titles_of_the_portal_are_text(signed_in, listing, portal):
    nasty = listing.live[0]
    portal.change("datasets", nasty, title='<script>alert(1)</script> "quoted" & more')

    page = html(signed_in.htmx_get("/live/"))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &quot;quoted&quot; &amp; more" in page


def test_invisible_items_are_flagged(signed_in, listing, portal):
    private, archived, gone = listing.live[:3]
    portal.change("datasets", private, private=True)
    portal.change("datasets", archived, archived=timezone.now())
    title = KnownItem.objects.get(portal_id=gone).card["title"]
    portal.purge("datasets", gone)

    page = html(signed_in.htmx_get("/live/"))

    assert "Private: invisible to visitors" in page
    assert "Archived: invisible to visitors" in page
    assert "No longer exists on the portal" in page
    assert title.split()[0] in page  # a purged item keeps the name that we knew


def test_a_reader_sees_the_lists_and_no_way_to_change_them(browser_of, reader, listing):
    page = html(browser_of(reader).get("/"))

    assert listed(page, "datasets") == list(listing.live)
    assert "data-action" not in page.replace('data-action="sign-out"', "")
    assert "combobox" not in page


def test_somebody_without_a_role_sees_nothing(browser_of, outsider, listing):
    response = browser_of(outsider).get("/")

    assert response.status_code == 403
    assert listing.live[0] not in html(response)
    assert "You do not have access to this" in html(response)


def test_an_empty_list_says_what_to_do(signed_in, listing, portal):
    portal.set_live("datasets", ())

    page = html(signed_in.htmx_get("/live/"))

    assert "No dataset on the front page" in page


@pytest.mark.parametrize("count", [5, 200])
def test_the_number_of_queries_does_not_grow_with_the_list(
    signed_in, listing, portal, count, django_assert_num_queries
):
    ids = [f"{number:024x}" for number in range(count)]
    Listing.objects.filter(pk="datasets").update(known=ids)

    signed_in.get("/")

    # Session, user, listings, drafts, steps, items, who is there, others' drafts, head of the log.
    with django_assert_num_queries(9):
        page = html(signed_in.get("/"))

    assert len(listed(page, "datasets")) == count


def test_pages_are_not_kept_by_caches(signed_in, listing):
    response = signed_in.get("/")

    assert "no-store" in response.headers["Cache-Control"]
    assert "HX-Request" in response.headers["Vary"]


def test_french_is_the_default_and_the_browser_chooses(signed_in, listing, settings):
    settings.LANGUAGE_CODE = "fr"

    french = html(signed_in.get("/"))
    english = html(signed_in.get("/", headers={"Accept-Language": "en-US,en;q=0.9"}))

    assert "Jeux de données" in french
    assert '<html lang="fr"' in french
    assert "Datasets" in english
    assert '<html lang="en"' in english


def row_of(page: str, item_id: str) -> str:
    """Return the row of an item as a page shows it."""
    found = re.search(
        rf'<li class="item[^>]*data-id="{item_id}".*?(?=<li class="item|</ol>)', page, re.DOTALL
    )
    assert found
    return found.group(0)


def head_of(page: str, key: str) -> str:
    """Return the heading of a list, without marks."""
    found = re.search(rf'id="{key}-head"[^>]*>(.*?)<p class="sync', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found.group(1)).split())


def test_rows_say_what_visitors_do_not_see_and_what_to_do(signed_in, portal):
    archived, empty = portal.live("datasets")[:2]
    lonely = portal.live("reuses")[0]
    portal.change("datasets", archived, archived=timezone.now())
    portal.change("datasets", empty, resources=0)
    portal.change("reuses", lonely, datasets=[])

    page = html(signed_in.get("/"))

    assert "Archived: invisible to visitors." in row_of(page, archived)
    assert "Remove it, or have it brought back from the archive." in row_of(page, archived)
    assert "Nothing to download." in row_of(page, empty)
    assert "Uses no dataset: invisible to visitors." in row_of(page, lonely)
    assert 'class="flag' not in row_of(page, portal.live("datasets")[2])
    assert "1 invisible to visitors 1 to look at" in head_of(page, "datasets")
    assert "1 invisible to visitors" in head_of(page, "reuses")
    assert "to look at" not in head_of(page, "reuses")


def test_a_late_dataset_says_for_how_long(signed_in, portal):
    late = portal.live("datasets")[0]
    updated = timezone.now() - timedelta(days=430)
    portal.change("datasets", late, frequency="monthly", last_update=updated)

    row = row_of(html(signed_in.get("/")), late)

    assert "Not updated for 14 months (declared: every month)." in row


def test_a_healthy_list_has_nothing_to_say(signed_in, listing):
    page = html(signed_in.get("/"))

    assert 'class="flag' not in page
    assert head_of(page, "datasets") == f"Datasets {len(listing.live)} items"


def test_what_the_homepage_does_not_show_is_marked(signed_in, portal, settings):
    settings.HOMEPAGE_LIMITS = {"datasets": 2}
    live = portal.live("datasets")

    page = html(signed_in.get("/"))

    sentence = "Not shown: the homepage shows the first 2."
    shown = [sentence in row_of(page, item_id) for item_id in live]
    assert shown == [False, False, *[True] * (len(live) - 2)]
    assert sentence not in row_of(page, portal.live("reuses")[-1])


def test_live_replaces_a_list_whose_health_changed(signed_in, listing, portal):
    page = html(signed_in.get("/"))
    shown = re.findall(r'name="shown" value="(\w+)"', page)
    portal.change("datasets", listing.live[0], archived=timezone.now())

    fragment = html(signed_in.htmx_get("/live/", shown=shown))

    assert "Archived: invisible to visitors." in row_of(fragment, listing.live[0])
    assert 'id="reuses-list"' not in fragment


def test_the_board_names_who_else_is_there(signed_in, browser_of, colleague, reader, listing):
    browser_of(reader).htmx_get("/live/")
    browser_of(colleague).htmx_get("/live/")
    drafts.remove_item(colleague, listing, listing.live[0], seen=drafts.token(listing, None))

    for page in (html(signed_in.get("/")), html(signed_in.htmx_get("/live/"))):
        assert "Karim Test has the board open, too, since" in page
        assert page.count("Karim Test has a draft of this list, too, since") == 1
        assert "Lea Test" not in page
        assert "Claire Test has" not in page


def test_the_front_page_as_it_was_when_a_colleague_began(
    signed_in, browser_of, colleague, listing, portal
):
    before = portal.live("datasets")
    browser_of(colleague).htmx_get("/live/")
    drafts.remove_item(colleague, listing, listing.live[0], seen=drafts.token(listing, None))
    portal.set_live("datasets", before[2:])

    page = html(signed_in.htmx_get("/live/"))

    then = re.findall(r'href="(/history/as-it-was/[^"]+)"', page)
    assert len(then) == 2  # of the open board, and of the draft
    for address in then:
        found = signed_in.get(unescape(address))
        _listing, _entry, comparison = found.context["states"][0]
        assert tuple(row.item.id for row in comparison.rows_after) == before


def test_a_first_visit_says_what_can_be_done_until_something_is_published(
    signed_in, browser_of, editor, reader, listing
):
    welcome = "This is the front page as it is online."
    assert welcome in html(signed_in.get("/"))
    assert welcome not in html(browser_of(reader).get("/"))

    draft = drafts.remove_item(
        editor, listing, listing.live[0], seen=drafts.token(listing, None)
    ).draft
    publishing.publish(
        editor,
        listing,
        seen=drafts.token(listing, draft),
        attempt=uuid.uuid4(),
        note="",
        client=portal_client(),
    )
    assert welcome not in html(signed_in.get("/"))


def test_a_reader_is_told_so(signed_in, browser_of, reader, listing, settings):
    settings.CONTACT = "data@example.org"
    words = "You see everything here; changing it is for editors."

    page = html(browser_of(reader).get("/"))

    assert words in page
    assert 'href="mailto:data@example.org"' in page
    assert words not in html(signed_in.get("/"))


@pytest.mark.parametrize(
    "address", ["/", "/review/", "/discard/", "/shortcuts/", "/lists/datasets/search/"]
)
def test_the_pages_of_the_board_are_marked_in_the_navigation(signed_in, listing, address):
    assert '<a href="/" aria-current="page">' in html(signed_in.get(address))


def test_who_may_no_longer_edit_sees_what_is_online_and_keeps_the_draft(signed_in, editor, listing):
    drafts.move_item(editor, listing, listing.live[1], to=1, seen=drafts.token(listing, None))
    User.objects.filter(pk=editor.pk).update(role=Role.READER)

    board = html(signed_in.get("/"))

    assert listed(board, "datasets") == list(listing.live)
    assert "Front page online" in board
    assert "Review and publish" not in board
    assert "Nothing to publish" in html(signed_in.get("/review/"))
    User.objects.filter(pk=editor.pk).update(role=Role.EDITOR)
    assert listed(html(signed_in.get("/")), "datasets")[0] == listing.live[1]
