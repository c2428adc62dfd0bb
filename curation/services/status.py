"""What the dashboard knows of its own health, without asking the portal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.utils import timezone

from curation import append_only
from curation.models import AuditEntry, Draft, Heartbeat, Listing
from curation.services import audit, heartbeats

if TYPE_CHECKING:
    from datetime import datetime

    from curation.domain.chain import Broken

# Few enough to be verified while somebody waits: a few milliseconds.
NEWEST = 200
# A watch that misses so many passes is taken for dead.
_MISSED = 3


@dataclass(frozen=True, slots=True)
class Log:
    """The audit log: its last entry, and how far it is known to be whole."""

    head: int
    recorded_at: datetime | None
    newest: int
    broken: Broken | None
    refuses_changes: bool
    is_sealed: bool
    verified: Heartbeat | None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that the status page tells before the portal answers."""

    listings: list[Listing]
    unsettled: list[AuditEntry]
    drafts: int
    log: Log
    reconciled: Heartbeat | None
    database: str

    @property
    def reconcile_is_late(self) -> bool:
        """Tell whether a watch that left a heartbeat has stopped since."""
        if self.reconciled is None or not self.reconciled.found.get("every"):
            return False
        pause = timedelta(seconds=self.reconciled.found["every"])
        return timezone.now() - self.reconciled.at > _MISSED * pause + timedelta(minutes=1)


def status() -> Status:
    """Read it all, at a cost that does not grow with the log."""
    heartbeat = heartbeats.all_by_name()
    return Status(
        listings=list(Listing.objects.all()),
        unsettled=list(AuditEntry.objects.unsettled().order_by("sequence")),
        drafts=Draft.objects.count(),
        log=_log(heartbeat.get(heartbeats.VERIFY)),
        reconciled=heartbeat.get(heartbeats.RECONCILE),
        database=_database(),
    )


def _log(verified: Heartbeat | None) -> Log:
    last = AuditEntry.objects.order_by("-sequence").values_list("sequence", "recorded_at").first()
    head, recorded_at = last or (0, None)
    newest, broken = audit.verify_newest(NEWEST)
    return Log(
        head=head,
        recorded_at=recorded_at,
        newest=newest,
        broken=broken,
        refuses_changes=append_only.is_installed(connection),
        is_sealed=bool(settings.AUDIT_KEY),
        verified=verified,
    )


def _database() -> str:
    """Name the database and its version, such as "PostgreSQL 17.2"."""
    version = ".".join(map(str, connection.get_database_version()))
    return f"{connection.display_name} {version}"
