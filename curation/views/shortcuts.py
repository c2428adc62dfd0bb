"""The keys of the board, and whether those of a single character are on."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from curation.accounts.decorators import requires
from curation.accounts.roles import Permission
from curation.http import page

# Set by app.js, which alone knows shortcuts: without it there are none to turn off.
COOKIE = "shortcuts"


@require_GET
@requires(Permission.EDIT)
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Show which key does what."""
    return page(
        request,
        "shortcuts/shortcuts.html",
        {"single_keys": request.COOKIES.get(COOKIE) != "off"},
        fragment="shortcuts/_shortcuts.html",
    )
