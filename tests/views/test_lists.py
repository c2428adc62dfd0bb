import re

import pytest
from django.utils.html import escape

from curation.models import Draft, KnownItem, Listing
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import drafts
from tests.views.test_board import html, listed


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def seen(editor, listing):
    """The token of the page that the editor looks at."""

    def seen() -> str:
        listing.refresh_from_db()
        return drafts.token(listing, drafts.draft_of(editor, listing))

    return seen


def url(item_id: str, action: str, key: str = "datasets") -> str:
    return f"/lists/{key}/items/{item_id}/{action}/"


STEPS = ["move", "remove", "restore", "add"]


@pytest.fixture
def step(listing, portal, seen):
    """Return a function that says what to post for a step that can be done."""

    def step(action: str) -> tuple[str, dict[str, object]]:
        if action == "add":
            return url(portal.unlisted("datasets")[0], "add"), {"version": seen()}
        data: dict[str, object] = {"version": seen()}
        if action == "move":
            data["to"] = 1
        return url(listing.live[2], action), data

    return step


def do(browser, step, action, *, htmx=False):
    if action == "restore":  # what was removed before
        address, data = step("remove")
        browser.post(address, data)
    address, data = step(action)
    return (browser.htmx_post(address, **data) if htmx else browser.post(address, data)), data


@pytest.mark.parametrize("action", STEPS)
def test_a_step_works_as_a_plain_form(signed_in, listing, step, action):
    response, _ = do(signed_in, step, action)

    assert response.status_code == 302
    assert response.headers["Location"] == "/"
    assert Draft.objects.exists() == (action != "restore")


@pytest.mark.parametrize("action", STEPS)
def test_a_step_by_htmx_answers_with_the_true_state(signed_in, listing, portal, step, action):
    response, _ = do(signed_in, step, action, htmx=True)

    fragment = html(response)
    draft = Draft.objects.first()
    assert response.status_code == 200
    assert "<html" not in fragment
    assert listed(fragment, "datasets") == list(draft.selection if draft else listing.live)
    assert 'id="reuses-list"' not in fragment
    assert 'id="dock"' in fragment


@pytest.mark.parametrize("action", STEPS)
def test_a_stale_page_is_refused_and_shown_afresh(signed_in, editor, listing, step, action):
    address, data = step(action)
    other_tab = drafts.move_item(
        editor, listing, listing.live[4], to=1, seen=str(data["version"])
    ).draft

    response = signed_in.htmx_post(address, **data)

    fragment = html(response)
    assert response.status_code == 409
    assert "This list changed since the page showed it" in fragment
    assert listed(fragment, "datasets") == list(other_tab.selection)
    assert Draft.objects.get().selection == other_tab.selection


@pytest.mark.parametrize("action", STEPS)
@pytest.mark.parametrize("who", ["reader", "outsider"])
def test_a_step_needs_the_right_to_edit(request, browser_of, step, action, who):
    address, data = step(action)

    response = browser_of(request.getfixturevalue(who)).post(address, data)

    assert response.status_code == 403
    assert not Draft.objects.exists()


@pytest.mark.parametrize("action", STEPS)
def test_a_step_is_a_post(signed_in, step, action):
    address, _ = step(action)

    assert signed_in.get(address).status_code == 405


def test_an_expired_session_leads_back_to_the_board(client, listing, step):
    address, data = step("move")

    response = client.post(
        address,
        data,
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/?check=1"},
    )

    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == "/sign-in/?next=/%3Fcheck%3D1"
    page = client.get(response.headers["HX-Redirect"]).content.decode()
    assert "Your session is over. What was saved is kept" in page


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("", "/"),
        ("/?check=1", "/?check=1"),
        ("/preview/", "/preview/"),
        ("/review/", "/review/"),
        ("/review/publish/", "/review/"),
        ("/review/merge/datasets/adopt/", "/review/"),
    ],
)
def test_an_expired_session_leads_a_plain_form_back_to_a_page(
    client, editor, listing, step, came_from, leads_to
):
    address, data = step("move")
    referer = came_from and f"http://testserver{came_from}"

    response = client.post(address, data, headers={"Referer": referer}, follow=True)

    assert "Your session is over. What was saved is kept" in html(response)
    (entrance, _), *_ = response.redirect_chain
    response = client.post(entrance, {"username": "claire", "password": "claire"}, follow=True)
    assert response.status_code == 200
    assert response.redirect_chain[0][0] == leads_to


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_page_of_somebody_else_is_loaded_anew(signed_in, editor, colleague, step, method):
    address, data = step("move")

    def ask(person):
        headers = {"HX-Request": "true", "X-Person": str(person.pk)}
        if method == "get":
            return signed_in.get("/live/", headers=headers)
        return signed_in.post(address, data, headers=headers)

    response = ask(colleague)

    assert response.headers["HX-Refresh"] == "true"
    assert not response.content
    assert not Draft.objects.exists()
    assert "Another person signed in here. What was saved is kept" in html(signed_in.get("/"))
    assert "HX-Refresh" not in ask(editor)


