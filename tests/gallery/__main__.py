"""What script/screenshots runs."""

import sys

import django

django.setup()

from tests.gallery.pictures import main  # noqa: E402  once Django is set up

sys.exit(main())
