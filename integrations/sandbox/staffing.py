"""Schools and classes of the sandbox's district.

`world.py` calls it. Schools depend on the number of students alone; classes on who is in which grade.
"""

from integrations.sandbox.names import CITY, SCHOOL_NAMES, SCHOOL_PREFIXES, ZIP_PREFIX
from integrations.sandbox.people import Address, School, Section, grade_code

# kind, title, first and last grade, students a school, smallest number of schools, first number of its CDS
# codes
KINDS = (
    ("elementary", "Elementary School", 0, 5, 500, 2, 6_000_001),
    ("middle", "Middle School", 6, 8, 800, 1, 6_200_001),
    ("high", "High School", 9, 12, 1600, 1, 3_000_001),
)
GRADE_COUNT = 13
LARGEST_CLASS = 28
SECTIONS_A_TEACHER = 5
SUBJECTS = ("English Language Arts", "Mathematics", "Science")


def schools(students: int) -> tuple[School, ...]:
    """The schools of a district with so many students: elementary, then middle, then high."""
    made: list[School] = []
    for kind, title, lowest, highest, size, least, code in KINDS:
        count = max(least, round(students * (highest - lowest + 1) / GRADE_COUNT / size))
        for ordinal in range(count):
            number = len(made)
            turn, place = divmod(number, len(SCHOOL_NAMES))
            prefix = SCHOOL_PREFIXES[turn] if turn < len(SCHOOL_PREFIXES) else f"District {turn} "
            site_id = str(100 + number)
            made.append(
                School(
                    number=number,
                    site_id=site_id,
                    name=f"{prefix}{SCHOOL_NAMES[place]} {title}",
                    kind=kind,
                    cds_code=f"9990001{code + ordinal:07d}",
                    lowest_grade=lowest,
                    highest_grade=highest,
                    contact_name="School office",
                    contact_email=f"office.{site_id}@example.org",
                    contact_phone=f"(555) 555-{1000 + number % 9000}",
                    address=Address(f"{100 + number} School Road", CITY, f"{ZIP_PREFIX}01"),
                ),
            )
    return tuple(made)


def sections(school: School, grades: dict[int, list[int]]) -> list[Section]:
    """Classes for the students of each grade: homerooms in elementary schools, three subjects elsewhere."""
    subjects = ("Homeroom",) if school.kind == "elementary" else SUBJECTS
    made: list[Section] = []
    for grade, indexes in sorted(grades.items()):
        count = -(-len(indexes) // LARGEST_CLASS)
        for subject in subjects:
            for number in range(count):
                group = number if subject == "Homeroom" else number // SECTIONS_A_TEACHER
                code = f"{school.site_id}-{grade_code(grade)}{subject[0]}"
                made.append(
                    Section(
                        id=f"{code}{number + 1}",
                        school=school,
                        name=f"Grade {grade or 'K'} {subject} {number + 1}",
                        grade=grade,
                        subject=subject,
                        teacher_id=f"{code}T{group + 1}",
                        roster=tuple(indexes[number::count]),
                    ),
                )
    return made
