"""Fills what a form field offers, by the field's name; a form whose choices depend on its reader calls it.

`form.fields` holds plain fields to the type checker, which know neither rows nor choices. A name whose field is of
another kind is a mistake of ours, and raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let the field choose among these rows. Raises TypeError if it chooses none."""
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(f"{name} does not choose among rows")
    field.queryset = rows


def offer_choices(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let the field choose among these values, each with its words. Raises TypeError if it chooses none."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} does not choose among values")
    field.choices = list(choices)
