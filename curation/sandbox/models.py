"""What the stand-in portal remembers. Ids are 24 hexadecimal digits, as MongoDB's."""

from datetime import datetime
from typing import ClassVar

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.text import slugify


class Organization(models.Model):
    """A producer of data."""

    id = models.CharField(primary_key=True, max_length=24)
    slug = models.CharField(max_length=255, unique=True)
    name = models.TextField()
    acronym = models.CharField(max_length=128, default="", blank=True)
    badges = models.JSONField(default=list)  # kinds: "certified", "public-service"…

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """Somebody with a key to the portal's API."""

    id = models.CharField(primary_key=True, max_length=24)
    slug = models.CharField(max_length=255, unique=True)
    first_name = models.CharField(max_length=255)
    last_name = models.CharField(max_length=255)
    key = models.CharField(max_length=255, unique=True, null=True)  # noqa: DJ001  none is not ""
    is_admin = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_deleted = models.BooleanField(default=False)
    organization = models.ForeignKey(Organization, models.SET_NULL, null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Item(models.Model):
    """What datasets and reuses have in common."""

    kind: ClassVar[str]

    id = models.CharField(primary_key=True, max_length=24)
    slug = models.CharField(max_length=255, unique=True)
    title = models.TextField()
    description = models.TextField(default="", blank=True)
    tags = models.JSONField(default=list)
    badges = models.JSONField(default=list)
    organization = models.ForeignKey(Organization, models.SET_NULL, null=True, blank=True)
    owner = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True)
    featured = models.BooleanField(default=False)
    private = models.BooleanField(default=False)
    archived = models.DateTimeField(null=True, blank=True)
    deleted = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    last_modified = models.DateTimeField()
    views = models.PositiveIntegerField(default=0)
    followers = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.title

    def rename(self, title: str) -> None:
        """Take a title and its slug; the slug it had leads here from now on."""
        former, self.title = self.slug, title
        self.slug = self._free_slug()
        if self.slug != former:
            FormerSlug.objects.update_or_create(
                kind=self.kind, slug=former, defaults={"item_id": self.id}
            )

    def _free_slug(self) -> str:
        wanted = slug = slugify(self.title)[:200] or self.id
        others = type(self)._default_manager.exclude(pk=self.pk)
        number = 0
        while others.filter(slug=slug).exists():
            number += 1
            slug = f"{wanted}-{number}"
        return slug

    @transaction.atomic
    def delete_softly(self, at: datetime) -> None:
        """Mark as deleted. udata then takes the item off the homepage, but only its first place."""
        self.deleted = at
        self.save()
        site = Site.get(for_update=True)
        ids = site.home(self.kind)
        if self.id in ids:
            ids.remove(self.id)
            site.save()


class Dataset(Item):
    """A dataset and its figures; of its resources only how many there are."""

    kind = "datasets"

    acronym = models.CharField(max_length=128, default="", blank=True)
    frequency = models.CharField(max_length=64, default="unknown")
    license = models.CharField(max_length=64, default="lov2")
    formats = models.JSONField(default=list)
    resources = models.PositiveIntegerField(default=1)
    last_update = models.DateTimeField()
    quality = models.FloatField(default=0.5)
    reuses = models.PositiveIntegerField(default=0)
    discussions = models.PositiveIntegerField(default=0)
    downloads = models.PositiveIntegerField(default=0)


class Reuse(Item):
    """Something made with datasets, named by their ids."""

    kind = "reuses"

    url = models.TextField()
    type = models.CharField(max_length=64)
    topic = models.CharField(max_length=64)
    datasets = models.JSONField(default=list)


AnyItem = Dataset | Reuse
KINDS: dict[str, type[AnyItem]] = {Dataset.kind: Dataset, Reuse.kind: Reuse}


class FormerSlug(models.Model):
    """A slug that an item had before it was renamed."""

    kind = models.CharField(max_length=16)
    slug = models.CharField(max_length=255)
    item_id = models.CharField(max_length=24)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="sandbox_former_slug_unique")
        ]

    def __str__(self) -> str:
        return self.slug


class Site(models.Model):
    """The portal's settings: one row. The lists may name an item twice, or one that is gone."""

    home_datasets = models.JSONField(default=list)
    home_reuses = models.JSONField(default=list)
    is_read_only = models.BooleanField(default=False)
    seeded_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return "site"

    @classmethod
    def get(cls, *, for_update: bool = False) -> "Site":
        """Return the only row; inside a transaction, hold it against other writers."""
        rows = cls._default_manager.select_for_update() if for_update else cls._default_manager
        return rows.get(pk=1)

    def home(self, kind: str) -> list[str]:
        """Return the ids of one homepage list, the very list that `save()` stores."""
        ids: list[str] = getattr(self, f"home_{kind}")
        return ids
