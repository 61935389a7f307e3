"""Indexes for student search, on PostgreSQL alone (docs/adr/0013). No row and no column changes, and nothing is locked:
they are built beside the running portal. A migration that was cut short is simply run again.

Without the extension pg_trgm search works but is slower, and finds no similar spelling; the migration says so.
"""

import sys

from django.db import DatabaseError, migrations

# accounts.folding in SQL: a test holds the two against each other. A change of one is a new migration with new indexes.
FUNCTION = r"""
CREATE OR REPLACE FUNCTION accounts_folded(name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  -- Most names are plain, and a search may fold thousands; the others take five times as long.
  IF name ~ '[^ A-Za-z]' THEN
    IF octet_length(name) <> char_length(name) THEN
      name := replace(replace(replace(replace(name, E'\u00b4', ''''), 'ß', 'ss'), 'æ', 'ae'), 'Æ', 'AE');
      name := replace(replace(replace(replace(name, 'œ', 'oe'), 'Œ', 'OE'), 'þ', 'th'), 'Þ', 'TH');
      name := regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g');
      name := translate(name, 'đĐøØłŁħĦıðÐ', 'dDoOlLhHidD');
    END IF;
    name := translate(
      name,
      E'-\u2010\u2011\u2012\u2013\u2014\u2015,;:/\\()[]{}"\u201c\u201d!?%_*+&@#<>=|~^$\u00b7\t\n\r''\u2019\u2018`\u02bb\u02bc.',
      repeat(' ', 41)
    );
  END IF;
  RETURN lower(name);
END $$
"""
INDEXES = ("student_by_surname", "student_by_first_name", "student_by_words")
NAMES = """
CREATE INDEX CONCURRENTLY {name} ON accounts_student
  (district_id, (accounts_folded({first}) COLLATE "C"), (accounts_folded({then}) COLLATE "C"))
"""
WORDS = """
CREATE INDEX CONCURRENTLY student_by_words ON accounts_student
  USING gin ((accounts_folded(' ' || first_name || ' ' || last_name || ' ') COLLATE "C") gin_trgm_ops)
  WITH (gin_pending_list_limit = 512)
"""
LACKING = """
  Student search has no index of words inside names: {reason}
  It works, but takes seconds in a large district, and finds no similar spelling. Let a superuser of the database run
    CREATE EXTENSION pg_trgm;
  and then the statement in docs/operations.md, "Student search".
"""


def add(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FUNCTION)
        for name in INDEXES:  # one that was cut short is there, and is of no use
            cursor.execute(f"DROP INDEX IF EXISTS {name}")
        cursor.execute(NAMES.format(name="student_by_surname", first="last_name", then="first_name"))
        cursor.execute(NAMES.format(name="student_by_first_name", first="first_name", then="last_name"))
        try:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except DatabaseError as error:
            sys.stderr.write(LACKING.format(reason=str(error).splitlines()[0]))
        else:
            cursor.execute(WORDS)
        # What an index computes is counted for the planner only now.
        cursor.execute("ANALYZE accounts_student")


def remove(apps, schema_editor):
    """Leave the extension: others may use it."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for name in INDEXES:
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")
    schema_editor.execute("DROP FUNCTION IF EXISTS accounts_folded(text)")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0012_accessible_copies")]
    operations = [migrations.RunPython(add, remove)]
