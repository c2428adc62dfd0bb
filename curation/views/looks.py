"""How pages look: the colours of the organisation, and the theme that somebody chose."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from curation import branding

YEAR = 365 * 24 * 3600
THEMES = {"light", "dark"}


@require_safe
@login_not_required
def colors(request: HttpRequest, digest: str) -> HttpResponse:
    """Hand out the organisation's colours under their own name, to be kept for good."""
    if not digest or digest != branding.digest():
        raise Http404
    return HttpResponse(
        branding.stylesheet(),
        content_type="text/css",
        headers={"Cache-Control": f"public, max-age={YEAR}, immutable"},
    )


@require_POST
@login_not_required
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme in the browser; any other word than its two follows the system again.

    Leads back as Django's `set_language` does: to `next`, else to the page that asked.
    """
    back = request.POST.get("next") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = reverse("board")
    response = HttpResponseRedirect(back)  # `redirect` would take a name for an address
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        # app.js writes it, too.
        response.set_cookie("theme", chosen, YEAR, secure=settings.HTTPS, samesite="Lax")
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
