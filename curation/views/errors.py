"""The pages for what went wrong, in plain words."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from curation.http import wants_fragment
from curation.logs import request_id


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be understood."""
    return _page(request, "errors/400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but not allowed."""
    if wants_fragment(request):
        return _reload()
    return _page(request, "errors/403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page."""
    return _page(request, "errors/404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Rendered without the request: its context may be what is broken."""
    return HttpResponse(
        render_to_string("errors/500.html", {"reference": request_id.get()}), status=500
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was too old, or came from elsewhere."""
    if wants_fragment(request):
        messages.warning(
            request,
            _(
                "This page was open for too long: nothing was changed. "
                "Here is your draft as last saved."
            ),
        )
        return _reload()
    return _page(request, "errors/csrf.html", 403)


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    return TemplateResponse(request, template, status=status).render()


def _reload() -> HttpResponse:
    """Let htmx load the page anew: what it shows is no longer what the person may do."""
    return HttpResponse(status=403, headers={"HX-Refresh": "true"})
