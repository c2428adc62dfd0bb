"""Bringing what we know in line with the portal: settle attempts, notice outside changes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from curation.models import AuditEntry, Listing
from curation.portal.errors import PortalError
from curation.services import listings, publishing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curation.portal.client import PortalClient

logger = logging.getLogger("curation.reconcile")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one pass found: attempts settled, attempts still open, lists that cannot be read."""

    settled: list[AuditEntry]
    unsettled: int
    problems: Mapping[str, PortalError]


def reconcile(client: PortalClient) -> Reconciled:
    """Settle the attempts that were left open, then read every list.

    Any number of processes may do this at once: each outcome and each outside change is recorded
    by one of them. A portal that does not answer is noted, and changes nothing.
    """
    settled = []
    unsettled = AuditEntry.objects.unsettled()
    for listing in Listing.objects.filter(pk__in=unsettled.values("listing")):
        try:
            outcome = publishing.settle(listing, client)
        except PortalError as error:
            logger.warning("reconcile listing=%s error=%s", listing.key, type(error).__name__)
        else:
            if outcome:
                settled.append(outcome)
    problems = {key: error for key, error in listings.refresh(client).items() if error}
    return Reconciled(
        settled=settled,
        unsettled=unsettled.count(),
        problems=problems,
    )
