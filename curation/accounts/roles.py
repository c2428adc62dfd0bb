"""Who may do what: one table that views and services consult."""

from enum import StrEnum

from django.core.exceptions import PermissionDenied


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
