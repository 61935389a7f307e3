"""What a state of a page is made of: who looks, what has to be so before, and how one gets there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from accounts.models import Student
from tests.functional.browser.place import Place

Prepare = Callable[[Place], Any]
Go = Callable[[Place, Page], Any]


def nothing(_place: Place) -> None:
    """Need nothing beyond the cast."""


@dataclass(frozen=True)
class State:
    go: Go
    who: str = ""
    prepare: Prepare = nothing
    kind: str = ""
    redirects: bool = False


def at(path: str) -> Go:
    return lambda _place, page: page.goto(path)


def child(**fields: Any) -> Prepare:
    return lambda place: Student.unscoped.filter(pk=place.cast.child.pk).update(**fields)
