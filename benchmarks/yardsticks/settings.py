"""What others make of the same task: one small Django project, in the form that YARDSTICK names.

`admin`: Django's admin, as every team gets it for free, and a page that asks the portal for one
list after the other. `sortable`: the admin with django-admin-sortable2. `wagtail`: its explorer.
"""

import os
from pathlib import Path

KIND = os.environ["YARDSTICK"]
DIRECTORY = Path(os.environ["YARDSTICK_DIRECTORY"])  # for its database and static files
PORTAL_URL = os.environ.get("PORTAL_URL", "")
PORTAL_API_KEY = os.environ.get("PORTAL_API_KEY", "")

SECRET_KEY = "measured-on-this-machine-only"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "urls"
WSGI_APPLICATION = "wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
LANGUAGE_CODE = "fr"

_OTHERS = {
    "admin": [],
    "sortable": ["adminsortable2"],
    "wagtail": [
        *("wagtail.sites", "wagtail.users", "wagtail.documents", "wagtail.images"),
        *("wagtail.snippets", "wagtail.search", "wagtail.admin", "wagtail", "taggit"),
    ],
}
INSTALLED_APPS = [
    *_OTHERS[KIND],
    *(() if KIND == "wagtail" else ("shelf",)),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
# As the product's.
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DIRECTORY / f"{KIND}.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 15,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
}
STATIC_URL = "static/"
STATIC_ROOT = DIRECTORY / f"{KIND}-static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WAGTAIL_SITE_NAME = "Yardstick"
WAGTAILADMIN_BASE_URL = "http://127.0.0.1"
