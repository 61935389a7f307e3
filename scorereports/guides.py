"""What each test is and how to read its report, in a few plain sentences beside the report.

Shown by the viewer to families. The words restate no level of a child: the report does that, in words the state chose.
Whom the tests are for: California Department of Education, cde.ca.gov/ta/tg/ca, and its pages for parents.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scorereports import catalog

Text = str | Promise
_SMARTER = "https://ca.startingsmarter.org/"
_FOR_PARENTS = "https://www.cde.ca.gov/ta/tg/ca/caasppparentresource.asp"
# The State Board gave the levels of these new names in March 2025, for the results of 2025-26 on.
_RENAMED = frozenset({"CAASPP", "CAST"})
_NEW_NAMES_FROM = 2026


@dataclass(frozen=True)
class Guide:
    """`what` the test is, `reading`: what to make of its report, `link`: the state's own guide, with its languages."""

    what: Text
    reading: Text
    link: str = _FOR_PARENTS
    link_tags: tuple[str, ...] = ("en",)


_SCORE_AND_LEVEL = _(
    "The report shows a score and a level for each subject, and says what the level means. It is one test on a few "
    "days. The teacher sees your child all year: bring the report when you talk."
)
_FOUR_SKILLS = _(
    "The report shows how well your child listens, speaks, reads and writes in English, and one level for all of it. "
    "The school uses it to see what help your child needs to learn English."
)
_WHAT_THEY_CAN = _(
    "The report shows a score and a level, and what students at this level can do. The teacher can say how it fits "
    "your child’s own goals."
)
_GUIDES = {
    "CAASPP": Guide(
        _(
            "A state test of English language arts and math. Students take it each spring in grades 3 to 8 and in "
            "grade 11."
        ),
        _SCORE_AND_LEVEL,
        _SMARTER,
        ("en", "es"),
    ),
    "CAST": Guide(
        _("A state test of science. Students take it in grade 5, in grade 8 and once in high school."),
        _SCORE_AND_LEVEL,
        _SMARTER,
        ("en", "es"),
    ),
    "CAAS": Guide(
        _("A state test of science for students whose disabilities affect most of how they learn."),
        _WHAT_THEY_CAN,
    ),
    "CSA": Guide(
        _("A state test of reading, writing and listening in Spanish. A student takes it by choice."),
        _SCORE_AND_LEVEL,
        _SMARTER,
        ("en", "es"),
    ),
    "STS": Guide(
        _("A state test of reading in Spanish that students took until 2018."),
        _SCORE_AND_LEVEL,
    ),
    "ESA": Guide(
        _("A state test for students who are learning English. They take it each spring."),
        _FOUR_SKILLS,
    ),
    "EIA": Guide(
        _(
            "A state test that a child takes once, when new to school in California and another language is "
            "spoken at home."
        ),
        _("The report says whether your child already speaks English well, or gets help to learn it."),
    ),
    "ESALT": Guide(
        _(
            "A state test for students who are learning English and whose disabilities affect most of how they learn. "
            "They take it each spring."
        ),
        _WHAT_THEY_CAN,
    ),
    "EIALT": Guide(
        _(
            "A state test that a child whose disabilities affect most of learning takes once, when new to school in "
            "California and another language is spoken at home."
        ),
        _("The report says whether your child already speaks English well, or gets help to learn it."),
    ),
    "LEXQUAN": Guide(
        _("Two measures taken from the state tests: Lexile for reading, Quantile for math."),
        _("They help to find books and math tasks that fit your child, neither too easy nor too hard."),
        _SMARTER,
        ("en", "es"),
    ),
}


def guide(report_type: str) -> Guide | None:
    """Return the guide to this type of report, by ETS's code; None for a type that is not known here."""
    return _GUIDES.get(catalog.same_type(report_type))


def has_former_level_names(report_type: str, year: str) -> bool:
    """Say whether a report of this administration year names its levels as the state did before 2025-26."""
    return catalog.same_type(report_type) in _RENAMED and year.isdigit() and int(year) < _NEW_NAMES_FROM
