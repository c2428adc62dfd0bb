"""What a provider says of a person, in the words of ProConnect and of Keycloak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of the columns that keep them (curation.models.User).
_LONGEST_NAME = 150
_LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as the provider describes them. Issuer and subject together say who it is."""

    issuer: str
    subject: str
    first_name: str
    last_name: str
    email: str
    groups: frozenset[str]

    @property
    def name(self) -> str:
        """The name that colleagues know."""
        return f"{self.first_name} {self.last_name}".strip()


def person_in(claims: Mapping[str, Any], groups_claim: str) -> Person:
    """Read verified claims (`iss` and `sub` are there); the rest may be missing or odd."""
    given = _text(claims, "given_name")
    # ProConnect: usual_name; Keycloak and the standard: family_name.
    family = _text(claims, "usual_name") or _text(claims, "family_name")
    if not (given or family):
        given = _text(claims, "name") or _text(claims, "preferred_username")
    email = _text(claims, "email")
    return Person(
        issuer=claims["iss"],
        subject=claims["sub"],
        first_name=(given or ("" if family else email))[:_LONGEST_NAME],
        last_name=family[:_LONGEST_NAME],
        email=email if len(email) <= _LONGEST_ADDRESS else "",
        groups=groups_in(claims, groups_claim),
    )


def groups_in(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """Return the groups of a claim: a list, or one text.

    A name with dots that is no claim leads inside: `realm_access.roles` of Keycloak.
    """
    value: Any = claims.get(name)
    if value is None:
        value = claims
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list):
        return frozenset()
    return frozenset(group for group in listed if isinstance(group, str))


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        return ""
    # PostgreSQL refuses a NUL; nothing that cannot be seen belongs into a name.
    return " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())
