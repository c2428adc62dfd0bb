"""The JSON objects of udata's API, field by field (see masks.Fields)."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from curation.sandbox.masks import Fields, Mask, Trimmed
from curation.sandbox.models import KINDS, Account, AnyItem, Dataset, Organization, Reuse

_PERSONAL_METRICS = ("dataservices", "datasets", "followers", "following", "reuses")
_CRITERIA = (
    "has_resources",
    "license",
    "update_frequency",
    "dataset_description_quality",
    "has_open_format",
    "all_resources_available",
    "resources_documentation",
    "temporal_coverage",
    "spatial",
)
_CRITERIA_OF_RESOURCES = (
    "has_resources",
    "has_open_format",
    "all_resources_available",
    "resources_documentation",
)
_BASIC: Mask = {"id": {}, "title": {}, "uri": {}, "page": {}}


class Crash(Exception):
    """What udata did not expect either: it answers 500."""


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses on the portal, all of them beginning with `root` (no final slash)."""

    root: str

    def page(self, kind: str, slug: str) -> str:
        """Return the address of a page for visitors."""
        return f"{self.root}/{kind}/{slug}/"

    def api(self, path: str, version: int = 1) -> str:
        """Return an address of the API."""
        return f"{self.root}/api/{version}/{path}"

    def picture(self, item: Reuse) -> str:
        """Return the address of a reuse's picture."""
        return f"{self.root}/images/{item.id}.svg"

    def logo(self, organization: Organization) -> str:
        """Return the address of an organization's logo."""
        return f"{self.root}/logos/{organization.id}.svg"


