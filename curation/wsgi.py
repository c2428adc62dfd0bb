"""The WSGI application that gunicorn serves."""

import os

from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application
from django.db import connection

from curation.templatetags.words import load_locales

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curation.settings")
application = get_wsgi_application()
# manage.py asks this before each command; a server has to ask by itself.
BaseCommand().check(databases=["default"])
load_locales()
# Workers that are forked from here (gunicorn --preload) must not share what the checks opened.
connection.close()
