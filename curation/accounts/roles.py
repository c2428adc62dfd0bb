"""Who may do what: one table that views and services consult."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from collections.abc import Iterable


class Role(StrEnum):
    """What a person is to the dashboard. No role, no access."""

    NONE = ""
    READER = "reader"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a page or an action asks for."""

    VIEW = "view"  # boards, history, items
    EDIT = "edit"  # drafts of one's own
    PUBLISH = "publish"  # the portal's lists
    ADMINISTER = "administer"  # accounts


_VIEW = frozenset({Permission.VIEW})
_CURATE = _VIEW | {Permission.EDIT, Permission.PUBLISH}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.NONE: frozenset(),
    Role.READER: _VIEW,
    Role.EDITOR: _CURATE,
    Role.ADMINISTRATOR: _CURATE | {Permission.ADMINISTER},
}


def may(person: object, permission: Permission) -> bool:
    """Tell whether a person (or an anonymous visitor, who has no role) has a permission."""
    role = getattr(person, "role", "")
    return role in PERMISSIONS and permission in PERMISSIONS[Role(role)]


def require(person: object, permission: Permission) -> None:
    """Raise PermissionDenied unless the person has the permission."""
    if not may(person, permission):
        raise PermissionDenied(permission)


def role_of(groups: Iterable[str]) -> Role:
    """Return the highest role that any of these groups gives (ROLE_*_GROUPS).

    Groups are compared as they are written: neither case nor a path is made alike.
    """
    member = set(groups)
    for role, giving in (
        (Role.ADMINISTRATOR, settings.ROLE_ADMINISTRATOR_GROUPS),
        (Role.EDITOR, settings.ROLE_EDITOR_GROUPS),
        (Role.READER, settings.ROLE_READER_GROUPS),
    ):
        if not member.isdisjoint(giving):
            return role
    return Role.NONE
