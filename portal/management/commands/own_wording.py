"""`manage.py own_wording`: checks a district's own wording and compiles it; exit 1 if something in it is wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management import BaseCommand, CommandError

from portal.languages import BY_CODE
from portal.phrases import catalogs, checking


class Command(BaseCommand):
    help = "Check the catalogues in OWN_WORDING and compile them; a restart of the portal shows them."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.OWN_WORDING:
            raise CommandError("OWN_WORDING names no folder (.env.example explains it).")
        found = list(catalogs.in_folder(Path(settings.OWN_WORDING)))
        if not found:
            raise CommandError(
                f"{settings.OWN_WORDING} has no <language>/LC_MESSAGES/django.po, such as es or zh_Hant."
            )
        wrong = [line for language, path in found for line in self._compile(language, path)]
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            sys.exit(1)

    def _compile(self, language: str, path: Path) -> list[str]:
        """Compile one catalogue, unless something in it is wrong: then say what."""
        if language not in BY_CODE:
            return [f"{path}: the portal has no {language}"]
        try:
            catalog = catalogs.read(path)
        except (OSError, ValueError) as problem:
            return [str(problem)]
        faults = [*_unknown(catalog), *checking.faults_of_texts(catalog, language)]
        if not faults:
            catalog.metadata = catalogs.header(
                language, tag=BY_CODE[language].tag, reviewed_by="the district"
            )
            path.with_suffix(".mo").write_bytes(catalogs.compiled(catalog))
            self.stdout.write(f"{path}: {len(catalog)} phrases")
        return [f"{path}: {fault}" for fault in faults]


def _unknown(catalog: polib.POFile) -> list[str]:
    """Say which texts nothing in the portal says: a slip in the English text would change nothing, silently."""
    ours = catalogs.read(catalogs.path_of(settings.BASE_DIR / "locale", "es"))
    known = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in ours}
    return [
        f"the portal does not say “{entry.msgid}” to families"
        for entry in catalog
        if (entry.msgctxt, entry.msgid, entry.msgid_plural) not in known
    ]
