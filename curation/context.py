"""What every page shows: the product, the portal, the environment."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from curation.accounts.roles import Permission, may
from curation.branding import digest
from curation.logs import request_id


def product(request: HttpRequest) -> dict[str, object]:
    """Return the brand, the portal's name, the request's id, and what the person may do."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme", "")  # set by app.js; known here, so no flash of the other
    return {
        "brand_name": settings.BRAND_NAME,
        "brand_stylesheet": reverse("brand", args=[colors]) if (colors := digest()) else "",
        "is_sandbox": settings.IS_SANDBOX,
        "portal_name": "" if settings.IS_SANDBOX else urlsplit(settings.PORTAL_URL).netloc,
        "reference": request_id.get(),
        "oidc_name": settings.OIDC_NAME,
        "contact": settings.CONTACT,
        "contact_link": _link_to(settings.CONTACT),
        "theme": theme if theme in {"light", "dark"} else "",
        # The proxy would sign them in again with the next page, unless it has an end of its own.
        "can_sign_out": getattr(user, "via", "") != "proxy" or bool(settings.PROXY_AUTH_LOGOUT_URL),
        "can_edit": may(user, Permission.EDIT),
        "can_publish": may(user, Permission.PUBLISH),
    }


def _link_to(contact: str) -> str:
    """Return the address that leads to whom one asks, if the words are one."""
    if contact.startswith(("https://", "http://")):
        return contact
    return f"mailto:{contact}" if re.fullmatch(r"[^\s@?&]+@[^\s@?&]+", contact) else ""
