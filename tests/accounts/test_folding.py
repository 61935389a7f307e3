"""Names folded for comparing: what counts as the same, and that the database and Python agree."""

from __future__ import annotations

import random

import pytest
from django.db.models import Value

from accounts.folding import Folded, folded
from accounts.models import District

# Letters, marks and signs that a name may have, and many that none has.
_SIGNS = [chr(number) for number in (*range(0x20, 0x250), *range(0x2E0, 0x370), *range(0x1E00, 0x2070))]


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Nguyễn", "nguyen"),
        ("NGUYỄN", "nguyen"),
        ("Đỗ", "do"),
        ("O'Brien", "obrien"),
        ("O’Brien", "obrien"),
        ("Ana-María", "ana maria"),
        ("St. John", "st john"),
        ("Müller Straße", "muller strasse"),
        ("100%_sure", "100  sure"),
        ("김민수", "김민수"),
        ("", ""),
    ],
)
def test_it_works(written: str, compared: str):
    # Korean syllables come apart, in the name and in what is typed alike.
    assert folded(written) == folded(compared)
    assert folded(written).isascii() == compared.isascii()
    assert not compared.isascii() or folded(written) == compared


@pytest.mark.django_db
def test_the_database_folds_as_python_does():
    dice = random.Random(12)  # noqa: S311 - made-up names, the same at each run; no secret
    names = ["".join(dice.choice(_SIGNS) for _ in range(10)) for _ in range(200)]
    district = District.objects.create(name="One", cds_code="1" * 14)
    for name in [*names, "Đỗ Thị Þór", "D’Angelo", "plain name", "it's"]:
        found = District.objects.annotate(name_=Folded(Value(name))).get(pk=district.pk)
        assert found.name_ == folded(name), ascii(name)
