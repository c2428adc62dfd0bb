"""The content of the sandbox: a catalogue of real objects, as if collected today.

Seeding twice on one day gives the same portal, to the letter: what the catalogue does not say (ids,
figures, dates) is drawn from the slug. The catalogue is data/catalogue.json.
"""

import json
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import md5
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from curation import sandbox
from curation.sandbox.models import (
    KINDS,
    Account,
    Dataset,
    FormerSlug,
    Organization,
    Reuse,
    Site,
)

M = TypeVar("M", Dataset, Reuse)
Raw = Mapping[str, Any]  # an object of the catalogue

_CATALOGUE: Raw = json.loads((Path(__file__).parent / "data" / "catalogue.json").read_text("utf-8"))

_BY_SLUG: Mapping[str, Mapping[str, Raw]] = {
    kind: {raw["slug"]: raw for raw in _CATALOGUE[kind]}
    for kind in ("organizations", "datasets", "reuses")
}

SITE_TITLE = "Portail de démonstration"
SITE_METRICS: Mapping[str, int] = _CATALOGUE["metrics"]

# Days between two updates.
_PERIODS = {
    "daily": 1,
    "weekly": 7,
    "monthly": 30,
    "quarterly": 91,
    "threeTimesAYear": 120,
    "semiannual": 182,
    "annual": 365,
    "punctual": 2000,
}
# The catalogue was collected a few days after its last item was created; so it seems on any day.
_COLLECTED = timedelta(days=3) + max(
    datetime.combine(date.fromisoformat(raw["created_at"]), time(), UTC)
    for kind in KINDS
    for raw in _CATALOGUE[kind]
    if "created_at" in raw
)

# Invented makers of the reuses that no organization made.
_PEOPLE = [
    ("Amina", "Benali"),
    ("Bastien", "Lefort"),
    ("Chloé", "Marchand"),
    ("Étienne", "Roussel"),
    ("Inès", "Garnier"),
    ("Maëlle", "Kervella"),
    ("Samuel", "Ortiz"),
]

# Objects in a state, or with a content, that one has to be ready for.
_SPECIAL: Mapping[str, Mapping[str, Raw]] = {
    "datasets": {
        "dataset_big": {"title": "Fichiers fonciers, un fichier par département", "resources": 100},
        "dataset_without_resources": {"title": "Inventaire annoncé, sans fichier", "resources": 0},
        "dataset_private": {"title": "Brouillon : stationnement en ouvrage", "private": True},
        "dataset_archived": {
            "title": "Cartographie des écoles (ancienne version)",
            "archived": True,
        },
        "dataset_deleted": {"title": "Horaires des piscines (supprimé)", "deleted": True},
        "dataset_no_org": {"title": "Relevés météo d’un particulier", "organization": None},
        "dataset_long_title": {"title": ("Relevés de qualité de l’eau, " * 12)[:299] + "."},
        "dataset_markup": {
            "title": "Jeux <script>alert('titre')</script> & <b>balises</b> \"citées\"",
            "description": "<img src=x onerror=alert('description')> **Gras**",
        },
    },
    "reuses": {
        "reuse_private": {"title": "Brouillon de réutilisation", "private": True},
        "reuse_archived": {"title": "Ancienne application", "archived": True},
        "reuse_deleted": {"title": "Réutilisation supprimée", "deleted": True},
        "reuse_without_datasets": {"title": "Projet sans données", "datasets": []},
        "reuse_long_title": {"title": ("Une histoire de données, " * 13)[:299] + "."},
        "reuse_markup": {"title": "Carte <script>alert('titre')</script> & cie"},
        "reuse_javascript": {"title": "Lien piégé", "url": "javascript:alert('url')"},
    },
}


@transaction.atomic
def seed(*, reset: bool = False) -> None:
    """Fill an empty sandbox. One that has content is left alone, or with `reset` emptied first."""
    if Site.objects.exists():
        if not reset:
            return
        for model in (Site, FormerSlug, Reuse, Dataset, Account, Organization):
            model._default_manager.all().delete()
    today = datetime.combine(timezone.now().astimezone(UTC), time(), UTC)
    Organization.objects.bulk_create(
        Organization(
            id=_id("organizations", raw),
            slug=raw["slug"],
            name=raw["name"],
            acronym=raw.get("acronym", ""),
            badges=raw.get("badges", []),
        )
        for raw in _CATALOGUE["organizations"]
    )
    Account.objects.bulk_create(_accounts())
    Dataset.objects.bulk_create(_dataset(raw, today) for raw in _raw("datasets"))
    Reuse.objects.bulk_create(_reuse(raw, today) for raw in _raw("reuses"))
    Site.objects.create(
        pk=1,
        home_datasets=[item_id("datasets", slug) for slug in _CATALOGUE["home"]["datasets"]],
        home_reuses=[item_id("reuses", slug) for slug in _CATALOGUE["home"]["reuses"]],
    )


def item_id(kind: str, slug: str) -> str:
    """Return the id of an item of the catalogue: its own on data.gouv.fr where that is known."""
    return _id(kind, _BY_SLUG[kind][slug])


def special_id(name: str) -> str:
    """Return the id of a special object, such as "dataset_private"."""
    return _hex(name)