@pytest.mark.parametrize(
    ("place", "by", "order"), [(2, -1, (1, 0, 2)), (2, 1, (0, 2, 1)), (1, -1, (0, 1, 2))]
)
def test_the_buttons_of_a_row_move_it_by_a_place(
    signed_in, editor, listing, seen, place, by, order
):
    """A row is the same at every place: it does not say where its buttons lead."""
    signed_in.post(url(listing.live[place - 1], "move"), {"version": seen(), "by": by})

    draft = drafts.draft_of(editor, listing)
    expected = (*(listing.live[index] for index in order), *listing.live[3:])
    assert (draft.selection if draft else listing.live) == expected


@pytest.mark.parametrize("by", ["0", "2", "--1", "1.0", "x"])
def test_a_row_moves_by_one_place_and_no_other(signed_in, listing, seen, by):
    response = signed_in.post(url(listing.live[1], "move"), {"version": seen(), "by": by})

    assert response.status_code == 400
    assert not Draft.objects.exists()


@pytest.mark.parametrize("to", ["", "up", "-1", "1.5", "٣", "9" * 30])
def test_a_position_that_is_no_number_changes_nothing(signed_in, listing, seen, to):
    response = signed_in.post(url(listing.live[1], "move"), {"version": seen(), "to": to})

    assert response.status_code == 400
    assert not Draft.objects.exists()


@pytest.mark.parametrize("item_id", ["nope", "f" * 24, "0", "a" * 300])
@pytest.mark.parametrize("action", STEPS)
def test_an_id_that_nobody_knows_gets_a_sentence(signed_in, seen, listing, item_id, action):
    response = signed_in.htmx_post(url(item_id, action), version=seen(), to=1)

    assert response.status_code == 422
    assert 'role="alert"' in html(response)
    assert listed(html(response), "datasets") == list(listing.live)
    assert not Draft.objects.exists()


def test_an_unknown_list_is_not_found(signed_in, listing, seen):
    response = signed_in.post(url(listing.live[0], "remove", "dataservices"), {"version": seen()})

    assert response.status_code == 404


def test_adding_twice_says_where_it_is(signed_in, listing, seen):
    response = signed_in.htmx_post(url(listing.live[2], "add"), version=seen())

    assert response.status_code == 422
    assert "already in the list, position 3" in html(response)


def test_adding_when_the_portal_does_not_answer_keeps_the_draft(
    signed_in, editor, listing, portal, seen
):
    drafts.remove_item(editor, listing, listing.live[0], seen=seen())
    (new,) = portal.unlisted("datasets")

    with faults.switched_on(Fault(What.REFUSE, times=0)):
        response = signed_in.htmx_post(url(new, "add"), version=seen())

    assert response.status_code == 502
    assert "The portal cannot be reached. Nothing was changed, and your draft is kept" in html(
        response
    )
    assert Draft.objects.get().selection == listing.live[1:]


def test_discarding_asks_first(signed_in, editor, listing, seen):
    drafts.remove_item(editor, listing, listing.live[0], seen=seen())

    question = html(signed_in.get("/discard/"))

    assert "1 change that is not published goes away. “Undo” brings it back" in question
    assert Draft.objects.count() == 1


def test_discarding_what_cannot_come_back_says_so(signed_in, editor, listing, seen):
    drafts.remove_item(editor, listing, listing.live[0], seen=seen())
    Listing.objects.filter(pk=listing.pk).update(known=listing.live[:3], revision=9)

    assert "You lose 1 change" in html(signed_in.get("/discard/"))


def test_discarding_removes_the_draft_that_was_shown(signed_in, editor, listing, seen):
    drafts.remove_item(editor, listing, listing.live[0], seen=seen())

    response = signed_in.post("/discard/", {"version-datasets": seen()})

    assert response.status_code == 302
    assert not Draft.objects.exists()


def test_discarding_keeps_a_draft_that_went_on_in_another_tab(signed_in, editor, listing, seen):
    drafts.remove_item(editor, listing, listing.live[0], seen=seen())
    shown = seen()
    drafts.remove_item(editor, listing, listing.live[1], seen=shown)

    response = signed_in.post("/discard/", {"version-datasets": shown}, follow=True)

    assert Draft.objects.get().selection == listing.live[2:]
    assert "This list changed since the page showed it" in html(response)


