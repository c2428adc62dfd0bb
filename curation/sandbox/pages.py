"""What visitors of the stand-in portal see: its homepage, and a page for each item. In French."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from curation.sandbox.models import KINDS, AnyItem, Dataset, Reuse, Site
from curation.sandbox.seed import SITE_TITLE


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show both lists in order, without the items that visitors may not see."""
    site = Site.objects.first()
    sections = [(kind, _shown(kind, site.home(kind))) for kind in KINDS] if site else []
    return render(
        request, "sandbox/home.html", {"site_title": SITE_TITLE, "sections": dict(sections)}
    )


@login_not_required
@require_safe
def item(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Show one item; 404 if it is private, 410 if it is deleted."""
    found = KINDS[kind].objects.select_related("organization", "owner").filter(slug=slug).first()
    if found is None or found.private:
        raise Http404
    context: dict[str, Any] = {"site_title": SITE_TITLE, "item": found}
    if found.deleted:
        return render(request, "sandbox/deleted.html", context, status=410)
    if isinstance(found, Reuse):
        context["datasets"] = Dataset.objects.filter(
            id__in=found.datasets, private=False, deleted=None
        )
        # An address that is no web page would be a trap in a link.
        context["link"] = found.url if urlsplit(found.url).scheme in {"http", "https"} else ""
    return render(request, "sandbox/item.html", context)


def _shown(kind: str, ids: list[str]) -> list[AnyItem]:
    found = KINDS[kind].objects.select_related("organization", "owner").in_bulk(ids)
    return [found[each] for each in ids if each in found and _is_visible(found[each])]


def _is_visible(item: AnyItem) -> bool:
    if item.private or item.archived or item.deleted:
        return False
    return isinstance(item, Dataset) or bool(item.datasets)
