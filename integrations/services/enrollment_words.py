"""Words for how registrations come in: a batch's state, why it was lost, why a record waits; for the staff pages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.models import BatchState, EnrollmentBatch, RecordState, Vendor
from integrations.services import check_words
from integrations.services import enrollment_batches as batches
from integrations.services.enrollment_records import (
    FAILED,
    NO_KEY,
    NO_STUDENT_ID,
    NO_STUDENT_NAME,
    OTHER_NAME,
    TIED_OTHERWISE,
)

# state: words, kind of the alert.
STATES: dict[str, tuple[Any, str]] = {
    BatchState.INTENT: (_("Asked for; the answer is not here yet"), "info"),
    BatchState.ANSWERED: (_("The answer is kept, and is being read"), "info"),
    BatchState.READ: (_("The registrations are kept, and are being placed"), "info"),
    BatchState.DONE: (_("Done"), "good"),
    BatchState.REFUSED: (_("Nothing was handed over"), "info"),
    BatchState.RESET: (_("Released, and fetched again"), "good"),
}
_LOST = _("Lost: its registrations may be with nobody")
_WHY_LOST: dict[str, Any] = {
    batches.NO_ANSWER: _("The portal stopped while it waited for the answer."),
    batches.NOT_OURS: _(
        "PowerSchool says that it handed this batch over, and the portal knows nothing of it. Perhaps a backup was "
        "restored, or another system asks for the same registrations."
    ),
    "hung-up": _("The connection broke before the answer was here."),
    "truncated": _("Only a part of the answer arrived."),
    "too-slow": _("PowerSchool took too long to answer."),
    "too-large": _("The answer was larger than the portal takes."),
    "not-json": _("What arrived is no answer of PowerSchool."),
    "unexpected-shape": _("What arrived is no answer of PowerSchool."),
    "no-id": _("What arrived is no answer of PowerSchool."),
    "no-records": _("The answer holds no list of registrations."),
}
_WHY_LOST_OTHERWISE = _("PowerSchool reported an error, and nobody knows whether it handed the batch over.")
_PROBLEMS: dict[str, tuple[Any, Any]] = {
    NO_STUDENT_ID: (
        _("It names no student of the district"),
        _(
            "The school enters the student id in PowerSchool and sends the registration again; or tie it to its "
            "student by hand."
        ),
    ),
    TIED_OTHERWISE: (
        _("It came again, with the id of another student than the one it is tied to"),
        _("Take the tie back, or tie it to the student whom it names now."),
    ),
    OTHER_NAME: (
        _("The student with this id has another name here"),
        _(
            "Compare the two. If it is another student, the school corrects the id in PowerSchool and sends the "
            "registration again; if it is the same, tie it by hand."
        ),
    ),
    NO_STUDENT_NAME: (
        _("It does not say the student’s name"),
        _(
            "Only the name shows whether the id is right. Set the fields of the student’s name in the delivery target, "
            "or tie it by hand."
        ),
    ),
    FAILED: (
        _("The portal failed at it"),
        _(
            "It is tried again with each look. If it stays, ask whoever runs this server to look into the log."
        ),
    ),
    NO_KEY: (
        _("What the family wrote cannot be read"),
        _("Ask whoever runs this server to put the old key back into FIELD_KEYS."),
    ),
    "no-mapping": (
        _("Nobody has said which field is the student id"),
        _("Set the fields of the delivery target."),
    ),
    "no-such-field": (
        _("It has no field where the student id should be"),
        _("Correct the path of the student id in the delivery target; it is then read again."),
    ),
    "student-id-unusable": (
        _("Its student id is too long to be one"),
        _("Correct the path of the student id in the delivery target; it is then read again."),
    ),
    "no-adults": (
        _("It names no parent"),
        _("Correct the paths of the parents in the delivery target; it is then read again."),
    ),
}
_FAILED_LOOK = (
    _("The portal failed at the last look"),
    _("Nothing is lost. If it stays, ask whoever runs this server to look into the log."),
)
_WAITS = (
    _("The student is not here yet"),
    _("As soon as a sync brings a student with this id, the parents are added. Nothing is lost meanwhile."),
)


def is_lost(batch: EnrollmentBatch) -> bool:
    """Say of a row what `batches.lost` asks of the table."""
    return EnrollmentBatch.objects.filter(batches.lost(), pk=batch.pk).exists()


def batch(row: EnrollmentBatch, *, lost: bool) -> tuple[str, str, str]:
    """Return how a batch stands, the kind of the alert, and why."""
    if lost:
        if row.reset_at is not None:
            return str(_("Its release is under way")), "info", ""
        why = _WHY_LOST.get(row.failure or batches.NO_ANSWER, _WHY_LOST_OTHERWISE)
        return str(_LOST), "problem", str(why)
    words, kind = STATES[row.state]
    why = failure(row.failure)[0] if row.state == BatchState.REFUSED and row.failure else ""
    return str(words), kind, why


def failure(reason: str) -> tuple[str, str]:
    """Return what went wrong with the last look, and what to do."""
    if reason == batches.NOT_LISTED:
        return str(_("PowerSchool lists no batch from that time.")), ""
    if reason == "not-found":
        return str(_("PowerSchool does not know this batch.")), ""
    if reason == FAILED:
        return str(_FAILED_LOOK[0]), str(_FAILED_LOOK[1])
    words = check_words.WORDS[Vendor.POWERSCHOOL]
    known = words.get(reason, words["other"])
    return str(known[0]), str(known[2])


def record(state: str, problem: str) -> tuple[str, str]:
    """Return why a registration waits, and what to do."""
    if problem in _PROBLEMS:
        what, to_do = _PROBLEMS[problem]
        return str(what), str(to_do)
    if state == RecordState.WAITING:
        return str(_WAITS[0]), str(_WAITS[1])
    return (str(_("Not looked at yet")), "") if state == RecordState.NEW else ("", "")
