"""What happens to accounts is on record, and a flood of it is not one entry each."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from curation.accounts.roles import Role
from curation.domain.chain import Walk
from curation.models import Action, AuditEntry, RefusedSignIns
from curation.services import accounts, audit

CLAIRE = {"account": {"id": "claire", "name": "Claire Test"}}


def told() -> list[tuple[str, dict]]:
    """Return the actions and details of the log, oldest first."""
    return list(AuditEntry.objects.order_by("sequence").values_list("action", "detail"))


def later(minutes: float):
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


def test_sign_in_names_who_how_and_with_which_role(editor):
    entry = accounts.record_sign_in(editor)

    assert entry.actor == {"id": "claire", "name": "Claire Test", "via": "local"}
    assert (entry.action, entry.listing, entry.detail) == (
        Action.SIGNED_IN,
        "",
        {"role": "editor"},
    )


def test_refusal_names_the_account_and_nobody_as_its_author(editor):
    entry = accounts.record_refusal("local", editor)

    assert entry
    assert entry.actor == {"id": "", "name": "", "via": "local"}
    assert entry.detail == CLAIRE | {"attempts": 1}


def test_refusal_says_why_if_that_is_known(editor):
    entry = accounts.record_refusal("oidc", editor, reason="no-role")

    assert entry
    assert entry.detail == CLAIRE | {"attempts": 1, "reason": "no-role"}


def test_flood_of_refusals_is_one_entry_and_every_attempt_is_counted(editor):
    for _attempt in range(10):
        accounts.record_refusal("local", editor)
    with later(16):
        accounts.record_refusal("local", editor)
        accounts.record_refusal("local", editor)
        accounts.record_sign_in(editor)
        accounts.record_sign_in(editor)

    assert told() == [
        (Action.SIGN_IN_REFUSED, CLAIRE | {"attempts": 1}),
        (Action.SIGN_IN_REFUSED, CLAIRE | {"attempts": 10}),
        (Action.SIGNED_IN, {"role": "editor", "refused": 1}),
        (Action.SIGNED_IN, {"role": "editor"}),
    ]


def test_accounts_and_ways_in_are_counted_apart(editor, colleague):
    for _attempt in range(2):
        for via in ("local", "oidc"):
            for user in (editor, colleague, None):
                accounts.record_refusal(via, user)

    assert AuditEntry.objects.count() == 6
    assert set(RefusedSignIns.objects.values_list("untold", flat=True)) == {1}


@pytest.mark.parametrize(
    ("before", "role", "is_active", "change"),
    [
        (Role.READER, Role.EDITOR, True, ("reader", "editor")),
        (Role.NONE, Role.ADMINISTRATOR, True, ("", "administrator")),
        (Role.EDITOR, Role.EDITOR, False, ("editor", "")),
        (Role.EDITOR, Role.EDITOR, True, None),
        (Role.NONE, Role.EDITOR, False, None),
    ],
)
def test_change_of_role_is_told_if_it_is_one(
    editor, administrator, before, role, is_active, change
):
    editor.role, editor.is_active = role, is_active

    accounts.record_role_change(editor, before, by=audit.actor_of(administrator))

    roles = {"role": {"before": change[0], "after": change[1]}} if change else {}
    assert told() == ([(Action.ROLE_CHANGED, CLAIRE | roles)] if change else [])


def test_chain_goes_through_them(editor, settings):
    settings.AUDIT_KEY = "k" * 32
    accounts.record_sign_in(editor)
    accounts.record_refusal("local")
    accounts.record_role_change(editor, "", by=audit.nobody("proxy"))
    accounts.record_sign_out(editor)

    assert audit.verify(Walk(audit.keys())) is None
    assert AuditEntry.objects.count() == 4
