from django.db import migrations, models

from portal.base import secrets


def seal_client_keys(apps, schema_editor):
    """Move the client keys out of the connections' rows into the table of stored secrets."""
    connections = apps.get_model("integrations", "Connection").objects
    for connection in connections.exclude(user_name="").filter(key_id=None):
        key_id = secrets.put(
            connection.user_name, purpose="connection-key", set_by="migration", expires=connection.expires
        )
        connections.filter(pk=connection.pk).update(key_id=key_id)


def unseal_client_keys(apps, schema_editor):
    """Put the client keys back, for whoever goes back to the version before."""
    connections = apps.get_model("integrations", "Connection").objects
    for connection in connections.exclude(key_id=None):
        key = secrets.reveal(connection.key_id, purpose="connection-key")
        connections.filter(pk=connection.pk).update(user_name=key, key_id=None)
        secrets.forget(connection.key_id)


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0001_initial"),
        ("integrations", "0002_link_hosts"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="key_id",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="connection",
            name="user_name",
            field=models.CharField(default="", max_length=200, verbose_name="client key"),
        ),
        migrations.RunPython(seal_client_keys, unseal_client_keys),
    ]
