"""What the portal tells, as values: items, pages of items, the site, the owner of the key.

Everything here is made from untrusted JSON by a `from_portal` that never fails over an optional
field; it raises PortalUnreadable when the shape itself is another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from curation.domain.health import Facts
from curation.domain.selection import is_portal_id
from curation.portal import untrusted
from curation.portal.errors import PortalUnreadable

# A date of deletion that cannot be read is still a deletion.
_SOME_DAY = datetime(1970, 1, 1, tzinfo=UTC)

_NAMES = ("name", "acronym")  # of an organization


class ItemState(StrEnum):
    """What visitors of the portal see of an item: all of it, or why not."""

    VISIBLE = "visible"
    GONE = "gone"  # purged: the portal only remembers its id
    DELETED = "deleted"
    PRIVATE = "private"
    ARCHIVED = "archived"  # still has its page, no longer maintained


@dataclass(frozen=True, slots=True)
class Item:
    """A dataset, a reuse…: what a place of a listing shows.

    Texts are single lines, "" if unknown. `page` and `image` are safe to link to: http, https, or a
    path on our own host (sandbox). Counts are None where the portal gives none. Times are in UTC.
    """

    kind: str
    id: str
    title: str | None = None  # None: the portal no longer knows it
    slug: str = ""
    page: str = ""
    organization: str = ""  # its name, else the owner's
    acronym: str = ""  # of the organization
    image: str = ""
    views: int | None = None
    followers: int | None = None
    uses: int | None = None  # reuses of a dataset, datasets of a reuse
    updated_at: datetime | None = None
    created_at: datetime | None = None
    private: bool = False
    archived_at: datetime | None = None
    deleted_at: datetime | None = None
    description: str = ""
    frequency: str = ""  # declared by the producer of a dataset, in udata's words
    quality: float | None = None  # of a dataset's description, 0 to 1
    has_resources: bool | None = None  # of a dataset: whether there is anything to download
    has_picture: bool | None = None  # of its own; `image` may be the logo of its organization
    gone: bool = False  # purged, although we still know what it was called

    @property
    def state(self) -> ItemState:
        """What visitors see of it; the gravest reason first."""
        if self.gone or self.title is None:
            return ItemState.GONE
        if self.deleted_at:
            return ItemState.DELETED
        if self.private:
            return ItemState.PRIVATE
        return ItemState.ARCHIVED if self.archived_at else ItemState.VISIBLE

    @property
    def facts(self) -> Facts:
        """What the rules of health ask about it."""
        return Facts(
            is_gone=self.state is ItemState.GONE,
            is_deleted=self.deleted_at is not None,
            is_private=self.private,
            is_archived=self.archived_at is not None,
            datasets=self.uses if self.kind == "reuses" else None,
            has_resources=self.has_resources,
            has_picture=self.has_picture,
            quality=self.quality,
            frequency=self.frequency,
            updated_at=self.updated_at,
        )

    @classmethod
    def from_portal(cls, kind: str, data: object, base_url: str) -> Item:
        """Read one item of an answer; PortalUnreadable if it is no object with an id.

        `base_url` completes paths, see `untrusted.link`.
        """
        raw = _object(data)
        organization, owner = _maybe(raw, "organization"), _maybe(raw, "owner")
        metrics, quality = _maybe(raw, "metrics"), _maybe(raw, "quality")
        picture = untrusted.link(raw.get("image_thumbnail"), base_url)
        return cls(
            kind=kind,
            id=_id(raw),
            title=_title(raw),
            slug=untrusted.text(raw.get("slug")),
            page=untrusted.link(raw.get("page"), base_url),
            organization=untrusted.text(organization.get("name")) or _person(owner),
            acronym=untrusted.text(organization.get("acronym"), 50),
            image=_first_link(
                base_url,
                picture,
                raw.get("image_url"),
                organization.get("logo_thumbnail"),
                owner.get("avatar_thumbnail"),
            ),
            views=untrusted.count(metrics.get("views")),
            followers=untrusted.count(metrics.get("followers")),
            uses=untrusted.count(metrics.get("datasets" if kind == "reuses" else "reuses")),
            updated_at=untrusted.moment(raw.get("last_update"))
            or untrusted.moment(raw.get("last_modified")),
            created_at=untrusted.moment(raw.get("created_at")),
            private=raw.get("private") is True,
            archived_at=_since(raw.get("archived")),
            deleted_at=_since(raw.get("deleted")),
            description=untrusted.excerpt(raw.get("description_short"))
            or untrusted.excerpt(raw.get("description")),
            frequency=untrusted.text(raw.get("frequency"), 50),
            quality=untrusted.share(quality.get("score")),
            # udata leaves out every criterion of the resources where there are none.
            has_resources=quality.get("has_resources") is True if quality else None,
            has_picture=bool(picture) if "image_thumbnail" in raw else None,
        )

    def to_card(self) -> dict[str, object]:
        """Give the item as JSON, for our own storage."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_card(cls, card: Mapping[str, object]) -> Item:
        """Take back what `to_card` gave, from this version or another one with other fields."""
        values: dict[str, Any] = {f.name: card[f.name] for f in fields(cls) if f.name in card}
        for name in ("updated_at", "created_at", "archived_at", "deleted_at"):
            values[name] = untrusted.moment(values.get(name))
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search. `total` counts the items of all pages."""

    items: tuple[Item, ...] = ()
    total: int = 0
    page: int = 1
    has_next: bool = False

    @classmethod
    def from_portal(cls, kind: str, data: object, base_url: str, page: int) -> Page:
        """Read the answer to the request of page number `page`."""
        raw = _object(data)
        items = items_from_portal(kind, raw.get("data"), base_url)
        total = untrusted.count(raw.get("total")) or len(items)
        return cls(items=items, total=total, page=page, has_next=bool(raw.get("next_page")))


@dataclass(frozen=True, slots=True)
class Site:
    """The portal about itself. `version` is udata's, "" up to 10.8, which does not tell it."""

    id: str
    title: str
    version: str = ""
    metrics: Mapping[str, int] = field(default_factory=dict, hash=False)

    @classmethod
    def from_portal(cls, data: object) -> Site:
        """Read the answer; PortalUnreadable if it has neither id nor title."""
        raw = _object(data)
        counts = {untrusted.text(k): untrusted.count(v) for k, v in _maybe(raw, "metrics").items()}
        site = cls(
            id=untrusted.text(raw.get("id")),
            title=untrusted.text(raw.get("title")),
            version=untrusted.text(raw.get("version"), 30),
            metrics={name: number for name, number in counts.items() if number is not None},
        )
        if not (site.id or site.title):
            raise PortalUnreadable
        return site


