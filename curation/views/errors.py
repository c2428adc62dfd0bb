"""The pages for what went wrong, in plain words."""

import sys

from django.contrib import messages
from django.db import DatabaseError, InterfaceError, OperationalError
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
    """500: our fault; 503 if it is the database that does not answer, or takes nothing.

    Rendered without the request: its context may be what is broken.
    """
    context = {"reference": request_id.get()}
    if not _is_of_the_database(sys.exc_info()[1]):
        return HttpResponse(render_to_string("errors/500.html", context), status=500)
    return HttpResponse(
        render_to_string("errors/503.html", context), status=503, headers={"Retry-After": "30"}
    )


def _is_of_the_database(error: BaseException | None) -> bool:
    """Tell whether the database does not answer, is full, or is read-only since it fell over."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, DatabaseError) and getattr(error.__cause__, "sqlstate", "") == "25006"


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
