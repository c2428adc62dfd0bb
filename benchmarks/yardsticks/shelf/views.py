"""A page as one writes it first: it asks for one list, then for the other."""

import requests
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join


@login_required
def lists(request: HttpRequest) -> HttpResponse:
    """Show the titles of both lists."""
    key = {"X-API-KEY": settings.PORTAL_API_KEY}
    titles = [
        item["title"]
        for kind in ("datasets", "reuses")
        for item in requests.get(
            f"{settings.PORTAL_URL}/api/1/site/home/{kind}/", headers=key, timeout=30
        ).json()
    ]
    return HttpResponse(format_html_join("", "<li>{}</li>", ((title,) for title in titles)))
