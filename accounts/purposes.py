"""Why staff open a score report: the list they choose from (trust A7). Families and students are never asked.

The word goes into the record of access (`AccessRecord.purpose`), so one that was used once keeps its meaning: add new
ones, change the texts, take none away. A student's page asks once a session (`accounts.sessions`), a run once a run.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """Legitimate educational interests (34 CFR 99.31(a)(1)(i)), in the words that staff use for them."""

    TEACHING = "teaching", _("Planning lessons")
    ADVISING = "advising", _("Advising or supporting the student")
    PLACEMENT = "placement", _("Choosing a class or program")
    SPECIAL_EDUCATION = "special_education", _("Special education (IEP) or Section 504 plan")
    ENGLISH_LEARNER = "english_learner", _("English learner services or reclassification")
    FAMILY_ASKED = "family_asked", _("The family or the student asked for it")
    TRANSFER = "transfer", _("The student is moving to another school")
    RECORD_CHECK = "record_check", _("Checking or correcting the student’s record")
    PROGRAM_REVIEW = "program_review", _("Looking at results of a school or program")
