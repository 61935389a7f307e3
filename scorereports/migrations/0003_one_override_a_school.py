import django.db.models.deletion
from django.db import migrations, models


def keep_the_one_in_force(apps, schema_editor):
    """Leave each school its oldest override: the one that was used where two were saved at the same moment."""
    overrides = apps.get_model("scorereports", "SchoolOverride").objects
    seen = set()
    for override in overrides.order_by("configuration_id", "pk"):
        if override.school_id in seen:
            override.delete()
        seen.add(override.school_id)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_append_only"),
        ("scorereports", "0002_delivery"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="SchoolOverride",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "configuration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="scorereports.configuration",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.school",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "school that overrides the default",
                        "verbose_name_plural": "schools that override the default",
                        "db_table": "scorereports_configuration_schools",
                    },
                ),
                migrations.AlterField(
                    model_name="configuration",
                    name="schools",
                    field=models.ManyToManyField(
                        blank=True,
                        related_name="configurations",
                        through="scorereports.SchoolOverride",
                        to="accounts.school",
                        verbose_name="schools that override the default",
                    ),
                ),
            ],
        ),
        migrations.RunPython(keep_the_one_in_force, migrations.RunPython.noop, elidable=True),
    ]
