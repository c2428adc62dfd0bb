"""What a list holds, as a table."""

from django.db import models


class Item(models.Model):
    """One place of a list."""

    portal_id = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    organization = models.CharField(max_length=200)
    order = models.PositiveIntegerField(default=0, db_index=True)

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return self.title
