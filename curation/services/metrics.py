"""The figures of `/metrics`, for Prometheus.

All come from the database, so that every process tells the same; none is counted from the log,
which may hold millions of entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from curation import __version__
from curation.models import OUTCOMES, AuditEntry, Draft, Listing, OpenAttempt, Tally
from curation.services import heartbeats

if TYPE_CHECKING:
    from collections.abc import Iterable

_PREFIX = "a_la_une_"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric with its samples: labels and value of each."""

    name: str
    kind: str
    help: str
    samples: tuple[tuple[dict[str, str], float], ...]


def exposition() -> str:
    """Return all metrics in Prometheus's text format, version 0.0.4."""
    return "".join(_lines(metric) for metric in collect())


def collect() -> list[Metric]:
    """Read the figures: a handful of small tables, and the last entry."""
    listings = list(Listing.objects.all())
    heartbeat = heartbeats.all_by_name().get(heartbeats.RECONCILE)
    head = AuditEntry.objects.order_by("-sequence").values_list("sequence", flat=True).first()
    each = [({"listing": listing.key}, listing) for listing in listings]
    metrics = [
        Metric("info", "gauge", "The product.", (({"version": __version__}, 1),)),
        Metric(
            "publications_total",
            "counter",
            "Publications by outcome.",
            tuple(_publications(listings)),
        ),
        Metric(
            "unsettled_attempts",
            "gauge",
            "Publications whose outcome is not known yet.",
            (({}, OpenAttempt.objects.count()),),
        ),
        Metric("drafts", "gauge", "Unpublished drafts.", (({}, Draft.objects.count()),)),
        Metric(
            "portal_reading_seconds_total",
            "counter",
            "Seconds spent reading each list of the portal.",
            tuple((labels, one.reading_milliseconds / 1000) for labels, one in each),
        ),
        Metric(
            "portal_readings_total",
            "counter",
            "How often each list of the portal was read.",
            tuple((labels, one.readings) for labels, one in each),
        ),
        Metric(
            "portal_reachable",
            "gauge",
            "Whether the last reading of each list succeeded.",
            tuple(
                (labels, float(one.unreachable_since is None))
                for labels, one in each
                if one.unreachable_since or one.checked_at
            ),
        ),
        Metric("log_head_sequence", "gauge", "The last audit entry.", (({}, head or 0),)),
    ]
    if heartbeat:
        age = (timezone.now() - heartbeat.at).total_seconds()
        metrics.append(
            Metric(
                "reconcile_age_seconds",
                "gauge",
                "Since the last pass of manage.py reconcile.",
                (({}, max(age, 0.0)),),
            )
        )
    return metrics


def _publications(listings: Iterable[Listing]) -> Iterable[tuple[dict[str, str], float]]:
    """Yield every outcome of every listing: one that never came is 0, not absent."""
    counts = {(tally.action, tally.listing): tally.count for tally in Tally.objects.all()}
    for listing in listings:
        for action in OUTCOMES:
            outcome = action.value.removeprefix("publish.")
            labels = {"listing": listing.key, "outcome": outcome}
            yield labels, counts.get((action.value, listing.key), 0)


def _lines(metric: Metric) -> str:
    """Write one metric. Labels are keys of ours, without anything to escape."""
    name = _PREFIX + metric.name
    lines = [f"# HELP {name} {metric.help}", f"# TYPE {name} {metric.kind}"]
    for labels, value in metric.samples:
        said = ",".join(f'{label}="{text}"' for label, text in labels.items())
        lines.append(f"{name}{{{said}}} {value}" if said else f"{name} {value}")
    return "\n".join(lines) + "\n"