@dataclass(frozen=True, slots=True)
class Identity:
    """The owner of the access key, and the roles that the portal gives them (`admin`)."""

    name: str
    roles: tuple[str, ...]

    @classmethod
    def from_portal(cls, data: object) -> Identity:
        """Read the answer."""
        raw = _object(data)
        roles = raw.get("roles")
        names = [untrusted.text(role) for role in roles] if isinstance(roles, list) else []
        return cls(name=_person(raw), roles=tuple(name for name in names if name))


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the portal, such as its catalogue in RDF, as received."""

    content_type: str
    content: bytes


def items_from_portal(kind: str, data: object, base_url: str) -> tuple[Item, ...]:
    """Read a list of items; PortalUnreadable if it is no list, or one of them is no item."""
    return tuple(Item.from_portal(kind, each, base_url) for each in _list(data))


def ids_from_portal(data: object) -> tuple[str, ...]:
    """Read a list of objects with ids, in its order, duplicates included."""
    return tuple(_id(_object(each)) for each in _list(data))


def organization_from_portal(data: object, name: str) -> str:
    """Return the id of the organization called `name`, else of the first; "" without any."""
    wanted = name.casefold()
    organizations = [_object(each) for each in _list(data)]
    organizations.sort(
        key=lambda each: (
            wanted not in (untrusted.text(each.get(field)).casefold() for field in _NAMES)
        )
    )
    return _id(organizations[0]) if organizations else ""


def _list(data: object) -> list[object]:
    if not isinstance(data, list):
        raise PortalUnreadable
    return data


def _object(data: object) -> dict[str, object]:
    if not isinstance(data, dict):
        raise PortalUnreadable
    return data


def _maybe(raw: dict[str, object], name: str) -> dict[str, object]:
    """Return an optional object, {} if it is absent, null or something else."""
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def _id(raw: dict[str, object]) -> str:
    value = raw.get("id")
    if not (isinstance(value, str) and is_portal_id(value)):
        raise PortalUnreadable
    return value


def _title(raw: dict[str, object]) -> str | None:
    """Return None for a purged item, else something to show."""
    if raw.get("title") is None:
        return None
    return untrusted.text(raw["title"]) or untrusted.text(raw.get("slug")) or _id(raw)


def _person(raw: dict[str, object]) -> str:
    names = untrusted.text(raw.get("first_name"), 100), untrusted.text(raw.get("last_name"), 100)
    return " ".join(name for name in names if name)


def _first_link(base_url: str, *values: object) -> str:
    return next((link for value in values if (link := untrusted.link(value, base_url))), "")


def _since(value: object) -> datetime | None:
    """Return since when; a mark whose date cannot be read still counts as one."""
    return untrusted.moment(value) or (_SOME_DAY if value else None)
