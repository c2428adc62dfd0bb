"""The pages to compare with."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

if settings.KIND == "wagtail":
    urlpatterns = [
        path("admin/", include("wagtail.admin.urls")),
        path("documents/", include("wagtail.documents.urls")),
        path("", include("wagtail.urls")),
    ]
else:
    import shelf.views

    urlpatterns = [path("admin/", admin.site.urls), path("lists/", shelf.views.lists)]
