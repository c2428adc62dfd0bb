"""System checks: a configuration that cannot be trusted does not start."""

from collections.abc import Collection
from math import floor
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from curation.accounts import people
from curation.domain.palette import LEAST_CONTRAST, dark_tones, light_tones
from curation.services import demo
from curation.wording import LISTING_WORDS


@register()
def check_demo_secrets(**kwargs: Any) -> list[CheckMessage]:
    """Refuse the demo's key as soon as a real portal can be changed."""
    if settings.IS_SANDBOX or settings.SECRET_KEY != settings.DEMO_SECRET_KEY:
        return []
    return [
        Error(
            "SECRET_KEY is the demo's, and PORTAL_URL is a real portal.",
            hint="Set SECRET_KEY (or SECRET_KEY_FILE) to 50 random characters or more.",
            id="curation.E001",
        )
    ]


@register()
def check_sendable_key(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a key that no HTTP header can carry, and do not repeat it."""
    key = settings.PORTAL_API_KEY
    if all("!" <= character <= "~" for character in key):
        return []
    return [
        Error(
            "PORTAL_API_KEY holds a blank or a character that is not ASCII.",
            hint="Copy the key again, alone, from your account on the portal.",
            id="curation.E002",
        )
    ]


@register()
def check_provider(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a provider that nobody could sign in with."""
    client = {
        "OIDC_ISSUER": settings.OIDC_ISSUER,
        "OIDC_CLIENT_ID": settings.OIDC_CLIENT_ID,
        "OIDC_CLIENT_SECRET": settings.OIDC_CLIENT_SECRET,
    }
    missing = [name for name, value in client.items() if not value]
    if len(missing) in {0, len(client)}:
        return []
    return [
        Error(
            f"OpenID Connect needs {' and '.join(missing)} too.",
            hint="Set all three, as the provider gave them to you; or none.",
            id="curation.E003",
        )
    ]


@register()
def check_proxy(**kwargs: Any) -> list[CheckMessage]:
    """Refuse headers that nobody, or anybody, may send."""
    if settings.PROXY_AUTH_HEADER and not settings.PROXY_AUTH_TRUSTED_IPS:
        return [
            Error(
                "PROXY_AUTH_HEADER needs PROXY_AUTH_TRUSTED_IPS too: whose header is believed.",
                hint="Set it to the address of the proxy, as this machine sees it.",
                id="curation.E004",
            )
        ]
    return []


@register()
def check_way_in(**kwargs: Any) -> list[CheckMessage]:
    """Refuse to serve a product into which nobody can get."""
    if settings.AUTHENTICATION_BACKENDS:
        return []
    return [
        Error(
            "Nobody can sign in: set OIDC_ISSUER, PROXY_AUTH_HEADER, or LOCAL_LOGIN=1.",
            hint="With a real portal there are no passwords unless LOCAL_LOGIN=1.",
            id="curation.E005",
        )
    ]


@register(Tags.database)
def check_demo_accounts(
    databases: Collection[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse accounts whose password is printed on a page, where a real portal can be changed.

    Looked at where databases are: when the server starts, and by `migrate`.
    """
    if settings.IS_SANDBOX or not settings.LOCAL_LOGIN or not databases:
        return []
    try:
        accounts = demo.open_accounts()
    except DatabaseError:
        return []  # none yet, or not reachable: /readyz says so
    if not accounts:
        return []
    return [
        Error(
            f"These accounts have the demo's password: {', '.join(accounts)}.",
            hint="Begin with an empty database, or: manage.py changepassword NAME.",
            id="curation.E006",
        )
    ]


@register()
def check_role_groups(**kwargs: Any) -> list[CheckMessage]:
    """Say that whoever signs in for the first time has no role."""
    if not settings.OIDC_ISSUER or people.groups_give_roles():
        return []
    return [
        Warning(
            "No ROLE_…_GROUPS is set: whoever signs in by OpenID Connect has no access until an "
            "administrator gives them a role.",
            hint="Set ROLE_EDITOR_GROUPS to the groups of who edits, or give roles in /admin/.",
            id="curation.W002",
        )
    ]


@register()
def check_homepage_limits(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a limit for a list that there is not: it would be without effect."""
    return [
        Error(
            f"HOMEPAGE_LIMITS names “{key}”, which is no list.",
            hint=f"The lists are: {', '.join(LISTING_WORDS)}.",
            id="curation.E007",
        )
        for key in settings.HOMEPAGE_LIMITS
        if key not in LISTING_WORDS
    ]


@register()
def check_accents(**kwargs: Any) -> list[CheckMessage]:
    """Refuse an accent in which not everybody can read a link or a button."""
    accents = [
        ("BRAND_ACCENT", settings.BRAND_ACCENT, light_tones, "darker"),
        ("BRAND_ACCENT_DARK", settings.BRAND_ACCENT_DARK, dark_tones, "lighter"),
    ]
    return [
        Error(
            f"{name} {color} has a contrast of {floor(contrast * 10) / 10}:1 where it is text; "
            f"{LEAST_CONTRAST}:1 is the least that everybody can read.",
            hint=f"Choose a {remedy} tone.",
            id="curation.E008",
        )
        for name, color, tones, remedy in accents
        if color and (contrast := tones(color).contrast) < LEAST_CONTRAST
    ]


@register()
def check_portal_key(**kwargs: Any) -> list[CheckMessage]:
    """Say that nothing can be published without a key."""
    if settings.IS_SANDBOX or settings.PORTAL_API_KEY:
        return []
    return [
        Warning(
            "PORTAL_API_KEY is not set: the portal shows its reuses and takes changes "
            "only from an administrator.",
            hint="Set PORTAL_API_KEY (or PORTAL_API_KEY_FILE), then run manage.py check_portal.",
            id="curation.W001",
        )
    ]
