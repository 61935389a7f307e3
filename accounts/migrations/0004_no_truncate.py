"""Emptying a table of the record at once is refused too. Tests, which empty tables between them, say so by a setting."""

from django.db import migrations

TABLES = ("accounts_accessrecord", "accounts_accesschange")
FUNCTION = """
CREATE FUNCTION accounts_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('portal.tests_empty_tables', true) IS DISTINCT FROM 'on' THEN
    RAISE EXCEPTION 'The record of access is never emptied.';
  END IF;
  RETURN NULL;
END $$
"""


def add(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(FUNCTION)
    for table in TABLES:
        schema_editor.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION accounts_never_emptied()"
        )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in TABLES:
        schema_editor.execute(f"DROP TRIGGER never_emptied ON {table}")
    schema_editor.execute("DROP FUNCTION accounts_never_emptied()")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_holds")]
    operations = [migrations.RunPython(add, remove)]
