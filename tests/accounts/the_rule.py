"""Who may see whose reports, said once more in plain Python: no query, no class of the product, nothing to look up.

`tests/accounts/test_truth_table.py` holds `accounts.access` against it, case by case. The student is at school A.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    role: str  # as rights.py spells it, "" for none
    scope: (
        str  # where the role is held: "school A", "school B", "district", "other district", "school A, ended"
    )
    relation: str
    block: str  # "", "now" or "ended"


@dataclass(frozen=True)
class Pupil:
    age: int | None
    grade: str
    held: bool


def rules(person: Person, pupil: Pupil) -> set[str]:
    """Return every rule by which this person sees this student today."""
    if person.block == "now":
        return set()
    found = set()
    # What a registration says counts once staff accepted it, or the district lets it; until then it is nothing.
    accepted = {"guardian", "guardian with consent", "guardian of a registration, accepted"}
    if person.relation in accepted and pupil.age is not None and pupil.age < 18:
        found.add("guardian")
    if person.relation == "guardian with consent" and pupil.age is not None and pupil.age >= 18:
        found.add("consent")
    if person.relation == "the student":
        old_enough = pupil.age is not None and pupil.age >= 16
        if old_enough or pupil.grade in {"11", "12", "AD"}:
            found.add("student")
    if person.relation == "teaches them" and (person.role, person.scope) == ("teacher", "school A"):
        found.add("section")
    in_the_district = person.scope in {"school A", "school B", "district"}
    if person.relation == "on the caseload" and person.role == "counselor" and in_the_district:
        found.add("caseload")
    if person.role in {"office", "school_admin"} and person.scope == "school A":
        found.add("school")
    if person.role in {"district_admin", "records_custodian"} and person.scope == "district":
        found.add("district")
    return found


def opens_reports(person: Person, pupil: Pupil) -> bool:
    """Say whether reports open, too: not under a hold, but to a custodian of the district."""
    custodian = (person.role, person.scope) == ("records_custodian", "district")
    return bool(rules(person, pupil)) and (custodian or not pupil.held)
