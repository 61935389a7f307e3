"""A district says a phrase its own way: in a folder of its own, checked before it is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.test import Client

from portal import languages
from tests.scorereports.pages import words

PHRASE = """
msgid "Need help?"
msgstr "¿Necesita ayuda de Example Unified?"
"""


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.OWN_WORDING = str(tmp_path)
    settings.LANGUAGES = [(one.code, one.own_name) for one in languages.SPOKEN]
    settings.LOCALE_PATHS = [tmp_path, *django_settings.LOCALE_PATHS]
    return tmp_path


def write(folder: Path, text: str, language: str = "es") -> Path:
    path = folder / language / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_it_works(folder: Path, capsys: Any):
    path = write(folder, PHRASE)
    call_command("own_wording")

    assert f"{path}: 1 phrases" in capsys.readouterr().out
    assert "¿Necesita ayuda de Example Unified?" in words(
        Client().get("/help/", headers={"Accept-Language": "es"})
    )


def test_english_too_is_said_otherwise(folder: Path):
    write(folder, PHRASE.replace("¿Necesita ayuda de", "Ask us at"), "en")
    call_command("own_wording")

    assert "Ask us at Example Unified?" in words(Client().get("/help/"))


@pytest.mark.parametrize(
    ("text", "language", "fault"),
    [
        (PHRASE.replace("Need help?", "Need hlep?"), "es", "does not say “Need hlep?”"),
        ('msgid "Grade %(grade)s"\nmsgstr "Grado %(grado)s"\n', "es", "lacks %(grade)s"),
        ('msgid "Need help?"\nmsgstr ""\n', "es", "missing"),
        ("nonsense here", "es", "Syntax error"),
        (PHRASE, "xx", "has no xx"),
    ],
)
def test_a_slip_is_told_and_nothing_is_shown(text: str, language: str, fault: str, folder: Path, capsys: Any):
    path = write(folder, text, language)
    with pytest.raises(SystemExit):
        call_command("own_wording")

    assert fault in capsys.readouterr().err
    assert not path.with_suffix(".mo").exists()


def test_an_empty_folder_is_told(folder: Path):
    with pytest.raises(CommandError, match="no <language>"):
        call_command("own_wording")


def test_without_a_folder_there_is_nothing_to_do(settings: Any):
    settings.OWN_WORDING = ""
    with pytest.raises(CommandError, match="names no folder"):
        call_command("own_wording")
