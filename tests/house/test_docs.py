"""Pages that name commands, files and settings which are not there mislead; these tests read them."""

import re

from tests.house import tree

PAGES = [*(tree.ROOT).glob("*.md"), *(tree.ROOT / "docs").rglob("*.md")]
SETTING = re.compile(r"""(?:env\.[a-z]+\(|environ\.get\(|environ\[|_setting\()\s*"([A-Z][A-Z_]+)\"""")
# Set by tools around the portal, not by whoever runs it.
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE"}


def settings_read():
    sources = [*tree.files(".py", under=tree.PRODUCT), *tree.ROOT.glob("gunicorn.conf.py")]
    return {name for file in sources for name in SETTING.findall(file.read_text())} - NOT_SETTINGS


def test_every_setting_is_explained_in_the_example_and_in_operations():
    example = set(
        re.findall(r"^#?\s?([A-Z][A-Z_]+)=", (tree.ROOT / ".env.example").read_text(), re.MULTILINE)
    )
    operations = (tree.ROOT / "docs" / "operations.md").read_text()

    assert settings_read() - example == set()
    assert {name for name in settings_read() if f"`{name}`" not in operations} == set()
    assert example - settings_read() == set(), "explained but read nowhere"


def test_every_relative_link_leads_to_a_file():
    dead = [
        f"{tree.name_of(page)} -> {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert dead == []


def test_every_make_command_in_the_pages_exists():
    targets = set(re.findall(r"^([a-z][a-z-]*):", (tree.ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z][a-z-]*)", page.read_text())}

    assert named - targets == set()
    assert {"run", "test"} <= named


def test_the_readme_has_80_lines_at_most():
    assert len((tree.ROOT / "README.md").read_text().splitlines()) <= 80
