"""Who reads students without asking `accounts.access`. The list is short and each entry has its reason."""

import re

import pytest

from tests.house import tree

ALLOWED = {
    "accounts/access.py": "it is the rule",
    "accounts/access_ages.py": "who turns 18: whose rights pass",
    "accounts/access_rules.py": "by which ways it lets people in",
    "accounts/access_search.py": "where a search looks; what it finds goes through the rule",
    "accounts/services/students.py": "confirms an SSID that changed, finds those that are shared",
    "integrations/sync/applying.py": "names the table, to have its statistics taken",
    "integrations/sync/statements/caseloads.sql": "the sync finds students by local id",
    "integrations/sync/statements/contacts.sql": "the sync finds students by local id",
    "integrations/sync/statements/enrollments.sql": "the sync finds students by local id",
    "integrations/sync/statements/places.sql": "the sync finds students by local id",
    "integrations/sync/statements/students.sql": "the sync brings students in",
    "portal/demo/people.py": "brings in the pretend district",
}
# Ways around the one manager that `Student` has, or to it by another name.
PATTERNS = {
    "unscoped": re.compile(r"\.unscoped\b"),
    "another manager": re.compile(r"\._default_manager\b|\._base_manager\b"),
    "by the model": re.compile(r"get_(?:object|list)_or_404\(\s*Student\b|Student\.objects\b"),
    "a form or admin of students": re.compile(r"\bmodel\s*=\s*Student\b|\.register\(\s*Student\b"),
    "raw SQL": re.compile(r"\baccounts_student\b"),
}


def product_files():
    """Leave out where the manager is declared, and portal.base, which by its layer knows no Student."""
    files = tree.files(".py", ".sql", under=tree.PRODUCT)
    return [file for file in files if not {"models", "base"} & set(file.parts)]


@pytest.mark.promise("A1")
@pytest.mark.parametrize("way", PATTERNS)
def test_nobody_reads_students_past_the_one_rule(way):
    users = {tree.name_of(file) for file in product_files() if PATTERNS[way].search(file.read_text())}

    assert users - set(ALLOWED) == set()


def test_the_list_of_who_may_holds_nobody_who_does_not():
    ways = [PATTERNS["unscoped"], PATTERNS["raw SQL"]]
    users = {
        tree.name_of(file) for file in product_files() if any(way.search(file.read_text()) for way in ways)
    }

    assert set(ALLOWED) - users == set()


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ("unscoped", "Student.unscoped.all()"),
        ("another manager", "Student._default_manager.get(pk=1)"),
        ("by the model", "get_object_or_404(Student, uuid=key)"),
        ("a form or admin of students", "model = Student"),
        ("raw SQL", "select * from accounts_student"),
    ],
)
def test_each_way_around_is_seen(way, code):
    assert PATTERNS[way].search(code)