def test_discarding_what_is_gone_claims_nothing(signed_in, editor, listing, seen):
    drafts.remove_item(editor, listing, listing.live[0], seen=seen())
    shown = seen()
    drafts.discard(editor, {listing.key: shown})
    reuses = Listing.objects.get(pk="reuses")
    drafts.remove_item(editor, reuses, reuses.live[0], seen=drafts.token(reuses, None))

    page = html(signed_in.post("/discard/", {"version-datasets": shown}, follow=True))

    assert Draft.objects.get().listing_id == "reuses"
    assert "There is no draft to discard." in page
    assert "Your draft is discarded." not in page


WAYS = ["undo", "redo"]


@pytest.fixture
def walked(editor, listing, seen):
    """Take an item out, and take that back if the next step is to make it again."""

    def walked(way: str) -> dict[str, object]:
        drafts.remove_item(editor, listing, listing.live[2], seen=seen())
        if way == "redo":
            drafts.undo(editor, listing, seen=seen())
        return {"version": seen()}

    return walked


@pytest.mark.parametrize("way", WAYS)
def test_going_back_and_forth_works_as_a_plain_form(signed_in, listing, walked, way):
    response = signed_in.post(f"/lists/datasets/{way}/", walked(way))

    assert response.status_code == 302
    assert response.headers["Location"] == "/"
    assert Draft.objects.exists() == (way == "redo")


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("undo", "Undone: “{title}” is at position 3."),
        ("redo", "Redone: “{title}” is not in the list."),
    ],
)
def test_going_back_and_forth_says_what_it_did(signed_in, listing, walked, way, said):
    response = signed_in.htmx_post(f"/lists/datasets/{way}/", **walked(way))

    fragment = html(response)
    title = KnownItem.objects.get(portal_id=listing.live[2]).card["title"]
    assert response.status_code == 200
    assert "<html" not in fragment
    assert escape(said.format(title=title)) in fragment
    assert (listing.live[2] in listed(fragment, "datasets")) == (way == "undo")


def test_undoing_several_changes_at_once_counts_them(signed_in, editor, listing, seen):
    for item_id in listing.live[:3]:
        drafts.remove_item(editor, listing, item_id, seen=seen())
    drafts.discard(editor, {listing.key: seen()})

    fragment = html(signed_in.htmx_post("/lists/datasets/undo/", version=seen()))

    assert "Undone: 3 items changed." in fragment
    assert listed(fragment, "datasets") == list(listing.live[3:])


@pytest.mark.parametrize("way", WAYS)
def test_going_nowhere_gets_a_sentence(signed_in, listing, seen, way):
    response = signed_in.htmx_post(f"/lists/datasets/{way}/", version=seen())

    assert response.status_code == 422
    assert "nothing to undo or redo" in html(response)


@pytest.mark.parametrize("way", WAYS)
def test_going_back_and_forth_from_a_stale_page_is_refused(
    signed_in, editor, listing, walked, way, seen
):
    data = walked(way)
    drafts.move_item(editor, listing, listing.live[4], to=1, seen=seen())
    other_tab = Draft.objects.get().selection

    response = signed_in.htmx_post(f"/lists/datasets/{way}/", **data)

    assert response.status_code == 409
    assert listed(html(response), "datasets") == list(other_tab)


@pytest.mark.parametrize("way", WAYS)
def test_going_back_and_forth_is_a_post_of_an_editor(signed_in, browser_of, reader, walked, way):
    data = walked(way)

    assert signed_in.get(f"/lists/datasets/{way}/").status_code == 405
    assert browser_of(reader).post(f"/lists/datasets/{way}/", data).status_code == 403


def test_the_board_undoes_the_last_gesture_whatever_the_list(signed_in, editor, listing, seen):
    reuses = Listing.objects.get(pk="reuses")
    drafts.remove_item(editor, listing, listing.live[0], seen=seen())
    drafts.remove_item(editor, reuses, reuses.live[0], seen=drafts.token(reuses, None))

    page = html(signed_in.get("/"))
    assert 'formaction="/lists/reuses/undo/"' in page
    assert re.search(r'id="redo"[^>]*aria-disabled="true"', page)

    signed_in.post(
        "/lists/reuses/undo/", {"version": drafts.token(reuses, drafts.draft_of(editor, reuses))}
    )
    page = html(signed_in.get("/"))

    assert 'formaction="/lists/datasets/undo/"' in page
    assert 'formaction="/lists/reuses/redo/"' in page


def test_a_reader_has_nothing_to_undo(browser_of, reader, listing):
    assert 'id="undo"' not in html(browser_of(reader).get("/"))


SEVERAL = {"move": {"to": 1}, "remove": {}}


@pytest.mark.parametrize("way", SEVERAL)
def test_several_at_once_work_as_a_plain_form(signed_in, listing, seen, way):
    third, fifth = listing.live[2], listing.live[4]

    response = signed_in.post(
        f"/lists/datasets/{way}/", {"version": seen(), "item": [third, fifth], **SEVERAL[way]}
    )

    selection = Draft.objects.get().selection
    assert response.status_code == 302
    assert response.headers["Location"] == "/"
    assert selection[:2] == ((third, fifth) if way == "move" else listing.live[:2])
    assert len(selection) == len(listing.live) - (0 if way == "move" else 2)


