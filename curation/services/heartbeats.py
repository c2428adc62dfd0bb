"""Signs of life of what runs beside the web processes: when it last worked, and what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from curation.models import Heartbeat

if TYPE_CHECKING:
    from collections.abc import Mapping

RECONCILE = "reconcile"
VERIFY = "verify"


def beat(name: str, found: Mapping[str, Any]) -> None:
    """Remember that this has just been done, in the place of the time before."""
    Heartbeat.objects.update_or_create(
        name=name, defaults={"at": timezone.now(), "found": dict(found)}
    )


def watch_is_known() -> bool:
    """Tell whether a watch over the portal ever left its sign."""
    return Heartbeat.objects.filter(name=RECONCILE).exclude(found__every=None).exists()


def all_by_name() -> dict[str, Heartbeat]:
    """Return every heartbeat, in one query."""
    return {heartbeat.name: heartbeat for heartbeat in Heartbeat.objects.all()}
