from django.db import migrations, models


def count_entries(apps, schema_editor):
    """Begin the tally with the entries that are there, counted once."""
    entry, tally = apps.get_model("curation", "AuditEntry"), apps.get_model("curation", "Tally")
    counts = entry.objects.order_by().values_list("action", "listing").annotate(n=models.Count("*"))
    tally.objects.bulk_create(
        tally(action=action, listing=listing, count=count) for action, listing, count in counts
    )


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0003_draft_steps"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("found", models.JSONField(default=dict)),
            ],
        ),
        migrations.AddField(
            model_name="listing",
            name="reading_milliseconds",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="listing",
            name="readings",
            field=models.BigIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("action", models.CharField(max_length=40)),
                ("listing", models.CharField(blank=True, max_length=40)),
                ("count", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("action", "listing"), name="tally_once")
                ],
            },
        ),
        migrations.RunPython(count_entries, migrations.RunPython.noop),
    ]
