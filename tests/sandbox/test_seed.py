"""The content of the sandbox."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import serializers

from curation.sandbox.models import KINDS, Account, Dataset, FormerSlug, Organization, Reuse, Site
from curation.sandbox.seed import describe, item_id, seed, special_id

pytestmark = pytest.mark.django_db

MODELS = (Organization, Account, Dataset, Reuse, FormerSlug)


def content() -> str:
    """Return everything the sandbox holds, but for the moment of seeding."""
    rows = [row for model in MODELS for row in model._default_manager.order_by("pk")]
    return f"{serializers.serialize('json', rows)} {describe('x')}"


def test_seeding_twice_on_one_day_gives_the_same_content():
    with time_machine.travel(datetime(2026, 3, 4, 8, tzinfo=UTC)):
        seed()
        first = content()

    with time_machine.travel(datetime(2026, 3, 4, 22, tzinfo=UTC)):
        seed(reset=True)

    assert content() == first


def test_seeding_leaves_what_was_published():
    seed()
    site = Site.get()
    site.home_datasets.reverse()
    site.save()
    published = site.home_datasets

    seed()

    assert Site.get().home_datasets == published


def test_reset_undoes_what_happened():
    seed()
    Dataset.objects.all().delete()
    Site.objects.update(home_reuses=[])

    seed(reset=True)

    assert Dataset.objects.count() > 200
    assert len(Site.get().home_reuses) == 8


def test_homepage_shows_nine_datasets_and_eight_reuses_that_visitors_see():
    seed()

    for kind, count in (("datasets", 9), ("reuses", 8)):
        ids = Site.get().home(kind)
        visible = KINDS[kind].objects.filter(private=False, archived=None, deleted=None, id__in=ids)
        assert len(set(ids)) == visible.count() == count


def test_ids_are_those_of_mongodb_and_of_one_object_only():
    seed()

    ids = [item.id for model in MODELS[:4] for item in model._default_manager.all()]

    assert all(len(each) == 24 and int(each, 16) for each in ids)
    assert len(set(ids)) == len(ids)


def test_known_objects_keep_the_id_they_have_on_data_gouv_fr():
    assert item_id("datasets", "base-adresse-nationale") == "5530fbacc751df5ff937dddb"


@pytest.mark.parametrize(
    "day", [datetime(2026, 1, 5, tzinfo=UTC), datetime(2031, 7, 1, tzinfo=UTC)]
)
def test_catalogue_looks_alive_on_any_day(day: datetime):
    with time_machine.travel(day + timedelta(hours=12)):
        seed(reset=True)

    for model in KINDS.values():
        created = [item.created_at for item in model._default_manager.all()]
        assert day - timedelta(days=700) < max(created) < day
    updated = [dataset.last_update for dataset in Dataset.objects.all()]
    assert max(updated) < day + timedelta(hours=12)
    assert sum(each > day - timedelta(days=31) for each in updated) > 20


def test_every_figure_is_filled_in():
    seed()

    for model in KINDS.values():
        assert model._default_manager.filter(views=0).count() < 3
    empty = Dataset.objects.get(resources=0)
    assert empty.id == special_id("dataset_without_resources")
    assert Dataset.objects.get(slug="base-adresse-nationale").views == 181071


def test_special_objects_are_there_by_name():
    seed()

    special = describe("x")["special"]

    big = Dataset.objects.get(pk=special["dataset_big"]["id"])
    lonely = Dataset.objects.get(pk=special["dataset_no_org"]["id"])
    assert big.resources == 100
    assert lonely.organization is None
    assert lonely.owner is not None
    assert Dataset.objects.get(pk=special["dataset_private"]["id"]).private
    assert Reuse.objects.get(pk=special["reuse_archived"]["id"]).archived
    assert Reuse.objects.get(pk=special["reuse_deleted"]["id"]).deleted
    assert Reuse.objects.get(pk=special["reuse_without_datasets"]["id"]).datasets == []
    assert Reuse.objects.get(pk=special["reuse_javascript"]["id"]).url.startswith("javascript:")
    for kind in ("dataset", "reuse"):
        assert len(special[f"{kind}_long_title"]["title"]) == 300
        assert "<script>" in special[f"{kind}_markup"]["title"]