@pytest.mark.parametrize("way", SEVERAL)
def test_several_at_once_by_htmx_answer_with_the_list(signed_in, listing, seen, way):
    response = signed_in.htmx_post(
        f"/lists/datasets/{way}/", version=seen(), item=listing.live[2:4], **SEVERAL[way]
    )

    assert response.status_code == 200
    assert listed(html(response), "datasets") == list(Draft.objects.get().selection)


@pytest.mark.parametrize("way", SEVERAL)
def test_none_at_once_gets_a_sentence(signed_in, listing, seen, way):
    response = signed_in.htmx_post(f"/lists/datasets/{way}/", version=seen(), **SEVERAL[way])

    assert response.status_code == 422
    assert "No item is selected." in html(response)


@pytest.mark.parametrize("way", SEVERAL)
def test_several_from_a_stale_page_are_refused(signed_in, editor, listing, seen, way):
    old = seen()
    drafts.remove_item(editor, listing, listing.live[0], seen=old)

    response = signed_in.htmx_post(
        f"/lists/datasets/{way}/", version=old, item=listing.live[2:4], **SEVERAL[way]
    )

    assert response.status_code == 409
    assert Draft.objects.get().selection == listing.live[1:]


@pytest.mark.parametrize("to", ["", "up", "-1"])
def test_several_need_a_position(signed_in, listing, seen, to):
    response = signed_in.post(
        "/lists/datasets/move/", {"version": seen(), "item": listing.live[:2], "to": to}
    )

    assert response.status_code == 400
    assert not Draft.objects.exists()


def test_the_question_for_a_position_is_a_page_and_a_dialog(signed_in, listing):
    address = f"/lists/datasets/items/{listing.live[2]}/place/"

    page, fragment = html(signed_in.get(address)), html(signed_in.htmx_get(address))

    for text in (page, fragment):
        assert "Position, from 1 to 9" in text
        assert f'action="{url(listing.live[2], "move")}"' in text
        assert 'value="3"' in text
    assert "<html" in page
    assert "<html" not in fragment


def test_there_is_no_question_for_what_is_not_listed(signed_in, listing, portal):
    (new,) = portal.unlisted("datasets")

    assert signed_in.get(f"/lists/datasets/items/{new}/place/").status_code == 404


TOLD = {
    "move": "moved to position 1.",
    "remove": "removed from the list.",
    "restore": "is back at position 3.",
    "add": "added at position 10.",
}


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "form"])
@pytest.mark.parametrize("action", STEPS)
def test_a_step_is_told_with_the_way_back(signed_in, listing, step, action, htmx):
    response, _ = do(signed_in, step, action, htmx=htmx)
    shown = html(response if htmx else signed_in.get("/"))

    toast = shown.partition('id="toast"')[2].partition("</aside>")[0]
    assert TOLD[action] in toast
    assert 'formaction="/lists/datasets/undo/"' in toast
    assert 'role="alert"' not in shown


def test_what_moves_to_where_it_is_is_no_step_to_undo(signed_in, listing, seen):
    signed_in.htmx_post(url(listing.live[3], "remove"), version=seen())

    response = signed_in.htmx_post(url(listing.live[0], "move"), version=seen(), to=1)

    assert 'id="toast"' in html(response)
    assert "toast-walk" not in html(response)


@pytest.mark.parametrize(
    ("way", "words"), [("move", "2 items moved."), ("remove", "2 items removed.")]
)
def test_several_are_told_by_their_number(signed_in, listing, seen, way, words):
    response = signed_in.htmx_post(
        f"/lists/datasets/{way}/", version=seen(), to=1, item=listing.live[3:5]
    )

    assert words in html(response)


def test_a_step_back_offers_the_way_forth_and_shows_its_rows(signed_in, listing, seen):
    signed_in.htmx_post(url(listing.live[3], "remove"), version=seen())

    fragment = html(signed_in.htmx_post("/lists/datasets/undo/", version=seen()))

    toast = fragment.partition('id="toast"')[2].partition("</aside>")[0]
    assert f'data-changed="datasets-{listing.live[3]} "' in toast
    assert 'formaction="/lists/datasets/redo/"' in toast


def test_no_way_back_is_offered_from_a_discarded_draft_that_was_outdated(
    signed_in, listing, portal, seen
):
    signed_in.htmx_post(url(listing.live[3], "remove"), version=seen())
    portal.set_live("datasets", listing.live[1:])
    signed_in.get("/live/")

    signed_in.post("/discard/", {"version-datasets": seen()})

    assert "Your draft is discarded." in (shown := html(signed_in.get("/")))
    assert "toast-walk" not in shown
