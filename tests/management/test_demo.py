import pytest
from django.core.management import CommandError, call_command

from curation.models import AuditEntry


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "8000 "])
def test_a_port_that_cannot_be_is_refused_before_anything_is_done(db, port):
    with pytest.raises(CommandError, match="PORT must be a number from 1 to 65535"):
        call_command("demo", port=port)

    assert not AuditEntry.objects.exists()


def test_preparing_twice_tells_the_story_once(portal, capsys):
    call_command("demo", prepare_only=True)
    call_command("demo", prepare_only=True)

    assert capsys.readouterr().out.count("Demo history") == 1
