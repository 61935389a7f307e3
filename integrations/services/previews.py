"""The change set of a run in words: who would lose or gain what, and what changes, before and after.

The preview pages call it. Every line is a row of the persisted change set, the very rows that are applied; names are
looked up for the page at hand alone, so that a hundred thousand changes are as quick as fifty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Enrollment, School, User
from accounts.models.guardianship import Standing
from accounts.rights import Role
from accounts.services import handovers
from integrations.models import EnrollmentChange, Op, SyncRun
from integrations.models.changes import GuardianshipReason
from integrations.services import sync_words, syncs
from integrations.services.preview_names import Names
from portal.base.clock import local_today

# Lists of the preview: the two that matter most, then each part of the change set.
LOSING, GAINING = "losing", "gaining"
TITLES = {
    LOSING: gettext_lazy("Adults who lose access to a child’s reports"),
    GAINING: gettext_lazy("Adults who gain access to a child’s reports"),
    "students": gettext_lazy("Students who are new or change"),
    "enrollments": gettext_lazy("Enrollments"),
    "guardians": gettext_lazy("Adults who are new or change"),
    "links": gettext_lazy("All links between adults and students"),
    "accounts": gettext_lazy("New staff accounts"),
    "roles": gettext_lazy("Staff roles"),
    "schools": gettext_lazy("Schools"),
    "sections": gettext_lazy("Classes"),
    "teachers": gettext_lazy("Teachers of classes"),
    "places": gettext_lazy("Students in classes"),
    "caseloads": gettext_lazy("Students on caseloads"),
}
_WHY = {
    GuardianshipReason.NEW: gettext_lazy("New at the source."),
    GuardianshipReason.LEGAL: gettext_lazy("The source changed what it says about “legal guardian”."),
    GuardianshipReason.DETAILS: gettext_lazy("Details changed at the source."),
    GuardianshipReason.ABSENT: gettext_lazy("The source did not have this adult in two complete answers."),
    GuardianshipReason.RETURNED: gettext_lazy("The source has this adult again."),
}


@dataclass(frozen=True)
class Detail:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One change, as a person reads it."""

    title: str
    about: str
    happens: str
    why: str = ""
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True)
class AtSchool:
    """What one school would lose: links of adults, students who leave, staff roles."""

    uuid: str
    name: str
    losing: int
    leaving: int
    roles: int


def rows(run: SyncRun, part: str, school: School | None = None) -> QuerySet[Any]:
    """Return the changes of one list, of one school if it is named. KeyError for an unknown list."""
    if part == LOSING:
        found = syncs.change_set(run, "links").filter(loses=True)
    elif part == GAINING:
        found = syncs.change_set(run, "links").filter(gains=True)
    else:
        found = syncs.change_set(run, {name: name for name in TITLES}[part])
    return found if school is None else found.filter(_at(run, school, found.model))


def lines(run: SyncRun, part: str, changes: Iterable[Any], user: User) -> list[Line]:
    """Return the lines of one page."""
    page = list(changes)
    write = _WRITERS["links" if part in {LOSING, GAINING} else part]
    names = Names(run, page, user)
    return [write(change, names) for change in page]


def by_school(run: SyncRun) -> list[AtSchool]:
    """Return the schools that would lose something, those that lose most links first."""
    losing = {str(row["school_uuid"]): row["losing"] for row in syncs.losing_by_school(run)}
    leaving = _by_code(syncs.change_set(run, "enrollments").filter(loses=True))
    roles = _by_code(syncs.change_set(run, "roles").filter(loses=True))
    schools = School.objects.filter(
        Q(uuid__in=losing) | Q(cds_code__in=[*leaving, *roles]), district=run.district_id
    )
    found = [
        AtSchool(
            str(school.uuid),
            school.name,
            losing.get(str(school.uuid), 0),
            leaving.get(school.cds_code, 0),
            roles.get(school.cds_code, 0),
        )
        for school in schools
    ]
    return sorted(found, key=lambda one: (-one.losing, -one.leaving, one.name))


def totals(run: SyncRun) -> dict[str, int]:
    links = syncs.change_set(run, "links").order_by()
    counted: dict[str, int] = links.aggregate(
        losing=Count("pk", filter=Q(loses=True)), gaining=Count("pk", filter=Q(gains=True))
    )
    return counted


def _by_code(changes: QuerySet[Any]) -> dict[str, int]:
    return dict(changes.order_by().values_list("cds_code").annotate(Count("pk")))


def _at(run: SyncRun, school: School, model: type[Any]) -> Q:
    """Say of a change that it is about this school: by its code, or by a student who is or comes there."""
    fields = {field.name for field in model._meta.get_fields()}  # noqa: SLF001 - Django documents _meta as the way to a model's fields
    if "cds_code" in fields:
        return Q(cds_code=school.cds_code)
    if "local_id" not in fields:
        return Q(pk__in=[])
    here = Enrollment.objects.on(local_today()).filter(school=school).values("student__local_id")
    coming = EnrollmentChange.objects.filter(run=run, op=Op.INSERT, cds_code=school.cds_code).values(
        "local_id"
    )
    return Q(local_id__in=here) | Q(local_id__in=coming)


# --- One row in words ----------------------------------------------------------------------------------------------


def _op(change: Any) -> str:
    return capfirst(sync_words.word(sync_words.OPS, change.op))


