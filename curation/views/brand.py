"""The colours of the organisation."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from curation import branding


@require_safe
@login_not_required
def stylesheet(request: HttpRequest, digest: str) -> HttpResponse:
    """Hand out the rules by their own name, to be kept for good."""
    if not digest or digest != branding.digest():
        raise Http404
    return HttpResponse(
        branding.stylesheet(),
        content_type="text/css",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
