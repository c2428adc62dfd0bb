"""The calls of the "site", "datasets" and "reuses" namespaces, but for search and catalogue."""

import re
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import slugify

from curation.sandbox.answers import Call, PermanentRedirect, Refused, endpoint
from curation.sandbox.masks import Fields
from curation.sandbox.models import KINDS, AnyItem, Dataset, FormerSlug, Reuse, Site
from curation.sandbox.seed import SITE_METRICS, SITE_TITLE
from curation.sandbox.shapes import Crash

_ID = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
_GONE = {"datasets": "Dataset has been deleted", "reuses": "This reuse has been deleted"}


# --- The site -------------------------------------------------------------------------------------


def _site(call: Call) -> Fields:
    return {"id": "default", "metrics": SITE_METRICS, "title": SITE_TITLE}


def _me(call: Call) -> Fields:
    return call.shapes.me(call.require_account())


def _home(call: Call, kind: str) -> list[Fields]:
    if kind == "reuses":  # udata guards this one, and leaves the datasets open
        call.require_admin()
    return _listed(call, kind, Site.get().home(kind))


def _set_home(call: Call, kind: str) -> list[Fields]:
    call.require_admin()
    ids = call.json()
    if not isinstance(ids, list):
        raise Refused(400, f"Expect a list of {kind[:-1]} IDs")
    if not all(isinstance(each, str) and _ID.fullmatch(each) for each in ids):
        raise Crash
    ids = [each.lower() for each in ids]
    if KINDS[kind].objects.filter(id__in=ids).count() < len(set(ids)):
        raise Crash
    site = Site.get(for_update=True)
    site.home(kind)[:] = ids
    site.save()
    return _listed(call, kind, ids)


def _listed(call: Call, kind: str, ids: list[str]) -> list[Fields]:
    found = KINDS[kind].objects.select_related("organization", "owner").in_bulk(ids)
    return [
        call.shapes.item(found[each]) if each in found else call.shapes.gone(kind, each)
        for each in ids
    ]


site = endpoint(get=_site)
me = endpoint(get=_me)
home = endpoint(get=_home, put=_set_home)


# --- One dataset or reuse -------------------------------------------------------------------------


def _item(call: Call, kind: str, ref: str) -> Fields | HttpResponse:
    item = _find(call, kind, ref)
    if isinstance(item, HttpResponse):
        return item
    if not call.shapes.may_edit(item):
        if item.private:
            raise Refused(404)
        if item.deleted:
            raise Refused(410, _GONE[kind])
    return call.shapes.item(item)


def _change(call: Call, kind: str, ref: str) -> Fields | HttpResponse:
    """Take what is sent and keep the rest; but the tags of a dataset, not sent, are lost."""
    item = _find(call, kind, ref)
    if isinstance(item, HttpResponse):
        return item
    call.require_account()
    changes = call.json()
    if not isinstance(changes, dict):
        raise Crash
    if item.deleted and changes.get("deleted", True) is not None:
        raise Refused(410, _GONE[kind])
    if not call.shapes.may_edit(item):
        raise Refused(403)
    if isinstance(item, Dataset):
        item.tags = []
    _take(item, changes)
    item.last_modified = timezone.now()
    if "deleted" in changes and (at := _time("deleted", changes["deleted"])):
        item.delete_softly(at)
    else:
        item.deleted = None
        item.save()
    return call.shapes.item(item)


def _take(item: AnyItem, changes: dict[str, Any]) -> None:
    if "title" in changes:
        if not changes["title"]:
            raise Refused(400, errors={"title": ["Ce champ est requis."]})
        item.rename(str(changes["title"]))
    if "description" in changes:
        item.description = str(changes["description"])
    if "tags" in changes:
        item.tags = list(changes["tags"])
    if "private" in changes:
        item.private = bool(changes["private"])
    if "archived" in changes:
        item.archived = _time("archived", changes["archived"])
    if "datasets" in changes and isinstance(item, Reuse):
        item.datasets = list(changes["datasets"])


def _delete(call: Call, kind: str, ref: str) -> HttpResponse:
    item = _find(call, kind, ref)
    if isinstance(item, HttpResponse):
        return item
    call.require_account()
    if item.deleted:
        raise Refused(410, _GONE[kind])
    if not call.shapes.may_edit(item):
        raise Refused(403)
    item.delete_softly(timezone.now())
    return HttpResponse(status=204, content_type="application/json")


def create(call: Call, kind: str, version: int) -> None:
    """Refuse, in words that tell whether the portal is read-only: nothing is made here."""
    account = call.require_account()
    if Site.get().is_read_only and not account.is_admin:
        raise Refused(423)
    raise Refused(400, errors={"description": ["Ce champ est requis."]})


def _find(call: Call, kind: str, ref: str) -> AnyItem | HttpResponse:
    """Look up an item by its id or slug; a slug of former days, or ill-written, redirects."""
    items = KINDS[kind].objects.select_related("organization", "owner")
    if _ID.fullmatch(ref) and (item := items.filter(id=ref.lower()).first()):
        return item
    if item := items.filter(slug=ref).first():
        return item
    former = FormerSlug.objects.filter(kind=kind, slug=ref).values_list("item_id", flat=True)
    item = items.filter(Q(slug=slugify(ref)) | Q(id__in=former)).first()
    if item is None:
        raise Refused(404)
    before, _, _ = call.request.path.rpartition(f"/{kind}/")
    return PermanentRedirect(f"{before}/{kind}/{item.slug}/")


def _time(name: str, value: Any) -> datetime | None:
    """Read a time; one without a zone is in UTC."""
    if not value:
        return None
    try:
        time = parse_datetime(str(value))
    except ValueError:
        time = None
    if time is None:
        raise Refused(400, errors={name: ["Unknown string format"]})
    return time if time.tzinfo else time.replace(tzinfo=UTC)


item = endpoint(get=_item, put=_change, delete=_delete)