def _day(day: Any) -> str:
    return date_format(day, "DATE_FORMAT") if day else _("no end date")


def _details(*pairs: tuple[Any, Any, Any]) -> tuple[Detail, ...]:
    """Keep what differs."""
    return tuple(
        Detail(str(label), str(before or "–"), str(after or "–"))
        for label, before, after in pairs
        if (before or "") != (after or "")
    )


def _masked(ssid: str) -> str:
    return _("ends in %(digits)s") % {"digits": ssid[-4:]} if ssid else ""


def _flag(value: bool | None) -> str:
    return {True: _("yes"), False: _("no"), None: _("not said")}[value]


def _school_line(change: Any, _names: Names) -> Line:
    details = _details((_("Name"), change.before_name, change.name)) if change.op == Op.UPDATE else ()
    return Line(change.name, "", _op(change), details=details)


def _student_line(change: Any, names: Names) -> Line:
    name = f"{change.first_name} {change.last_name}".strip()
    about = _("Student id %(id)s") % {"id": change.local_id}
    if change.op == Op.INSERT:
        return Line(name, about, _op(change))
    before = f"{change.before_first_name} {change.before_last_name}".strip()
    born = [day and date_format(day, "DATE_FORMAT") for day in (change.before_birth_date, change.birth_date)]
    details = _details(
        (_("Name"), before, name),
        (_("Birth date"), born[0], born[1]),
        (_("Grade"), change.before_grade, change.grade),
        (_("E-mail address"), change.before_email, change.email),
    )
    if change.before_ssid != change.ssid:  # not by what is shown: two numbers may end alike
        details += (Detail(_("SSID"), _masked(change.before_ssid) or "–", _masked(change.ssid) or "–"),)
    why = _("No report opens until staff confirm the new SSID.") if change.ssid_questioned else ""
    return Line(names.student(change.local_id), about, _op(change), why, details)


def _enrollment_line(change: Any, names: Names) -> Line:
    details = (
        _details((_("Last day"), _day(change.before_until), _day(change.until))) if change.target_id else ()
    )
    return Line(names.student(change.local_id), names.school(change.cds_code), _op(change), details=details)


def _guardian_line(change: Any, _names: Names) -> Line:
    if change.op == Op.INSERT:
        return Line(change.name, change.email, _op(change))
    details = _details(
        (_("Name"), change.before_name, change.name),
        (_("E-mail address"), change.before_email, change.email),
        (_("Language"), change.before_language, change.language),
    )
    before, now = (change.before_name, change.before_email), (change.name, change.email)
    why = ""
    if handovers.is_somebody_else(before=before, now=now):
        why = _(
            "Somebody else by name and address: an account that is joined to this record is taken off it."
        )
    return Line(change.before_name or change.name, "", _op(change), why, details)


def _link_line(change: Any, names: Names) -> Line:
    if change.loses:
        happens = _("Loses access")
    elif change.gains:
        happens = _("Gains access")
    elif change.standing == Standing.REVIEW and change.before_standing != Standing.REVIEW:
        happens = _("Waits for a decision of staff")
    else:
        happens = _op(change)
    legal = (_("Legal guardian"), _flag(change.before_legal_guardian), _flag(change.legal_guardian))
    ends = (_("Last day"), _day(change.before_until), _day(change.until))
    details = _details(legal, ends) if change.target_id else ()
    about = _("for %(child)s") % {"child": names.student(change.local_id)}
    adult = names.guardian(change.contact_id)
    title = f"{adult} ({change.relationship})" if change.relationship else adult
    return Line(title, about, happens, str(_WHY.get(change.reason, "")), details)


def _account_line(change: Any, _names: Names) -> Line:
    return Line(change.name or change.email, change.email, _op(change))


def _role_line(change: Any, names: Names) -> Line:
    role = capfirst(str(Role(change.role).label)) if change.role in Role.values else change.role
    place = names.school(change.cds_code) if change.cds_code else _("the whole district")
    details = (
        _details((_("Last day"), _day(change.before_until), _day(change.until))) if change.target_id else ()
    )
    return Line(names.staff(change.email), f"{role}, {place}", _op(change), details=details)


def _section_line(change: Any, names: Names) -> Line:
    details = _details((_("Name"), change.before_name, change.name)) if change.op == Op.UPDATE else ()
    return Line(change.name, names.school(change.cds_code), _op(change), details=details)


def _teacher_line(change: Any, names: Names) -> Line:
    place = f"{names.section(change.cds_code, change.section_id)}, {names.school(change.cds_code)}"
    return Line(names.staff(change.email), place, _op(change))


def _place_line(change: Any, names: Names) -> Line:
    place = f"{names.section(change.cds_code, change.section_id)}, {names.school(change.cds_code)}"
    return Line(names.student(change.local_id), place, _op(change))


def _caseload_line(change: Any, names: Names) -> Line:
    about = _("on the caseload of %(name)s") % {"name": names.staff(change.email)}
    return Line(names.student(change.local_id), about, _op(change))


_WRITERS: dict[str, Callable[[Any, Names], Line]] = {
    "schools": _school_line,
    "students": _student_line,
    "enrollments": _enrollment_line,
    "guardians": _guardian_line,
    "links": _link_line,
    "accounts": _account_line,
    "roles": _role_line,
    "sections": _section_line,
    "teachers": _teacher_line,
    "places": _place_line,
    "caseloads": _caseload_line,
}
