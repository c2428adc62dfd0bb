import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from curation.models import Action, AuditEntry, Heartbeat, Listing
from curation.sandbox import faults
from curation.sandbox.faults import Fault, What
from curation.services.reconcile import reconcile


def test_a_pass_notices_what_somebody_else_did(listing, portal, client_of_portal):
    portal.set_live("reuses", ())

    found = reconcile(client_of_portal)

    assert (found.settled, found.unsettled, dict(found.problems)) == ([], 0, {})
    assert AuditEntry.objects.get(action=Action.CHANGE_OUTSIDE).listing == "reuses"


def test_a_portal_that_does_not_answer_changes_nothing(listing, client_of_portal):
    with faults.switched_on(Fault(What.REFUSE, times=0)):
        found = reconcile(client_of_portal)

    assert set(found.problems) == {"datasets", "reuses"}
    assert Listing.objects.get(pk="datasets").live == listing.live


def test_a_pass_of_the_command_leaves_a_heartbeat(listing):
    call_command("reconcile")
    first = Heartbeat.objects.get()
    fault = Fault(What.REFUSE, path="/home/reuses/", times=0)
    with faults.switched_on(fault), pytest.raises(CommandError):
        call_command("reconcile")

    second = Heartbeat.objects.get()
    assert (first.name, first.found) == ("reconcile", {"every": None, "unread": []})
    assert second.found == {"every": None, "unread": ["reuses"]}
    assert first.at < second.at < timezone.now()


def test_a_look_at_the_board_is_no_heartbeat(signed_in, listing):
    signed_in.get("/live/")

    assert not Heartbeat.objects.exists()


def test_the_command_says_what_it_cannot_read(listing, capsys):
    with faults.switched_on(Fault(What.REFUSE, times=0)), pytest.raises(CommandError):
        call_command("reconcile")

    assert "datasets: " in capsys.readouterr().err


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_watch_needs_a_pause(listing, seconds):
    with pytest.raises(CommandError, match="above 0"):
        call_command("reconcile", watch=seconds)
