"""Settings, read from the environment. In the order of docs/configuration.md.

Without any variable this is the demo: SQLite, the built-in sandbox portal, demo sign-in.
"""

import os
import zoneinfo
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from curation.environment import SIGN_ALGORITHMS, Environment
from curation.logs import FORMATS

env = Environment(os.environ)
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

# --- The portal -----------------------------------------------------------------------------------

PORTAL_URL = env.portal("PORTAL_URL", "sandbox:")
PORTAL_API_KEY = env.secret("PORTAL_API_KEY")
PORTAL_TIMEOUT = env.seconds("PORTAL_TIMEOUT", 10.0)
IS_SANDBOX = PORTAL_URL == "sandbox:"
# How many places of each list the portal's homepage shows, by key; a list without is shown whole.
HOMEPAGE_LIMITS = env.limits("HOMEPAGE_LIMITS")

# --- Process --------------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG")
# The demo has nothing to protect; curation.checks refuses this key with a real portal.
DEMO_SECRET_KEY = "demo-only-" + "0" * 54
SECRET_KEY = env.secret("SECRET_KEY", DEMO_SECRET_KEY)
# The machine itself is always allowed: health checks come from there.
ALLOWED_HOSTS = [*env.words("ALLOWED_HOSTS"), "127.0.0.1", "localhost", "[::1]"]
HTTPS = env.flag("HTTPS", default=not IS_SANDBOX)

ROOT_URLCONF = "curation.urls"
WSGI_APPLICATION = "curation.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

INSTALLED_APPS = [
    # First, so that our words win over those of the admin.
    "curation.apps.CurationConfig",
    "curation.sandbox.apps.SandboxConfig",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
]

MIDDLEWARE = [
    # First, so that each line about a request has its id.
    "curation.middleware.RequestIdMiddleware",
    # Before whatever may answer by itself: its redirects and files have the policies too.
    "curation.middleware.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages hold no secret that repeats beside what others wrote: SECURITY.md, "Compressed pages".
    "curation.middleware.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "curation.middleware.RequestSizeMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "curation.accounts.proxy.ProxyAuthMiddleware",
    "curation.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "curation.middleware.PortalErrorMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "curation.context.product",
            ],
            "builtins": ["curation.templatetags.words", "curation.templatetags.pictures"],
        },
    }
]

# --- Database -------------------------------------------------------------------------------------

DATABASE_URL = env.secret("DATABASE_URL", f"sqlite:///{VAR_DIR / 'a-la-une.sqlite3'}")
try:
    _database: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL))
    if not _database["NAME"]:
        raise ValueError
except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError, ValueError):
    raise ImproperlyConfigured(
        "DATABASE_URL must read sqlite:///path or postgres://user:password@host/name."
    ) from None  # the cause would print the password

if _database["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(exist_ok=True)
    _database["OPTIONS"] = {
        # Without IMMEDIATE two writers that both began by reading fail with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 15,
        # 8 MB of pages at most: with SQLite's 2 an append to a log of a million entries reads its
        # indexes from the file again.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8000;"
        ),
    }
    # Each thread of the server keeps its connection for as long: to open one reads all the tables'
    # definitions, and to close the last one writes what the WAL holds.
    _database["CONN_MAX_AGE"] = 60
    # A file, since threads of the live test server cannot share a memory database; one per run,
    # so that two runs in one tree do not delete each other's.
    _database["TEST"] = {"NAME": str(VAR_DIR / f"test-{os.getpid()}.sqlite3")}
elif _database["ENGINE"] == "django.db.backends.postgresql":
    # Each thread of the server keeps its connection, and looks whether it still lives: after a
    # restart of the database a pool would go on waiting, the longer the longer it was away.
    _database["CONN_MAX_AGE"] = 600
    _database["CONN_HEALTH_CHECKS"] = True
    # A pooler between us (PgBouncer) may give the next query another connection.
    _database["DISABLE_SERVER_SIDE_CURSORS"] = True
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
else:
    raise ImproperlyConfigured("DATABASE_URL must name a sqlite or a postgres database.")
DATABASES = {"default": _database}

# In the memory of each process, and only what may be out of date by minutes: what the portal would
# propose.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 2000},
    }
}

# --- Audit log ------------------------------------------------------------------------------------

AUDIT_KEY = env.key("AUDIT_KEY")
AUDIT_OLD_KEYS = env.keys("AUDIT_OLD_KEYS")

