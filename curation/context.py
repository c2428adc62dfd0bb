"""What every page shows: the product, the portal, the environment."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from curation.accounts.roles import Permission, may
from curation.logs import request_id


def product(request: HttpRequest) -> dict[str, object]:
    """Return the brand, the portal's name, the request's id, and what the person may do."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme", "")  # set by app.js; known here, so no flash of the other
    return {
        "brand_name": settings.BRAND_NAME,
        "is_sandbox": settings.IS_SANDBOX,
        "portal_name": "" if settings.IS_SANDBOX else urlsplit(settings.PORTAL_URL).netloc,
        "reference": request_id.get(),
        "theme": theme if theme in {"light", "dark"} else "",
        "can_edit": may(user, Permission.EDIT),
        "can_publish": may(user, Permission.PUBLISH),
    }
