"""The list, to be ordered in the admin: by numbers, or by dragging."""

from django.conf import settings
from django.contrib import admin

from shelf.models import Item

if settings.KIND == "sortable":
    from adminsortable2.admin import SortableAdminMixin

    class ItemAdmin(SortableAdminMixin, admin.ModelAdmin):
        """Dragged into order."""

        list_display = ["title", "portal_id", "organization", "order"]

else:

    class ItemAdmin(admin.ModelAdmin):
        """Numbered into order."""

        list_display = ["title", "portal_id", "organization", "order"]
        list_editable = ["order"]


admin.site.register(Item, ItemAdmin)
