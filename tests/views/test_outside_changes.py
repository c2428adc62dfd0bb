"""What pages say of a change that was not made here."""

import uuid

import pytest
from django.utils import timezone

from curation.models import Action, AuditEntry
from curation.sandbox.models import KINDS
from curation.services import audit, drafts, listings
from tests.views.test_board import html

BY_SOMEBODY = "Changed outside this tool"
BY_ITSELF = "took it off the list by itself"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def delete(item_id):
    """Delete a dataset on the portal, which then drops it from its homepage."""
    dataset = KINDS["datasets"].objects.get(pk=item_id)
    dataset.delete_softly(timezone.now())
    return dataset


@pytest.mark.parametrize("page", ["/history/", "/history/{}/"])
def test_an_item_that_was_deleted_is_named(signed_in, listing, client_of_portal, page):
    gone = delete(listing.live[1])
    listings.refresh(client_of_portal)

    shown = html(signed_in.get(page.format(AuditEntry.objects.first().sequence)))

    assert f'{BY_ITSELF}: <q dir="auto">{gone.title}</q>' in shown
    assert BY_SOMEBODY not in shown


def test_what_somebody_took_off_besides_is_said_apart(signed_in, listing, portal, client_of_portal):
    delete(listing.live[0])
    portal.set_live("datasets", listing.live[2:])
    listings.refresh(client_of_portal)

    shown = html(signed_in.get("/history/"))

    assert BY_ITSELF in shown
    assert BY_SOMEBODY in shown


def test_other_changes_are_somebodys(signed_in, listing, portal, client_of_portal):
    portal.set_live("datasets", listing.live[::-1])
    listings.refresh(client_of_portal)

    shown = html(signed_in.get("/history/"))

    assert BY_SOMEBODY in shown
    assert BY_ITSELF not in shown


def test_a_list_that_landed_late_names_the_attempt(signed_in, listing):
    after = listing.live[::-1]
    audit.record(Action.PUBLISH_FAILED, actor=audit.SYSTEM, listing="datasets", after=after)
    failure = AuditEntry.objects.first()
    audit.record(
        Action.CHANGE_OUTSIDE,
        actor=audit.OUTSIDER,
        listing="datasets",
        before=listing.live,
        after=after,
        detail={"late": failure.sequence},
    )

    shown = html(signed_in.get("/history/"))

    assert f"the list of entry no. {failure.sequence}, which was given up" in shown
    assert BY_SOMEBODY not in shown


def attempted(editor, outcome, after):
    """Record an attempt to publish the datasets; return its outcome."""
    attempt, actor = uuid.uuid4(), audit.actor_of(editor)
    for action in (Action.PUBLISH_STARTED, outcome):
        entry = audit.record(action, actor=actor, listing="datasets", after=after, attempt=attempt)
    return entry


@pytest.fixture
def version(editor, colleague, listing):
    """The editor has a draft of a list that a colleague published. Return that entry."""
    drafts.move_item(editor, listing, listing.live[1], to=1, seen=drafts.token(listing, None))
    return attempted(colleague, Action.PUBLISH_SUCCEEDED, listing.live)


def test_the_front_page_is_a_version_until_it_is_changed_outside(
    signed_in, listing, version, portal, client_of_portal
):
    board, preview = (html(signed_in.get(page)) for page in ("/", "/preview/"))
    assert f"Version {version.sequence} online since" in board
    assert f"Compared with version {version.sequence} online" in preview

    portal.set_live("datasets", listing.live[::-1])
    listings.refresh(client_of_portal)
    board, preview = (html(signed_in.get(page)) for page in ("/", "/preview/"))

    assert "online since" not in board
    assert "Changed on the portal itself, seen on" in board
    assert f"The latest publication from here is version {version.sequence}, by Karim" in board
    assert "Compared with version" not in preview


@pytest.mark.parametrize("is_clear", [True, False])
def test_a_publication_that_never_was_sure_is_not_said_to_have_been_published(
    signed_in, colleague, listing, version, portal, client_of_portal, is_clear
):
    portal.set_live("datasets", listing.live[::-1])
    listings.refresh(client_of_portal)
    outcome = Action.PUBLISH_SUCCEEDED if is_clear else Action.PUBLISH_UNDETERMINED
    attempted(colleague, outcome, listing.live[::-1])

    page = html(signed_in.get("/review/"))

    assert ("Karim Test published version" in page) == is_clear
    assert ("Changed on the portal itself, seen" in page) != is_clear
