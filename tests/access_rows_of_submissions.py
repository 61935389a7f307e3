"""The access matrix of what families sent in and of its documents, as `tests/test_access_matrix.py` runs it."""

from __future__ import annotations

from tests.access_rows import (
    ENROLLS,
    EVERYBODY,
    FRONT_DESK_OF_THE_CHILD,
    FRONT_DESKS,
    NOBODY,
    Row,
    page,
    posted_page,
)

READS = FRONT_DESKS | {"records_custodian"}
READS_OF_THE_CHILD = FRONT_DESK_OF_THE_CHILD | {"records_custodian"}
FORMS = "/staff/submissions/forms/"
DOCUMENT = "/students/{child}/documents/{document}/"
CONTENT = f"{DOCUMENT}content/"

SUBMISSIONS: dict[str, list[Row]] = {
    "submission-list": posted_page("/staff/submissions/", READS),
    "submission-detail": [
        *page("/staff/submissions/{submission}/", READS_OF_THE_CHILD),
        Row("/staff/submissions/{nobody}/", NOBODY),
    ],
    "submission-forms": [
        Row(FORMS, ENROLLS | {"staff_elsewhere"}),
        Row(FORMS, ENROLLS | {"staff_elsewhere"}, status=302, method="post"),
        Row(FORMS, EVERYBODY, status=405, anonymous=405, method="put"),
    ],
    # Families open no document, nor does who teaches the child; whoever may is asked for a purpose first.
    "document-detail": [
        Row(DOCUMENT, READS_OF_THE_CHILD, status=302),
        Row(DOCUMENT, READS_OF_THE_CHILD, says_why=True),
        Row(DOCUMENT, EVERYBODY, status=405, anonymous=405, method="post"),
        Row("/students/{nobody}/documents/{document}/", NOBODY),
    ],
    "document-content": [
        Row(CONTENT, READS_OF_THE_CHILD, status=403),
        Row(CONTENT, READS_OF_THE_CHILD, says_why=True),
        Row(CONTENT, EVERYBODY, status=405, anonymous=405, method="head"),
        Row(CONTENT, EVERYBODY, status=405, anonymous=405, method="post"),
        Row("/students/{nobody}/documents/{document}/content/", NOBODY),
    ],
}
