"""What the tests of publishing share: a draft to publish, and a look at the log."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from curation.domain.chain import Walk
from curation.models import OUTCOMES, Action, AuditEntry, Draft, Listing, User
from curation.portal.client import PortalClient
from curation.services import audit, drafts, publishing

Publish = Callable[..., AuditEntry]


@pytest.fixture
def draft(editor: User, listing: Listing) -> Draft:
    """The editor moved the second dataset to the top."""
    draft = drafts.move_item(
        editor, listing, listing.live[1], to=1, seen=drafts.token(listing, None)
    )
    assert draft
    return draft


@pytest.fixture
def publish(editor: User, listing: Listing, client_of_portal: PortalClient) -> Publish:
    """Return a function that publishes what the editor's page shows."""

    def publish(*, attempt=None, seen=None, by=editor, note="Parce que.", client=client_of_portal):
        current = Listing.objects.get(pk=listing.pk)
        return publishing.publish(
            by,
            current,
            seen=seen or drafts.token(current, drafts.draft_of(by, current)),
            attempt=attempt or uuid.uuid4(),
            note=note,
            client=client,
        )

    return publish


def actions() -> list[str]:
    """Return what the log holds, but the first readings."""
    entries = AuditEntry.objects.exclude(action=Action.LIVE_FIRST_READ)
    return list(entries.order_by("sequence").values_list("action", flat=True))


def log_is_sound() -> bool:
    """Tell whether the chain is whole and each attempt has exactly one outcome."""
    broken = audit.verify(Walk())
    started = AuditEntry.objects.filter(action=Action.PUBLISH_STARTED).values_list("attempt")
    return broken is None and all(
        AuditEntry.objects.filter(attempt=attempt, action__in=OUTCOMES).count() == 1
        for (attempt,) in started
    )


def let_the_lease_expire() -> None:
    """Make time pass for whoever holds a listing, or waits for what may still land."""
    Listing.objects.exclude(claim_expires_at=None).update(
        claim_expires_at=timezone.now() - timedelta(seconds=1)
    )