# --- Sign-in --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "curation.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "sign-in"
# Passwords of our own: for the demo, and to get in when nothing else does.
LOCAL_LOGIN = env.flag("LOCAL_LOGIN", default=IS_SANDBOX)
# Sign-in by the headers of a reverse proxy: on when there is one that names the person.
PROXY_AUTH_HEADER = env.header("PROXY_AUTH_HEADER")
PROXY_AUTH_GROUPS_HEADER = env.header("PROXY_AUTH_GROUPS_HEADER")
PROXY_AUTH_NAME_HEADER = env.header("PROXY_AUTH_NAME_HEADER")
PROXY_AUTH_LOGOUT_URL = env.text("PROXY_AUTH_LOGOUT_URL")
# The reverse proxies whose word counts: on who it is, and where a request comes from.
PROXY_AUTH_TRUSTED_IPS = env.peers("PROXY_AUTH_TRUSTED_IPS")
# How the product calls whom it may ask for access: an address, or any words.
CONTACT = env.text("CONTACT")

# OpenID Connect: on when there is a provider.
OIDC_ISSUER = env.issuer("OIDC_ISSUER")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.secret("OIDC_CLIENT_SECRET")
OIDC_NAME = env.text("OIDC_NAME")
OIDC_SCOPES = env.text("OIDC_SCOPES", "openid profile email")
OIDC_GROUPS_CLAIM = env.text("OIDC_GROUPS_CLAIM", "groups")
OIDC_SIGN_ALGORITHM = env.choice("OIDC_SIGN_ALGORITHM", "RS256", SIGN_ALGORITHMS)
if "openid" not in OIDC_SCOPES.split():
    raise ImproperlyConfigured("OIDC_SCOPES must hold openid, and be separated by blanks.")
# What mozilla-django-oidc calls them; accounts/oidc.py reads ours.
OIDC_RP_CLIENT_ID = OIDC_CLIENT_ID
OIDC_RP_SCOPES = OIDC_SCOPES
OIDC_USE_PKCE = True
OIDC_STORE_ID_TOKEN = True  # signing out at the provider asks for it
OIDC_AUTHENTICATION_CALLBACK_URL = "oidc-callback"

AUTHENTICATION_BACKENDS = ["curation.accounts.passwords.Backend"] if LOCAL_LOGIN else []
if OIDC_ISSUER:
    AUTHENTICATION_BACKENDS.append("curation.accounts.oidc.Backend")
if PROXY_AUTH_HEADER:
    AUTHENTICATION_BACKENDS.append("curation.accounts.proxy.Backend")

SESSION_ENGINE = "curation.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
# Groups, as the identity provider or the proxy names them, and the role that they give.
ROLE_ADMINISTRATOR_GROUPS = env.words("ROLE_ADMINISTRATOR_GROUPS")
ROLE_EDITOR_GROUPS = env.words("ROLE_EDITOR_GROUPS")
ROLE_READER_GROUPS = env.words("ROLE_READER_GROUPS")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Transport ------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = HTTPS
if HTTPS:
    # So named, a browser takes them from this very host alone, not from a neighbour in its domain.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
# Machines beside the server ask it directly, where no proxy says that it was HTTPS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Whether HSTS covers the subdomains and is preloaded is for the owner of the domain to say, in the
# proxy: other services may live there.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "curation.views.errors.csrf_failure"
# 200 items of 24 characters are 7 KB; nothing that an editor sends is larger than this. Files count
# too (RequestSizeMiddleware): no page takes any.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 1

# --- Language and time ----------------------------------------------------------------------------

LANGUAGES = [("fr", "Français"), ("en", "English")]
LANGUAGE_CODE = env.choice("LANGUAGE_CODE", "fr", [code for code, _ in LANGUAGES])
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = env.text("TIME_ZONE", "Europe/Paris")
try:
    zoneinfo.ZoneInfo(TIME_ZONE)
except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
    raise ImproperlyConfigured(f"TIME_ZONE: “{TIME_ZONE}” is not a known time zone.") from error

# --- Looks ----------------------------------------------------------------------------------------

BRAND_NAME = env.text("BRAND_NAME", "À la une")
# Checked for what can be read (checks.py); the others of its tones follow from it (branding.py).
BRAND_ACCENT = env.color("BRAND_ACCENT")
BRAND_ACCENT_DARK = env.color("BRAND_ACCENT_DARK")

# --- Static files ---------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "build" / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing one
WHITENOISE_ALLOW_ALL_ORIGINS = False  # pages of other sites have no use for them
WHITENOISE_USE_FINDERS = True  # what is not collected is served from where it is
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "curation.static.CollectedStaticFiles"},
}

# --- Logs -----------------------------------------------------------------------------------------

METRICS_TOKEN = env.key("METRICS_TOKEN")
LOG_FORMAT = env.choice("LOG_FORMAT", "line" if IS_SANDBOX else "json", [*FORMATS])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {name: {"()": formatter} for name, formatter in FORMATS.items()},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        # urllib3 logs request lines; ours (curation.portal) says what an operator needs.
        "urllib3": {"level": "ERROR"},
    },
}
