"""Switches for tests, at /__ctl__/: only where `manage.py sandbox` serves the portal alone.

They are those of tests/contract/udata/launch_udata.py, which serves a real udata, plus the faults.
"""

import json
from collections.abc import Callable
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from curation.sandbox import faults
from curation.sandbox.answers import root
from curation.sandbox.models import KINDS, AnyItem, Reuse, Site
from curation.sandbox.seed import describe, seed


@require_GET
def seeded(request: HttpRequest) -> HttpResponse:
    """Describe the content as it was seeded."""
    return JsonResponse(describe(root(request)))


@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    """Go back to the content as it was seeded, without faults."""
    faults.clear()
    seed(reset=True)
    return JsonResponse({"ok": True})


@require_POST
def read_only(request: HttpRequest) -> HttpResponse:
    """Switch the read-only mode (`?on=1`, `?on=0`)."""
    Site.objects.update(is_read_only=request.GET.get("on") == "1")
    return JsonResponse({"READ_ONLY_MODE": Site.get().is_read_only})


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the lists as they are stored."""
    site = Site.get()
    return JsonResponse({"home_datasets": site.home_datasets, "home_reuses": site.home_reuses})


@require_POST
def act(request: HttpRequest, kind: str, item_id: str, act: str) -> HttpResponse:
    """Change the state of one dataset or reuse."""
    item = KINDS[f"{kind}s"].objects.get(pk=item_id)
    _ACTS[act](item)
    return JsonResponse({"ok": True, "act": act})


@require_http_methods(["GET", "POST", "DELETE"])
def fault(request: HttpRequest) -> HttpResponse:
    """List the faults, add one (its fields in JSON), or switch all off."""
    if request.method == "POST":
        fields = json.loads(request.body)
        faults.add(faults.Fault(**fields | {"what": faults.What(fields["what"])}))
    elif request.method == "DELETE":
        faults.clear()
    return JsonResponse([asdict(each) for each in faults.active()], safe=False)


def _purge(item: AnyItem) -> None:
    """Forget an item as udata's daily job does: reuses let go of it, the homepage does not."""
    for reuse in Reuse.objects.all():
        if item.id in reuse.datasets:
            reuse.datasets.remove(item.id)
            reuse.save()
    item.delete()


def _empty(item: AnyItem) -> None:
    """Take away the resources of a dataset, the datasets of a reuse."""
    if isinstance(item, Reuse):
        item.datasets = []
    else:
        item.resources = 0
    item.save()


def _set(**fields: object) -> Callable[[AnyItem], None]:
    def change(item: AnyItem) -> None:
        for name, value in fields.items():
            setattr(item, name, value() if callable(value) else value)
        item.save()

    return change


_ACTS: dict[str, Callable[[AnyItem], object]] = {
    "archive": _set(archived=timezone.now),
    "delete": lambda item: item.delete_softly(timezone.now()),
    "empty": _empty,
    "private": _set(private=True),
    "public": _set(private=False),
    "purge": _purge,
    "unarchive": _set(archived=None),
    "undelete": _set(deleted=None),
    "vanish": lambda item: item.delete(),
}

urlpatterns = [
    path("__ctl__/seed", seeded),
    path("__ctl__/reset", reset),
    path("__ctl__/read-only", read_only),
    path("__ctl__/home", home),
    path("__ctl__/faults", fault),
    path("__ctl__/<str:kind>/<str:item_id>/<str:act>", act),
    path("", include("curation.sandbox.urls")),
]
