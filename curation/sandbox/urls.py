"""The addresses of the portal. The product includes them at /sandbox/."""

from collections.abc import Iterator

from django.urls import URLPattern, path

from curation.sandbox import api, catalog, images, pages, search
from curation.sandbox.answers import View, with_slash
from curation.sandbox.models import KINDS

app_name = "sandbox"


def _both(route: str, view: View, **more: object) -> Iterator[URLPattern]:
    """Give an address of the API, and the redirect to it when its final slash is missing."""
    yield path(route, view, more)
    yield path(route.removesuffix("/"), with_slash, more)


def _of(kind: str) -> Iterator[URLPattern]:
    """Give the addresses that exist for each kind of item."""
    yield from _both(f"api/1/site/home/{kind}/", api.home, kind=kind)
    yield from _both(f"api/1/{kind}/", search.listing, kind=kind, version=1)
    yield from _both(f"api/1/{kind}/suggest/", search.suggest, kind=kind)
    yield from _both(f"api/1/{kind}/<str:ref>/", api.item, kind=kind)
    yield from _both(f"api/2/{kind}/search/", search.search, kind=kind, version=2)
    yield path(f"{kind}/<slug:slug>/", pages.item, {"kind": kind}, name=kind)


urlpatterns = [
    path("", pages.home, name="home"),
    *(each for kind in KINDS for each in _of(kind)),
    *_both("api/1/organizations/suggest/", search.suggest_organizations),
    *_both("api/1/site/", api.site),
    *_both("api/1/me/", api.me),
    path("api/1/site/catalog", catalog.catalog),
    path("api/1/site/catalog.<str:extension>", catalog.catalog_as),
    path("api/1/site/data.<str:extension>", catalog.data_as),
    path("api/1/site/context.jsonld", catalog.context),
    path("images/<str:item_id>.svg", images.picture, name="picture"),
    path("logos/<str:organization_id>.svg", images.logo, name="logo"),
]