def describe(base: str) -> dict[str, Any]:
    """Return what tests must know of the portal served at `base`, as it was seeded."""
    special = {special_id(name): name for names in _SPECIAL.values() for name in names}
    described: dict[str, Any] = {
        "base": base,
        "keys": {
            "admin": sandbox.ADMIN_KEY,
            "user": sandbox.EDITOR_KEY,
            "inactive": sandbox.INACTIVE_KEY,
            "deleted": sandbox.DELETED_KEY,
        },
        "special": {},
    }
    for kind, model in KINDS.items():
        described[f"home_{kind}"] = [item_id(kind, slug) for slug in _CATALOGUE["home"][kind]]
        described[kind] = []
        for item in model._default_manager.all():
            reference = {"id": item.id, "slug": item.slug, "title": item.title}
            if item.id in special:
                described["special"][special[item.id]] = reference
            else:
                described[kind].append(reference)
    return described


def _accounts() -> Iterator[Account]:
    yield _account("Aline", "Administratrice", key=sandbox.ADMIN_KEY, is_admin=True)
    yield _account(
        "Éric",
        "Éditeur",
        key=sandbox.EDITOR_KEY,
        organization_id=_organization_id({"organization": "etalab"}),
    )
    yield _account("Iris", "Inactive", key=sandbox.INACTIVE_KEY, is_active=False)
    yield _account("Denis", "Disparu", key=sandbox.DELETED_KEY, is_deleted=True)
    for first_name, last_name in _PEOPLE:
        yield _account(first_name, last_name)


def _account(first_name: str, last_name: str, **fields: Any) -> Account:
    slug = slugify(f"{first_name} {last_name}")
    return Account(
        id=_id("users", {"slug": slug}),
        slug=slug,
        first_name=first_name,
        last_name=last_name,
        **fields,
    )


def _dataset(raw: Raw, today: datetime) -> Dataset:
    draw = _draw(raw)
    metrics = raw.get("metrics", {})
    frequency = raw.get("frequency") or draw.choice([*_PERIODS, "unknown"])
    item = _item(Dataset, raw, today, draw)
    age = timedelta(days=draw.uniform(0, _PERIODS.get(frequency, 700)))
    item.last_update = item.last_modified = max(item.created_at, today - age)
    item.acronym = raw.get("acronym", "")
    item.frequency = frequency
    item.license = raw.get("license", "lov2")
    item.formats = raw.get("formats") or [draw.choice(["csv", "json", "geojson", "xlsx"])]
    item.resources = raw["resources"] if "resources" in raw else draw.randint(1, 8)
    item.quality = raw.get("quality") or draw.randint(3, 9) / 9
    item.reuses = metrics.get("reuses", int(item.followers * draw.uniform(0, 0.6)))
    item.discussions = metrics.get("discussions", int(item.followers * draw.uniform(0, 0.8)))
    item.downloads = metrics.get("resources_downloads", int(item.views * draw.uniform(0.1, 1)))
    return item


def _reuse(raw: Raw, today: datetime) -> Reuse:
    item = _item(Reuse, raw, today, _draw(raw))
    item.url = raw.get("url", f"https://reutilisations.example.org/{item.slug}")
    item.type = raw["type"]
    item.topic = raw["topic"]
    item.datasets = [item_id("datasets", slug) for slug in raw.get("datasets", [])]
    return item


def _item(model: type[M], raw: Raw, today: datetime, draw: random.Random) -> M:
    """Make what datasets and reuses have in common; not saved."""
    metrics = raw.get("metrics", {})
    is_famous = raw["slug"] in _CATALOGUE["home"][model.kind]
    views = metrics.get("views", int(10 ** draw.uniform(*((4.2, 5) if is_famous else (2, 4)))))
    created_at = today - timedelta(days=draw.uniform(200, 3000))
    if "created_at" in raw:
        day = datetime.combine(date.fromisoformat(raw["created_at"]), time(), UTC)
        created_at = today - (_COLLECTED - day)
    maker = draw.choice(_PEOPLE)
    return model(
        id=_id(model.kind, raw),
        slug=raw["slug"],
        title=raw["title"],
        description=raw["description"],
        tags=raw.get("tags", []),
        badges=raw.get("badges", []),
        organization_id=_organization_id(raw),
        owner_id=None if raw.get("organization") else _account(*maker).id,
        private=raw.get("private", False),
        archived=today if raw.get("archived") else None,
        deleted=today if raw.get("deleted") else None,
        created_at=created_at,
        last_modified=created_at,
        views=views,
        followers=metrics.get("followers", int(views**0.5 * draw.uniform(0.05, 0.25))),
    )


def _raw(kind: str) -> Iterator[Raw]:
    """Give what is known of each item of a kind: the catalogue, then the special ones."""
    yield from _CATALOGUE[kind]
    usual = _BY_SLUG[kind][_CATALOGUE["home"][kind][0]]
    for name, known in _SPECIAL[kind].items():
        yield {
            **usual,
            "slug": slugify(known["title"])[:200],
            "description": "Objet de démonstration.",
            "created_at": "2019-06-01",
            "metrics": {},
            "url": f"https://reutilisations.example.org/{name}",
            **known,
            "id": special_id(name),
        }


def _id(kind: str, raw: Raw) -> str:
    known: str | None = raw.get("id")
    return known or _hex(f"{kind}/{raw['slug']}")


def _hex(name: str) -> str:
    return md5(name.encode(), usedforsecurity=False).hexdigest()[:24]


def _organization_id(raw: Raw) -> str | None:
    slug = raw.get("organization")
    return _id("organizations", _BY_SLUG["organizations"][slug]) if slug else None


def _draw(raw: Raw) -> random.Random:
    return random.Random(raw["slug"])  # noqa: S311  nothing secret is drawn
