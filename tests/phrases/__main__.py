"""`python -m tests.phrases update|check|compile [LANGUAGE …]`: the catalogues of what families read.

update    texts from the code into every catalogue (`make messages` does this and compiles)
check     what is missing or wrong, one line each; exit 1 if there is anything
compile   what Django reads, beside each catalogue
"""

from __future__ import annotations

import sys

from django.utils.translation import to_language

from portal.phrases import catalogs, checking
from tests.phrases import updating
from tests.phrases.extracting import family_phrases


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in {"update", "check", "compile"}:
        sys.stderr.write(__doc__ or "")
        return 2
    wanted = [to_language(code).lower() for code in arguments[1:]] or list(updating.TRANSLATED)
    if unknown := [code for code in wanted if code not in updating.TRANSLATED]:
        sys.stderr.write(
            f"No catalogue for {', '.join(unknown)}; there is: {', '.join(updating.TRANSLATED)}.\n"
        )
        return 2
    return {"update": _update, "check": _check, "compile": _compile}[arguments[0]](wanted)


def _update(languages: list[str]) -> int:
    phrases = family_phrases()
    for language in languages:
        path = updating.path_of(language)
        catalog = updating.updated(language, phrases, updating.old_catalog(language))
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog.save(str(path))
        sys.stdout.write(
            f"{language}: {len(catalog)} texts, {len(catalog.untranslated_entries())} without translation\n"
        )
    return 0


def _check(languages: list[str]) -> int:
    phrases = family_phrases()
    wrong = 0
    for language in languages:
        catalog = catalogs.read(updating.path_of(language))
        faults = [*updating.behind(catalog, phrases), *checking.faults(catalog, language)]
        for fault in faults:
            sys.stdout.write(f"{language}: {fault}\n")
        left = len(catalog.untranslated_entries())
        sys.stdout.write(
            f"{language}: {len(catalog)} texts, {left} missing, {len(faults) - left} other faults\n"
        )
        wrong += len(faults)
    return 1 if wrong else 0


def _compile(languages: list[str]) -> int:
    for language in languages:
        catalogs.compile_file(updating.path_of(language))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
