"""Two schools, their sections and another district, each full of people whose names give away where they belong.

For the crawl of the staff pages: a word of a place on a page of somebody with no business there is a leak.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts.models import District, Guardianship, School, Section, SectionPlace, Student, User
from accounts.models.guardianship import Standing
from accounts.requests import RequestFacts
from accounts.rights import Role
from accounts.services import record
from portal.base import clock
from tests import factories
from tests.cast import Cast, give_second_factor


@dataclass
class Place:
    """Somewhere people belong: `words` are their names and ids, `addresses` the pages about them."""

    word: str
    words: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)


@dataclass
class PeopleWorld:
    class_a: Place  # the teacher's section, whose students the cast's teacher teaches
    class_b: Place  # another section of the same school
    school_b: Place
    district_b: Place

    def all(self) -> list[Place]:
        return [self.class_a, self.class_b, self.school_b, self.district_b]


def build(cast: Cast) -> PeopleWorld:
    elsewhere = School.objects.get(district=cast.other_district)
    section = Section.objects.get(teachers__user=cast.teacher)
    made = PeopleWorld(Place("Aspen"), Place("Beech"), Place("Cypress"), Place("Durian"))
    fill(made.class_a, cast.school_a, cast.teacher, section)
    fill(made.class_b, cast.school_a, cast.other_teacher)
    fill(made.school_b, cast.school_b, _teacher(cast.school_b, "Cypress"))
    fill(made.district_b, elsewhere, _teacher(elsewhere, "Durian"))
    _rename(cast.school_b, "Cypress school")
    _rename(elsewhere, "Durian school")
    District.objects.filter(pk=cast.other_district.pk).update(name="Durian district")
    return made


def fill(
    place: Place, school: School, teacher: User, section: Section | None = None, number: int = 6
) -> None:
    """Bring students in whom every list of the staff pages has a reason to name, and their families."""
    students = [_student(place, school, count) for count in range(number)]
    # One of each kind of address: what shuts one shuts them all.
    place.addresses |= _addresses(students[0])
    held, of_age, undated, changed, shared, turning = students[:6]
    for count, child in enumerate(students):
        _family(place, child, ("parent", "blocked", "waiting", "unknown") if count == 0 else ("parent",))
    there = section or factories.section(school, teacher)
    for child in students:
        SectionPlace.objects.create(section=there, student=child)
    hold = factories.hold(held, reason=f"{place.word} hold")
    place.addresses.add(f"/staff/holds/{hold.uuid}/lift/")
    _change(of_age, birth_date=factories.years_ago(18))
    link = Guardianship.objects.filter(student=of_age)[0]
    consent = factories.consent(link, document=f"{place.word} consent")
    place.addresses.add(f"/staff/consents/{consent.uuid}/end/")
    _change(undated, birth_date=None)
    _change(changed, ssid_changed_at=clock.now())
    factories.student(school, ssid=shared.ssid, first_name=place.word, last_name=f"{place.word}twin")
    today = clock.local_today()
    _change(turning, birth_date=today.replace(year=today.year - 18, day=min(today.day + 3, 28)))
    record.refused_stranger(teacher, held.uuid, RequestFacts())


def _teacher(school: School, word: str) -> User:
    who = factories.user(name=f"{word} teacher", email=f"{word.lower()}-teacher@example.org")
    factories.grant(who, Role.TEACHER, school.district, school)
    give_second_factor(who)
    return who


def _student(place: Place, school: School, count: int) -> Student:
    number = f"77{Student.unscoped.count():08d}"
    child = factories.student(
        school, ssid=number, first_name=f"{place.word}{count}", last_name=f"{place.word}family"
    )
    place.words |= {place.word, child.ssid, str(child.uuid), child.local_id}
    return child


def _addresses(child: Student) -> set[str]:
    of_student = f"/staff/students/{child.uuid}"
    return {
        f"/students/{child.uuid}/",
        f"/students/{child.uuid}/openings/",
        f"/students/{child.uuid}/purpose/",
        f"{of_student}/access/",
        f"{of_student}/hold/",
        f"{of_student}/log/",
        f"/staff/reviews/ssid/{child.uuid}/",
    }


def _family(place: Place, child: Student, kinds: tuple[str, ...]) -> None:
    """Make a parent, and where asked a blocked one, one in review, and an adult without account."""
    for kind in kinds:
        who = None if kind == "unknown" else factories.user(name=f"{place.word} {kind}")
        adult = factories.guardian(child.district, who, name=f"{place.word} {kind}")
        waits = {"standing": Standing.REVIEW, "legal_guardian": None} if kind == "waiting" else {}
        link = factories.link(adult, child, **waits)
        if kind == "blocked":
            block = factories.block(link, reason=f"{place.word} block", document=f"{place.word} order")
            place.addresses.add(f"/staff/blocks/{block.uuid}/lift/")
        place.words |= {str(link.uuid), str(adult.uuid)} | ({str(who.uuid)} if who else set())
        if len(kinds) == 1:
            continue
        place.addresses |= {
            f"/staff/guardianships/{link.uuid}/block/",
            f"/staff/guardianships/{link.uuid}/consent/",
            f"/staff/reviews/{link.uuid}/",
            f"/staff/guardians/{adult.uuid}/sees/",
        }
        if who:
            place.addresses |= {f"/staff/people/{who.uuid}/sees/", f"/staff/people/{who.uuid}/look/"}


def _change(child: Student, **fields: object) -> None:
    Student.unscoped.filter(pk=child.pk).update(**fields)


def _rename(school: School, name: str) -> None:
    School.objects.filter(pk=school.pk).update(name=name)
