"""How a name is written for comparing: small letters without accents, one blank between words; and the same in SQL.

Student search compares nothing else. PostgreSQL does it by `accounts_folded` (migration 0013), for an index can hold
only what the database computes; SQLite is handed the function here. `tests/accounts/test_folding.py` holds the two
against each other: where they differ, a student is there and is not found.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func, TextField
from django.db.models.sql.compiler import SQLCompiler

# Letters that are no letter with a mark, so that taking marks away leaves them.
_LETTERS = str.maketrans("đĐøØłŁħĦıðÐ", "dDoOlLhHidD")
_PAIRS = {"\u00b4": "'", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH"}
# O'Brien is also Obrien; Ana-Maria is also Ana Maria. With the apostrophes, hyphens and dashes of word processors.
_JOINS = "'\u2019\u2018`\u02bb\u02bc."
_PARTS = '-\u2010\u2011\u2012\u2013\u2014\u2015,;:/\\()[]{}"\u201c\u201d!?%_*+&@#<>=|~^$\u00b7\t\n\r'
_SIGNS = str.maketrans(_PARTS, " " * len(_PARTS), _JOINS)
_MARKS = dict.fromkeys(range(0x300, 0x370))


def folded(text: str) -> str:
    """Return a name without capitals, accents and signs; blanks stay as they are."""
    if not text.isascii():
        for letter, pair in _PAIRS.items():
            text = text.replace(letter, pair)
        text = unicodedata.normalize("NFKD", text).translate(_MARKS).translate(_LETTERS)
    return text.translate(_SIGNS).lower()


class Folded(Func):
    """The folded text of one column, or of several with blanks around each, in a query. None may be NULL."""

    function = "accounts_folded"
    arg_joiner = " || ' ' || "
    output_field = TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        # Compared by bytes, as the indexes are: only so is a beginning a stretch of them, and in their order.
        template = f'({self._template()} COLLATE "C")'
        return self.as_sql(compiler, connection, template=template, **more)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        connection.ensure_connection()
        connection.connection.create_function(self.function, 1, folded, deterministic=True)
        return self.as_sql(compiler, connection, template=self._template(), **more)

    def _template(self) -> str:
        several = len(self.source_expressions) > 1
        return "%(function)s(' ' || %(expressions)s || ' ')" if several else "%(function)s(%(expressions)s)"


class LikeAny(Func):
    """Whether a text fits one of some LIKE patterns; PostgreSQL alone."""

    output_field = BooleanField()

    def __init__(self, text: Func, patterns: tuple[str, ...]) -> None:
        super().__init__(text)
        self.patterns = patterns

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_more: Any) -> Any:
        del connection
        text, given = compiler.compile(self.source_expressions[0])
        return f"{text} LIKE ANY (%s)", [*given, list(self.patterns)]
