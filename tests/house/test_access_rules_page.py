"""The page of rights is printed from the tables that decide, so it cannot say something else than they do."""

import io

from django.core.management import call_command

from tests.house import tree


def test_the_page_says_what_the_tables_say():
    printed = io.StringIO()
    call_command("access_rules", stdout=printed)

    page = (tree.ROOT / "docs" / "access-rules.md").read_text()
    assert page == printed.getvalue(), "print it again: manage.py access_rules > docs/access-rules.md"
