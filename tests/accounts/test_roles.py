"""The one table of who may do what."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from curation.accounts.roles import Permission, Role, may, require
from curation.models import User


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        (Role.NONE, set()),
        (Role.READER, {"view"}),
        (Role.EDITOR, {"view", "edit", "publish"}),
        (Role.ADMINISTRATOR, {"view", "edit", "publish", "administer"}),
    ],
)
def test_role_has_its_permissions_and_no_others(role, permissions):
    person = User(role=role)

    assert {permission for permission in Permission if may(person, permission)} == permissions


@pytest.mark.parametrize(
    "person",
    [AnonymousUser(), User(role="owner"), User(), None],
    ids=["anonymous", "unknown role", "no role", "nobody"],
)
def test_whoever_has_no_role_of_the_table_may_nothing(person):
    assert [permission for permission in Permission if may(person, permission)] == []


def test_role_of_the_database_counts(editor):
    editor.refresh_from_db()

    assert may(editor, Permission.PUBLISH)


def test_require_lets_pass_who_may():
    require(User(role=Role.EDITOR), Permission.PUBLISH)


def test_require_refuses_who_may_not():
    with pytest.raises(PermissionDenied):
        require(User(role=Role.READER), Permission.EDIT)
