"""Words for what a sync writes as machine words: kinds, parts of a change set, problems, failures, the brake's reasons.

The pages about syncs call it. A word that is not listed is shown as it is, so that a new source says something at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from integrations.models import SyncSettings, SyncState, Vendor
from integrations.services import check_words, csv_words

SOURCES = {
    "illuminate": gettext_lazy("Illuminate"),
    "csv": gettext_lazy("CSV files"),
    "powerschool": gettext_lazy("PowerSchool"),
}
# Rows as they come, and the parts of a change set.
KINDS = {
    "schools": gettext_lazy("schools"),
    "terms": gettext_lazy("terms"),
    "students": gettext_lazy("students"),
    "enrollments": gettext_lazy("enrollments"),
    "contacts": gettext_lazy("adults of students"),
    "guardians": gettext_lazy("adults"),
    "links": gettext_lazy("links between adults and students"),
    "staff": gettext_lazy("staff"),
    "accounts": gettext_lazy("staff accounts"),
    "roles": gettext_lazy("staff roles"),
    "sections": gettext_lazy("classes"),
    "teachers": gettext_lazy("teachers of classes"),
    "places": gettext_lazy("students in classes"),
    "caseloads": gettext_lazy("students on caseloads"),
    "absences": gettext_lazy("missing once"),
}
OPS = {
    "insert": gettext_lazy("new"),
    "update": gettext_lazy("changed"),
    "end": gettext_lazy("ended"),
    "revive": gettext_lazy("back"),
    "miss": gettext_lazy("noted: they end if the next sync lacks them too"),
    "back": gettext_lazy("there again"),
    "skipped": gettext_lazy("left alone, since somebody changed them meanwhile"),
}
# state: headline, kind of the alert.
STATES = {
    SyncState.WAITING: (gettext_lazy("Waits to begin"), "info"),
    SyncState.FETCHING: (gettext_lazy("Fetches rows from the source"), "info"),
    SyncState.COMPARING: (gettext_lazy("Compares the rows with what is here"), "info"),
    SyncState.HELD: (gettext_lazy("Held: waits for your decision"), "warning"),
    SyncState.APPLYING: (gettext_lazy("Writes the changes"), "info"),
    SyncState.DONE: (gettext_lazy("Done"), "good"),
    SyncState.FAILED: (gettext_lazy("Failed: nothing was changed"), "problem"),
    SyncState.DISCARDED: (gettext_lazy("Discarded: nothing was changed"), "info"),
}
# reason: what is wrong, what to do.
PROBLEMS = {
    "birth-date-missing": (
        gettext_lazy("No birth date"),
        gettext_lazy("Enter it at the source. Until then parents do not see the reports."),
    ),
    "cds-code-missing": (
        gettext_lazy("A school without a CDS code"),
        gettext_lazy("Enter its 14 digits at the source. Without them its students cannot be placed."),
    ),
    "school-of-another-district": (
        gettext_lazy("A school that belongs to another district here"),
        gettext_lazy("Check its CDS code at the source."),
    ),
    "changed-meanwhile": (
        gettext_lazy("Somebody changed it here after the sync had compared it"),
        gettext_lazy("Nothing to do: what the person did stays, and the next sync looks again."),
    ),
    "email-missing": (
        gettext_lazy("A member of staff without an e-mail address"),
        gettext_lazy("Enter it at the source, or they get no account."),
    ),
    "email-shared": (
        gettext_lazy("Two members of staff with one e-mail address"),
        gettext_lazy("Give each their own at the source. Neither gets a role until then."),
    ),
    "id-unusable": (
        gettext_lazy("A row without a usable id"),
        gettext_lazy("Correct the id at the source. The row was left out."),
    ),
    "legal-guardian-blank": (
        gettext_lazy("The source does not say whether the adult is a legal guardian"),
        gettext_lazy("Set the flag at the source. The link stays as it was."),
    ),
    "legal-guardian-contradicts": (
        gettext_lazy("The source says both: legal guardian, and not"),
        gettext_lazy("The adult stands there twice beside one student. Correct one of the two rows."),
    ),
    "role-unmapped": (
        gettext_lazy("A role that has no meaning here yet"),
        gettext_lazy("Say under “Role mappings” what it means, or that it grants nothing."),
    ),
    "section-unknown": (
        gettext_lazy("A class that the source did not send"),
        gettext_lazy("Usually the next sync has it. If it stays, look the class up at the source."),
    ),
    "site-unknown": (
        gettext_lazy("A school that the source did not send"),
        gettext_lazy("Check that the school is active at the source and has a CDS code."),
    ),
    "staff-unknown": (
        gettext_lazy("A member of staff that the source did not send, or who has no role here"),
        gettext_lazy("Check their e-mail address, and what their role means under “Role mappings”."),
    ),
    "student-unknown": (
        gettext_lazy("A student that the source did not send"),
        gettext_lazy("Usually somebody who left. If not, look the student up at the source."),
    ),
    "ssid-changed": (
        gettext_lazy("The SSID of a student changed"),
        gettext_lazy(
            "Compare it with CALPADS and confirm it under “Waiting for a decision”. No report opens before."
        ),
    ),
    "ssid-shared": (
        gettext_lazy("Two students with one SSID"),
        gettext_lazy("Correct the wrong one at the source. No report of either opens before."),
    ),
    "ssid-unusable": (
        gettext_lazy("An SSID that has not ten digits"),
        gettext_lazy("Correct it at the source. Until then the state has no report for the student."),
    ),
    "twice-in-the-feed": (
        gettext_lazy("A student who came twice"),
        gettext_lazy("One of the two rows was taken. Remove the other at the source."),
    ),
}
INCOMPLETE = {
    "short": gettext_lazy("fewer came than the source had announced"),
    "page-short": gettext_lazy("a page came short"),
    "page-repeated": gettext_lazy("a page came twice"),
    "page-mismatch": gettext_lazy("a page was not the one asked for"),
    "count-mismatch": gettext_lazy("the source counted wrong"),
    "stopped": gettext_lazy("it broke off"),
    "no-end": gettext_lazy("not at its end yet"),
    **csv_words.INCOMPLETE,
}
# failure: what happened, what to do.
FAILURES = {
    "UnknownSource": (
        gettext_lazy("This portal does not know the source."),
        gettext_lazy("Check the source in the sync settings."),
    ),
    "gave-up": (
        gettext_lazy("The worker died five times over the same run."),
        gettext_lazy("Ask whoever runs this server to look into its log, then start again."),
    ),
}
_NO_ANSWER = (
    gettext_lazy("The source did not answer, or answered with errors, for too long."),
    gettext_lazy("Try again later. If it stays, ask the vendor whether their service works."),
)
FAILED_OTHERWISE = (
    gettext_lazy("Something went wrong inside the portal."),
    gettext_lazy(
        "Start again. If it fails again, give whoever runs this server the word below and the time."
    ),
)
_ENDED = {
    "links": gettext_lazy(
        "%(count)s of %(of)s links between adults and students would end: these adults would no longer see a child’s "
        "reports. Up to %(limit)s end without a question."
    ),
    "roles": gettext_lazy(
        "%(count)s of %(of)s staff roles would end. Up to %(limit)s end without a question."
    ),
    "caseloads": gettext_lazy(
        "%(count)s of %(of)s students would leave a caseload. Up to %(limit)s leave without a question."
    ),
    "enrollments": gettext_lazy(
        "%(count)s of %(of)s enrollments would end: the staff of these schools would no longer see the students. Up to "
        "%(limit)s end without a question."
    ),
}
_ENDED_OTHER = gettext_lazy("%(count)s of %(of)s %(what)s would end. Up to %(limit)s end without a question.")
_PEOPLE = {
    "students": gettext_lazy(
        "%(count)s of %(of)s students would get another name, birth date or SSID. Up to %(limit)s pass without a "
        "question. So many at once often means that rows were mixed up."
    ),
    "guardians": gettext_lazy(
        "%(count)s of %(of)s adults would get another name or e-mail address. Up to %(limit)s pass without a question. "
        "So many at once often means that rows were mixed up."
    ),
}
_PEOPLE_OTHER = gettext_lazy(
    "%(count)s of %(of)s %(what)s would change. Up to %(limit)s pass without a question."
)
_AT_SCHOOL = gettext_lazy(
    "At %(school)s, %(count)s of %(of)s links between adults and students would end. Up to %(limit)s end without a "
    "question."
)
_FEW_ROWS = gettext_lazy(
    "The source sent %(count)s %(what)s. The last good sync had %(of)s, so at least %(limit)s were expected."
)
_OTHER = gettext_lazy("%(what)s: %(count)s of %(of)s. Up to %(limit)s pass without a question.")


@dataclass(frozen=True)
class Told:
    """A sentence of the brake, and which setting says how much is too much."""

    sentence: str
    setting: str


def grouped(number: int) -> str:
    return number_format(number, force_grouping=True)


def word(table: dict[str, Any], key: str) -> str:
    return str(table.get(key, key))


def source_name(source: str) -> str:
    return word(SOURCES, source)


def kind(name: str) -> str:
    """Name a kind of rows or a part of a change set, as a heading does."""
    return capfirst(word(KINDS, name))


def problem(reason: str) -> tuple[str, str]:
    """Return what is wrong and what to do."""
    said = PROBLEMS.get(reason) or csv_words.PROBLEMS.get(reason)
    return (str(said[0]), str(said[1])) if said else (reason, "")


def failure(name: str) -> tuple[str, str]:
    """Return what happened and what to do. `name` is ours, a vendor error's reason, or an exception's class."""
    if of_files := csv_words.failure(name):
        return of_files, gettext(
            "Deliver the files again as the page about CSV files shows, then start again."
        )
    if name in FAILURES:
        said = FAILURES[name]
        return str(said[0]), str(said[1])
    if known := check_words.WORDS[Vendor.ILLUMINATE].get(name):
        return str(known[0]), str(known[2])
    # A reason of the vendor layer is in small letters, a class of ours is not.
    said = _NO_ANSWER if name.islower() else FAILED_OTHERWISE
    return str(said[0]), str(said[1])


def brake(reason: dict[str, Any], schools: dict[str, str]) -> Told:
    """Put one reason of the brake into a sentence of HTML. `schools` gives names by uuid."""
    count, limit, of = (grouped(int(reason[name])) for name in ("count", "limit", "of"))
    what = escape(word(KINDS, reason["what"]))
    facts = {
        "count": count,
        "limit": limit,
        "of": of,
        "what": what,
        "school": format_html("<bdi>{}</bdi>", schools.get(reason["school"], "–")),
    }
    text, *settings = {
        "ended": (_ENDED.get(reason["what"], _ENDED_OTHER), "links_percent", "links_least"),
        "ended-at-school": (_AT_SCHOOL, "school_percent", "school_least"),
        "people": (_PEOPLE.get(reason["what"], _PEOPLE_OTHER), "people_percent"),
        "rows": (_FEW_ROWS, "rows_percent", "rows_least"),
    }.get(reason["rule"], (_OTHER,))
    return Told(mark_safe(str(text) % facts), _labels(settings))  # noqa: S308 - the facts are numbers or escaped


def _labels(settings: list[Any]) -> str:
    fields = {field.name: field for field in SyncSettings._meta.fields}  # noqa: SLF001 - Django documents _meta as the way to a model's fields
    return ", ".join(capfirst(str(fields[name].verbose_name)) for name in settings)
