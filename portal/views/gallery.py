"""A page for staff with every part that pages are made of, as `docs/how-to.md` says: the next one is made of these.

Each specimen is a small template that includes the part itself, and its own source is shown beside it: what is copied
from here is what was looked at. Nothing is asked about anybody; `tests/portal/test_gallery.py` wants every file of
`templates/components` on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import SignedInRequest
from accounts.services import staff_roles
from accounts.sessions import Ending
from portal import languages
from scorereports import catalog
from scorereports.outcomes import Outcome, text_for

_SHOWN = (Outcome.BUSY, Outcome.LINK_EXPIRED, Outcome.BAD_REPORT, Outcome.ETS_DOWN, Outcome.NONE_YET)
_ICONS = (
    *("brand", "report", "screen", "video", "next", "back", "open", "save", "language", "subject", "school"),
    *("home", "fresh", "phone", "people", "key", "good", "warning", "problem", "info"),
)
_LONG_NAME = "Placeholder Maximiliana-Konstantinopolitana de la Santísima Trinidad"
_HALF, _WHOLE = 60, 120
# No page of staff changes by itself: a test compares them all (tests/accounts/test_people_scope.py).
_MOMENT = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Specimen:
    """`is_picture`: a part that would do something is shown and cannot be pressed."""

    name: str
    title: Any
    is_picture: bool = False

    @property
    def template(self) -> str:
        return f"portal/gallery/{self.name}.html"

    @property
    def source(self) -> str:
        made: Any = get_template(self.template)
        return str(made.template.source).strip()


SPECIMENS = (
    Specimen("look", _("Text")),
    Specimen("buttons", _("Buttons")),
    Specimen("alerts", _("Alerts: good, info, warning, problem")),
    Specimen("messages", _("Messages after something was done")),
    Specimen("fields", _("Fields, with mistakes")),
    Specimen("deed", _("A form that does one thing, and asks first")),
    Specimen("cards", _("Cards and badges")),
    Specimen("facts", _("Facts, a school year, something folded")),
    Specimen("table", _("A table: lines become blocks on a phone")),
    Specimen("chart", _("A chart is a table")),
    Specimen("empty_state", _("Nothing to show")),
    Specimen("pagination", _("Pages of a list")),
    Specimen("posted_pagination", _("Pages of a list inside a form")),
    Specimen("breadcrumbs", _("The pages above this one")),
    Specimen("tabs", _("Sides of one list")),
    Specimen("progress", _("Something that goes on")),
    Specimen("tongues_menu", _("Choice of language"), is_picture=True),
    Specimen("machine_made", _("A translation nobody has read yet")),
    Specimen("session_warning", _("Before a session ends"), is_picture=True),
    Specimen("support_view", _("A view as somebody else"), is_picture=True),
    Specimen("passkey", _("A passkey: hidden until a script knows it can"), is_picture=True),
    Specimen("outcomes", _("In the report's frame: busy, expired, failed")),
    Specimen("icons", _("Icons")),
)


class _Fields(forms.Form):
    name = forms.CharField(help_text="As it stands on the card.")
    code = forms.CharField()
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    school = forms.ChoiceField(choices=[("", "Every school"), ("1", "Placeholder School")], required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("Nothing was saved.")


class _Agrees(forms.Form):
    agrees = forms.BooleanField(label="I have seen an ID")


class _Reason(forms.Form):
    reason = forms.CharField(help_text="It stands in the record.")


@dataclass
class _Scheme:
    """One of the two panels of a specimen, with forms of its own: two fields of one page may not share an id."""

    name: str
    is_copy: bool = False
    support_view: Any = field(default_factory=lambda: SimpleNamespace(ends_at=_MOMENT))

    @property
    def progress_id(self) -> str:
        return f"progress-{self.name}"

    @property
    def form(self) -> forms.Form:
        return _Fields({"name": "A Placeholder", "day": "yesterday"}, auto_id=f"{self.name}_%s")

    @property
    def check(self) -> forms.Form:
        return _Agrees({}, auto_id=f"{self.name}_%s")

    @property
    def reason(self) -> forms.Form:
        return _Reason(auto_id=f"{self.name}_%s")


@require_GET
@login_required
@never_cache
def gallery(request: SignedInRequest) -> HttpResponse:
    """Show staff every part, in light and in dark."""
    if not staff_roles.is_staff_member(request.user):
        raise Http404("No such page.")
    schemes = [_Scheme("light"), _Scheme("dark", is_copy=True)]
    return render(
        request, "portal/gallery.html", {"specimens": SPECIMENS, "schemes": schemes, **_pretended()}
    )


def _pretended() -> dict[str, Any]:
    """Return what the specimens say: nothing of anybody's."""
    levels = (constants.SUCCESS, constants.INFO, constants.WARNING, constants.ERROR)
    every = list(languages.BY_CODE.values())
    return {
        "said": [Message(level, f"A message: {constants.DEFAULT_TAGS[level]}.") for level in levels],
        "names": ("A Placeholder", "B Placeholder", _LONG_NAME),
        "parts": [
            SimpleNamespace(
                word="none",
                label=label,
                number=number,
                total=_WHOLE,
                percent=number * 100 // _WHOLE,
                tone=tone,
            )
            for label, number, tone in (
                ("Opened", 42, "good"),
                ("Available", 66, ""),
                ("Not reached", 12, "warning"),
                ("None", 0, ""),
            )
        ],
        "school": SimpleNamespace(uuid=UUID(int=0)),
        "page": Paginator(range(_WHOLE), _HALF // 2).page(2),
        "offered": SimpleNamespace(all=every, current=every[0], back="/"),
        "ending": Ending(at=_MOMENT, seconds_left=_HALF, can_stay=True),
        "looks_as": SimpleNamespace(
            get_full_name="A Placeholder", viewed_by=SimpleNamespace(get_full_name="B Staff")
        ),
        "outcomes": [text_for(outcome, family=True, facts={"wait": "2 minutes"}) for outcome in _SHOWN],
        "access": SimpleNamespace(school=SimpleNamespace(contact="Placeholder School, 555-0100")),
        "icons": _ICONS,
        "year": catalog.year_label("2026"),
    }
