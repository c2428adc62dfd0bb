"""The figures: what they say, and that they cost the same however long the log."""

import re
import uuid
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.models import Action, AuditEntry, Heartbeat, Tally
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services import audit, listings, metrics
from curation.services.errors import NotPublished


def figures() -> dict[str, float]:
    """Return each sample by its name and labels, as Prometheus reads them."""
    lines = metrics.exposition().splitlines()
    samples = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return {name: float(value) for name, _, value in samples}


def test_a_fresh_database_has_every_outcome_at_nought(db):
    outcomes = {name: value for name, value in figures().items() if "publications" in name}

    assert len(outcomes) == 8
    assert set(outcomes.values()) == {0}
    assert figures()["a_la_une_log_head_sequence"] == 0
    assert "a_la_une_reconcile_age_seconds" not in figures()


def test_publications_are_counted_by_outcome(draft, publish):
    refusal = Fault(What.ANSWER, method="PUT", status=403)
    with faults.switched_on(refusal), pytest.raises(NotPublished):
        publish()
    publish()

    told = figures()
    assert told['a_la_une_publications_total{listing="datasets",outcome="succeeded"}'] == 1
    assert told['a_la_une_publications_total{listing="datasets",outcome="refused"}'] == 1
    assert told['a_la_une_publications_total{listing="reuses",outcome="succeeded"}'] == 0
    assert told["a_la_une_log_head_sequence"] == AuditEntry.objects.latest("sequence").sequence
    assert told["a_la_une_unsettled_attempts"] == 0
    assert told["a_la_une_drafts"] == 0


def test_the_tally_is_what_a_count_would_say(draft, publish):
    publish()

    counted = AuditEntry.objects.order_by().values_list("action", "listing")
    tallied = Tally.objects.values_list("action", "listing", "count")
    assert sorted(tallied) == sorted((*each, [*counted].count(each)) for each in {*counted})


def test_a_log_of_before_the_tally_is_counted_once_by_the_migration(draft, publish):
    publish()
    kept = sorted(Tally.objects.values_list("action", "listing", "count"))
    Tally.objects.all().delete()

    import_module("curation.migrations.0004_figures").count_entries(apps, None)

    assert sorted(Tally.objects.values_list("action", "listing", "count")) == kept


def test_an_entry_that_is_not_recorded_is_not_counted(db):
    audit.record(Action.CHANGE_OUTSIDE, actor=audit.OUTSIDER, listing="datasets")
    with pytest.raises(ValueError, match="Out of range"):
        audit.record(
            Action.CHANGE_OUTSIDE,
            actor=audit.OUTSIDER,
            listing="datasets",
            detail={"unwritable": float("nan")},
        )

    assert [tally.count for tally in Tally.objects.all()] == [1]


def test_drafts_and_unsettled_attempts(draft):
    audit.record(
        Action.PUBLISH_STARTED,
        actor=audit.SYSTEM,
        listing="reuses",
        attempt=uuid.UUID(int=7),
    )

    assert figures()["a_la_une_drafts"] == 1
    assert figures()["a_la_une_unsettled_attempts"] == 1


def test_readings_of_the_portal(listing, client_of_portal):
    listings.refresh(client_of_portal)
    with faults.switched_on(Fault(What.REFUSE, path="/home/reuses/", times=0)):
        listings.refresh(client_of_portal)

    told = figures()
    assert told['a_la_une_portal_readings_total{listing="datasets"}'] == 3
    assert told['a_la_une_portal_readings_total{listing="reuses"}'] == 2
    assert told['a_la_une_portal_reading_seconds_total{listing="datasets"}'] >= 0
    assert told['a_la_une_portal_reachable{listing="datasets"}'] == 1
    assert told['a_la_une_portal_reachable{listing="reuses"}'] == 0


def test_age_of_the_last_pass(listing):
    call_command("reconcile")
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=5))

    assert figures()["a_la_une_reconcile_age_seconds"] == pytest.approx(300, abs=30)


def test_nothing_is_counted_from_the_log(draft, publish):
    publish()

    with CaptureQueriesContext(
        connection,
    ) as queries:
        metrics.exposition()

    of_log = [query["sql"] for query in queries if '"curation_auditentry"' in query["sql"]]
    assert len(queries) == 6
    assert len(of_log) == 1
    assert of_log[0].endswith("LIMIT 1")


def test_the_format_is_prometheus(listing):
    text = metrics.exposition()

    line = r"# (HELP|TYPE) a_la_une_\w+ .+|a_la_une_\w+({\w+=\"[^\"]*\"(,\w+=\"[^\"]*\")*})? [\d.]+"
    assert [each for each in text.splitlines() if not re.fullmatch(line, each)] == []
    assert text.endswith("\n")