@dataclass(frozen=True, slots=True)
class Shapes:
    """The objects as one caller sees them."""

    links: Links
    caller: Account | None

    def item(self, item: AnyItem) -> Fields:
        """Return a dataset or a reuse."""
        return self.dataset(item) if isinstance(item, Dataset) else self.reuse(item)

    def dataset(self, item: Dataset, version: int = 1) -> Fields:
        """Return a dataset; version 2 of the API only links to its resources."""
        shape = self._common(item) | {
            "acronym": item.acronym or None,
            "contact_points": [],
            "description_short": None,
            "frequency": item.frequency,
            "frequency_date": None,
            "harvest": None,
            "internal": {
                "created_at_internal": moment(item.created_at),
                "last_modified_internal": moment(item.last_modified),
            },
            "last_update": moment(item.last_update),
            "license": item.license,
            "metrics": {
                "dataservices": 0,
                "discussions": item.discussions,
                "discussions_open": 0,
                "followers": item.followers,
                "followers_by_months": 0,
                "resources_downloads": item.downloads,
                "reuses": item.reuses,
                "reuses_by_months": {},
                "views": item.views,
            },
            "permissions": lambda: self._permissions(item, "delete", "edit", "edit_resources"),
            "quality": lambda: _quality(item),
            "spatial": None,
            "temporal_coverage": None,
        }
        if version == 1:
            return shape | {
                "community_resources": Trimmed([]),
                "resources": lambda: [self._resource(item, n) for n in range(item.resources)],
                "schema": None,
            }
        files = self.links.api(f"datasets/{item.id}/resources/", 2)
        community = self.links.api(f"datasets/community_resources/?dataset={item.id}")
        return shape | {
            "community_resources": _link(f"{community}&page=1&page_size=50", 0),
            "resources": _link(f"{files}?page=1&page_size=50", item.resources),
        }

    def reuse(self, item: Reuse) -> Fields:
        """Return a reuse; asked for by name, its datasets come whole."""
        return self._common(item) | {
            "datasets": Trimmed(lambda: self._datasets_of(item), _BASIC),
            "featured": item.featured or None,
            "image": self.links.picture(item),
            "image_thumbnail": self.links.picture(item),
            "metrics": {
                "datasets": len(item.datasets),
                "discussions": 0,
                "followers": item.followers,
                "views": item.views,
            },
            "permissions": lambda: self._permissions(item, "delete", "edit"),
            "topic": item.topic,
            "type": item.type,
            "url": item.url,
        }

    def gone(self, kind: str, item_id: str) -> Fields:
        """Return what is left of an item that was purged while the homepage listed it."""
        model = KINDS[kind]
        shape: dict[str, Any] = dict.fromkeys(self.item(model(id=item_id)))
        shape |= {"id": item_id, "page": _crash, "uri": _crash}
        if model is Reuse:
            return shape | {"permissions": _crash}
        return shape | {
            "community_resources": Trimmed(None),
            "frequency": "unknown",
            "internal": {"created_at_internal": None, "last_modified_internal": None},
            "license": "notspecified",
            "metrics": _crash,
            "permissions": {"delete": None, "edit": None, "edit_resources": None},
        }

    def suggestion(self, item: AnyItem) -> Fields:
        """Return an item as suggested to somebody who types."""
        shape: dict[str, Any] = {
            "id": item.id,
            "page": self.links.page(item.kind, item.slug),
            "slug": item.slug,
            "title": item.title,
        }
        if isinstance(item, Dataset):
            logo = self.links.logo(item.organization) if item.organization else None
            return shape | {"acronym": item.acronym or None, "image_url": logo}
        return shape | {"image_url": self.links.picture(item)}

    def organization_suggestion(self, organization: Organization) -> Fields:
        """Return an organization as suggested to somebody who types."""
        return {
            "id": organization.id,
            "name": organization.name,
            "acronym": organization.acronym or None,
            "slug": organization.slug,
            "image_url": self.links.logo(organization),
            "page": self.links.page("organizations", organization.slug),
        }

    def me(self, account: Account) -> Fields:
        """Return the owner of the key, the key in clear included."""
        organizations = [account.organization] if account.organization else []
        shape = self._account(account) | {
            "about": None,
            "active": account.is_active,
            "apikey": account.key,
            "email": f"{account.slug}@example.org",
            "last_login_at": None,
            "metrics": dict.fromkeys(_PERSONAL_METRICS, 0),
            "organizations": [self._organization(each) for each in organizations],
            "roles": ["admin"] if account.is_admin else [],
            "since": "2020-01-01T00:00:00+00:00",
            "website": None,
        }
        del shape["class"]
        return shape

    def may_edit(self, item: AnyItem) -> bool:
        """Say whether the caller may change an item, and see it when visitors do not."""
        if self.caller is None or self.caller.is_deleted:
            return False
        if self.caller.is_admin or item.owner_id == self.caller.id:
            return True
        return item.organization_id is not None and (
            item.organization_id == self.caller.organization_id
        )

    def _common(self, item: AnyItem) -> dict[str, Any]:
        return {
            "archived": moment(item.archived),
            "badges": [{"kind": kind} for kind in item.badges],
            "created_at": moment(item.created_at),
            "deleted": moment(item.deleted),
            "description": item.description,
            "extras": {},
            "featured": item.featured,
            "id": item.id,
            "last_modified": moment(item.last_modified),
            "organization": self._organization(item.organization),
            "owner": self._account(item.owner) if item.owner else None,
            "page": self.links.page(item.kind, item.slug),
            "private": item.private,
            "slug": item.slug,
            "tags": item.tags,
            "title": item.title,
            "uri": self.links.api(f"{item.kind}/{item.slug}/"),
        }

    def _permissions(self, item: AnyItem, *names: str) -> dict[str, bool]:
        return dict.fromkeys(names, self.may_edit(item))

    def _datasets_of(self, item: Reuse) -> list[Fields]:
        found = Dataset.objects.select_related("organization", "owner").in_bulk(item.datasets)
        return [self.dataset(found[each]) for each in item.datasets if each in found]

    def _organization(self, organization: Organization | None) -> Fields | None:
        if organization is None:
            return None
        return {
            "acronym": organization.acronym or None,
            "badges": [{"kind": kind} for kind in organization.badges],
            "class": "Organization",
            "id": organization.id,
            "logo": self.links.logo(organization),
            "logo_thumbnail": self.links.logo(organization),
            "name": organization.name,
            "page": self.links.page("organizations", organization.slug),
            "slug": organization.slug,
            "uri": self.links.api(f"organizations/{organization.slug}/"),
        }

    def _account(self, account: Account) -> dict[str, Any]:
        return {
            "avatar": None,
            "avatar_thumbnail": None,
            "class": "User",
            "first_name": account.first_name,
            "id": account.id,
            "last_name": account.last_name,
            "page": self.links.page("users", account.slug),
            "slug": account.slug,
            "uri": self.links.api(f"users/{account.slug}/"),
        }

    def _resource(self, item: Dataset, number: int) -> Fields:
        resource_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{item.id}/{number}"))
        formats = item.formats or ["csv"]
        extension = formats[number % len(formats)]
        at = moment(item.last_update)
        return {
            "checksum": {"type": "sha1", "value": uuid.UUID(resource_id).hex},
            "created_at": at,
            "description": "Fichier de démonstration, sans contenu.",
            "extras": {},
            "filesize": 12345 + number,
            "filetype": "remote",
            "format": extension,
            "harvest": None,
            "id": resource_id,
            "internal": {"created_at_internal": at, "last_modified_internal": at},
            "last_modified": at,
            "latest": self.links.api(f"datasets/r/{resource_id}"),
            "metrics": {},
            "mime": f"text/{extension}",
            "preview_url": None,
            "schema": None,
            "title": f"{item.title} — fichier {number + 1}",
            "type": "main",
            "url": f"https://fichiers.example.org/{item.slug}/{number + 1}.{extension}",
        }


def moment(time: datetime | None) -> str | None:
    """Return a time as udata writes it."""
    return time.isoformat() if time else None


def _link(href: str, total: int) -> Fields:
    return {"href": href, "rel": "subsection", "total": total, "type": "GET"}


def _quality(item: Dataset) -> dict[str, Any]:
    """Return the nine criteria of udata, as many of them met as the score says, and the score.

    Those of the resources are left out where there are none.
    """
    met = round(item.quality * len(_CRITERIA))
    criteria = {name: place < met for place, name in enumerate(_CRITERIA)}
    if item.resources:
        criteria["has_resources"] = True
    else:
        for name in _CRITERIA_OF_RESOURCES:
            del criteria[name]
    return criteria | {"score": item.quality, "update_fulfilled_in_time": True}


def _crash() -> None:
    raise Crash
