"""The one table of who may do what."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from curation.accounts.roles import Permission, Role, may, require, role_of
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


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ([], Role.NONE),
        (["visitors"], Role.NONE),
        (["team"], Role.READER),
        (["front page"], Role.EDITOR),
        (["chiefs"], Role.EDITOR),
        (["team", "chiefs"], Role.EDITOR),
        (["team", "ops", "front page"], Role.ADMINISTRATOR),
        (["Front Page", "/front page", "front", "page", ""], Role.NONE),
    ],
)
def test_groups_give_the_highest_of_their_roles(settings, groups, role):
    settings.ROLE_READER_GROUPS = ["team"]
    settings.ROLE_EDITOR_GROUPS = ["front page", "chiefs"]
    settings.ROLE_ADMINISTRATOR_GROUPS = ["ops"]

    assert role_of(groups) is role


def test_groups_give_nothing_where_none_is_named():
    assert role_of(["", "editors", "administrators"]) is Role.NONE
