"""What the tests of publishing share: a draft to publish, and a look at the log."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from curation.domain.chain import Walk
from curation.models import OUTCOMES, Action, AuditEntry, Draft, Listing, User
from curation.portal.client import PortalClient
from curation.portal.transport import make_session
from curation.sandbox import ADMIN_KEY
from curation.services import audit, drafts, publishing
from tests.servers import sandbox_server

Publish = Callable[..., AuditEntry]


@pytest.fixture
def draft(editor: User, listing: Listing) -> Draft:
    """The editor moved the second dataset to the top."""
    draft = drafts.move_item(
        editor, listing, listing.live[1], to=1, seen=drafts.token(listing, None)
    ).draft
    assert draft
    return draft


@pytest.fixture
def publish(editor: User, listing: Listing, client_of_portal: PortalClient) -> Publish:
    """Return a function that publishes what the editor's page shows."""

    def publish(
        *,
        attempt=None,
        seen=None,
        by=editor,
        note="Parce que.",
        client=client_of_portal,
        accepted=(),
    ):
        current = Listing.objects.get(pk=listing.pk)
        return publishing.publish(
            by,
            current,
            seen=seen or drafts.token(current, drafts.draft_of(by, current)),
            attempt=attempt or uuid.uuid4(),
            note=note,
            client=client,
            accepted=accepted,
        )

    return publish


@dataclass(frozen=True)
class TruePortal:
    """The sandbox in its own process: its address, a client, and what it began with."""

    url: str
    client: PortalClient
    home: tuple[str, ...]
    others: tuple[str, ...]  # visible, and not on the homepage

    def live(self) -> tuple[str, ...]:
        """Return what the homepage shows."""
        return self.client.home_ids("datasets")

    def set_live(self, ids: tuple[str, ...]) -> None:
        """Let an outsider change the homepage."""
        self.client.put_home("datasets", ids)


@pytest.fixture(scope="session")
def sandbox_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the sandbox in a process of its own, with a database of its own."""
    with sandbox_server(tmp_path_factory.mktemp("portal")) as url:
        yield url


@pytest.fixture(scope="session")
def seeded_portal(sandbox_url: str) -> TruePortal:
    client = PortalClient(sandbox_url, session=make_session(), api_key=ADMIN_KEY)
    seed = requests.get(f"{sandbox_url}/__ctl__/seed", timeout=60).json()
    home = tuple(seed["home_datasets"])
    special = {item["id"] for item in seed["special"].values()}
    ids = [item["id"] for item in seed["datasets"]]
    return TruePortal(
        sandbox_url,
        client,
        home,
        tuple(each for each in ids if each not in special and each not in home),
    )


@pytest.fixture
def true_portal(seeded_portal: TruePortal) -> TruePortal:
    """Return the sandbox in its own process, with the datasets of its seed on the homepage."""
    if seeded_portal.live() != seeded_portal.home:
        seeded_portal.set_live(seeded_portal.home)
    return seeded_portal


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
