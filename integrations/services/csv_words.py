"""Words for the CSV files: what each file and column is, and what is wrong with a line, a file or a delivery.

The page about CSV files and the pages about syncs call it. The machine words are those of `integrations.sync.from_csv`.
"""

from __future__ import annotations

from django.utils.translation import gettext, gettext_lazy

from integrations.sync.csv_catalog import BY_NAME

FILES = {
    "schools": gettext_lazy("One line for each school, and one for the district’s own office."),
    "students": gettext_lazy("One line for each student."),
    "enrollments": gettext_lazy("One line for each student at a school. A student at two schools has two."),
    "contacts": gettext_lazy("One line for each adult of each student. An adult with two children has two."),
    "staff": gettext_lazy("One line for each role that somebody has at a school."),
    "sections": gettext_lazy("One line for each class and teacher. Without it teachers see no students."),
    "roster": gettext_lazy("One line for each student in a class."),
    "caseloads": gettext_lazy("One line for each student of a counselor."),
}
_DATE = gettext_lazy("A day as 2026-08-17 or 08/17/2026.")
_OPEN = gettext_lazy("The last day, as a date. Blank: not known, and it goes on.")
COLUMNS = {
    "site_id": gettext_lazy("The school’s id in your system, or its CDS code."),
    "site_name": gettext_lazy("The name of the school."),
    "state_school_id": gettext_lazy("The CDS code of 14 digits. The district’s office ends in seven zeros."),
    "district_student_id": gettext_lazy("The district’s own id of the student, the same in every file."),
    "student_id": gettext_lazy("The internal id in your system."),
    "state_student_id": gettext_lazy("The SSID of ten digits. Lost zeros in front are put back."),
    "first_name": gettext_lazy("The first name."),
    "last_name": gettext_lazy("The last name."),
    "birth_date": _DATE,
    "grade_level": gettext_lazy("The state’s code: KN, 01 to 12. Not the grade level id of Illuminate."),
    "entry_date": gettext_lazy("The first day, as a date."),
    "leave_date": _OPEN,
    "is_primary_ada": gettext_lazy("t for the school that reports the student, f for another."),
    "contact_id": gettext_lazy("The adult’s id in your system: one for each adult, the same every night."),
    "contact_first_name": gettext_lazy("The adult’s first name."),
    "contact_last_name": gettext_lazy("The adult’s last name."),
    "contact_name_suffix": gettext_lazy("Such as Jr."),
    "email_address": gettext_lazy("The adult’s e-mail address. May be blank."),
    "correspondence_language_code": gettext_lazy("The state’s code of the language, or its name."),
    "relationship": gettext_lazy("Such as Mother, Father, Guardian, Grandmother."),
    "legal_guardian": gettext_lazy("t if the adult is a legal guardian, f if not. Blank says nothing."),
    "resides_with": gettext_lazy("t or f. It never decides who may see reports."),
    "staff_id": gettext_lazy("The id of the member of staff in your system."),
    "name": gettext_lazy("The whole name, in the place of first and last name."),
    "email": gettext_lazy("The address with which they sign in."),
    "role": gettext_lazy("The role as your system calls it. What it means here is under “Role mappings”."),
    "active": gettext_lazy("f for somebody who has left."),
    "exit_date": gettext_lazy("The last day of work, as a date."),
    "section_id": gettext_lazy("The id of the class in your system."),
    "section_name": gettext_lazy("The name of the class."),
    "user_start_date": gettext_lazy("The teacher’s first day, as a date."),
    "user_end_date": _OPEN,
    "counselor_email": gettext_lazy("The counselor’s e-mail address."),
    "start_date": gettext_lazy("The first day, as a date."),
    "end_date": _OPEN,
}
# reason: what is wrong, what to do.
PROBLEMS = {
    "row-short": (
        gettext_lazy("Too few columns"),
        gettext_lazy("Each line needs as many columns as the first. The line is left out."),
    ),
    "row-long": (
        gettext_lazy("Too many columns"),
        gettext_lazy("Put a value that contains a separator into double quotes. The line is left out."),
    ),
    "quotes-wrong": (
        gettext_lazy("Double quotes that do not match"),
        gettext_lazy("Close each quote, and double those inside a value. One or more lines are left out."),
    ),
    "cut-off": (
        gettext_lazy("The file ends in the middle of a line"),
        gettext_lazy("Export it again: part of it is missing."),
    ),
    "missing": (
        gettext_lazy("A value is missing"),
        gettext_lazy("Fill it in. Without an id or a school the line is left out."),
    ),
    "unreadable": (
        gettext_lazy("A value that cannot be read"),
        gettext_lazy("Write it as the example shows. A line whose first or last day is unclear is left out."),
    ),
    "spreadsheet-number": (
        gettext_lazy("A number that a spreadsheet has shortened"),
        gettext_lazy("Export it again without opening it in a spreadsheet. The line is left out."),
    ),
    "not-utf-8": (
        gettext_lazy("Letters in the encoding of Windows"),
        gettext_lazy("They were read. Export as UTF-8, so that no name is spoiled."),
    ),
}
INCOMPLETE = {
    "file-missing": gettext_lazy("the file was not delivered"),
    "still-written": gettext_lazy("the file changed while it was read"),
    "read-failed": gettext_lazy("the file could not be read"),
    "empty": gettext_lazy("the file has not even a header"),
    "lines-left-out": gettext_lazy("lines were left out"),
}
_FAILURES = {
    "no-folder": gettext_lazy("The folder is not there, or the portal may not read it."),
    "folder-refused": gettext_lazy("The folder is not within the district’s own folder on the server."),
    "no-files": gettext_lazy("None of the files is in the folder."),
}
_HEADERS = {
    "no-column": gettext_lazy("%(file)s has no column %(column)s."),
    "column-twice": gettext_lazy("%(file)s has the column %(column)s twice."),
    "utf-16": gettext_lazy("%(file)s is saved as Unicode text (UTF-16). Save it as CSV UTF-8."),
    "empty": gettext_lazy("%(file)s has no header."),
}


def header(reason: str, file: str, column: str = "") -> str:
    """Say what is wrong with a file's header; `column` as it is called in the templates."""
    return _HEADERS[reason] % {"file": f"{file}.csv", "column": column}


def failure(word: str) -> str:
    """Say why a run from CSV failed; empty for a word that is not about CSV files."""
    if word in _FAILURES:
        return str(_FAILURES[word])
    for reason in _HEADERS:
        for file in BY_NAME.values():
            start = f"{reason}-{file.name}"
            names = {column.name.replace("_", "-"): column.name for column in file.columns}
            column = names.get(word.removeprefix(f"{start}-"), "")
            if word == start or (column and word.startswith(start)):
                return header(reason, file.name, column)
    return ""


def problem(reason: str) -> tuple[str, str]:
    """Return what is wrong with a line and what to do; a word without words is shown as it is."""
    known = PROBLEMS.get(reason)
    return (str(known[0]), str(known[1])) if known else (reason, gettext("Look at the line."))
