"""Who may open what: every URL of the portal × the cast × method → expected status, as typed literals.

A URL without a row fails `test_every_url_has_a_row`. Each row names who gets in; everybody else gets `others`. The
statuses are what a browser sees: 302 leads to sign-in, 404 tells a stranger nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from integrations.models import Connection
from integrations.sandbox.server import SandboxServer
from tests.access_rows import (
    ENROLLS,
    EVERYBODY,
    FAMILY_OF_THE_CHILD,
    FRONT_DESK_OF_THE_CHILD,
    FRONT_DESKS,
    GUARDS_THE_CHILD,
    NOBODY,
    OF_THE_CHILD,
    SEES_STUDENTS,
    STAFF_OF_THE_CHILD,
    SYNCS,
    TIES,
    WITH_FACTOR,
    Row,
    open_page,
    page,
    posted_page,
)
from tests.access_rows_of_overviews import OVERVIEWS
from tests.access_rows_of_runs import RUNS
from tests.access_rows_of_submissions import SUBMISSIONS
from tests.access_rows_of_the_admin import ADMIN
from tests.addresses import filled
from tests.cast import Cast, sign_in
from tests.scorereports.pages import say_why

STUDENT = "/students/{child}/"
REPORT = "/students/{child}/reports/{key}/"
CONTENT = "/students/{child}/reports/{key}/content/"
ROWS: dict[str, list[Row]] = {
    "home": page("/", EVERYBODY),
    "healthz": [Row("/healthz", EVERYBODY, anonymous=200)],
    "readyz": [Row("/readyz", EVERYBODY, anonymous=200)],
    "help": page("/help/", EVERYBODY, anonymous=200),
    # A district's logo and colours: the sign-in page shows them, so they are everybody's.
    "look-logo": [
        *page("/look/{logo}.png", EVERYBODY, anonymous=200),
        Row("/look/none.png", NOBODY, anonymous=404),
    ],
    "look-sheet": [
        *page("/look/{sheet}.css", EVERYBODY, anonymous=200),
        Row("/look/none.css", NOBODY, anonymous=404),
    ],
    "gallery": page("/staff/gallery/", WITH_FACTOR),
    "student-search": posted_page("/staff/students/", SEES_STUDENTS),
    "accessibility": page("/accessibility/", EVERYBODY, anonymous=200),
    "person-sees": [
        *page("/staff/people/{parent}/sees/", GUARDS_THE_CHILD | {"office"}),
        Row("/staff/people/{nobody}/sees/", NOBODY),
    ],
    "guardian-sees": [
        *page("/staff/guardians/{guardian}/sees/", GUARDS_THE_CHILD | {"office"}),
        Row("/staff/guardians/{nobody}/sees/", NOBODY),
    ],
    "support-begin": [
        *posted_page("/staff/people/{parent}/look/", frozenset({"district_admin"})),
        Row("/staff/people/{colleague}/look/", NOBODY),
        Row("/staff/people/{nobody}/look/", NOBODY),
    ],
    "support-end": [
        Row("/staff/look/end/", EVERYBODY, status=302, method="post"),
        Row("/staff/look/end/", EVERYBODY, status=405, anonymous=405),
    ],
    "student-access": [
        *page("/staff/students/{child}/access/", GUARDS_THE_CHILD | {"office"}),
        Row("/staff/students/{nobody}/access/", NOBODY),
    ],
    "restriction-list": page(
        "/staff/restrictions/", GUARDS_THE_CHILD | {"school_admin_b", "staff_elsewhere"}
    ),
    "block-place": posted_page("/staff/guardianships/{guardianship}/block/", GUARDS_THE_CHILD),
    "block-lift": posted_page("/staff/blocks/{block}/lift/", GUARDS_THE_CHILD),
    "consent-record": posted_page("/staff/guardianships/{guardianship}/consent/", GUARDS_THE_CHILD),
    "consent-end": posted_page("/staff/consents/{consent}/end/", GUARDS_THE_CHILD),
    "opening-list": page("/students/{child}/openings/", OF_THE_CHILD - {"teacher", "counselor"}),
    "log-export": posted_page("/staff/students/{child}/log/", frozenset({"records_custodian"})),
    "hold-place": posted_page("/staff/students/{child}/hold/", GUARDS_THE_CHILD),
    "hold-lift": posted_page("/staff/holds/{hold}/lift/", frozenset({"records_custodian"})),
    "review-list": page("/staff/reviews/", GUARDS_THE_CHILD | {"school_admin_b", "staff_elsewhere"}),
    "review-students": page(
        "/staff/reviews/students/ssid-shared/", GUARDS_THE_CHILD | {"school_admin_b", "staff_elsewhere"}
    ),
    "registration-list": posted_page(
        "/staff/reviews/registrations/", GUARDS_THE_CHILD | {"school_admin_b", "staff_elsewhere"}
    ),
    "review-decide": posted_page("/staff/reviews/{review}/", GUARDS_THE_CHILD),
    "ssid-confirm": posted_page("/staff/reviews/ssid/{child}/", GUARDS_THE_CHILD),
    "account-review-list": page(
        "/staff/reviews/accounts/", GUARDS_THE_CHILD | {"school_admin_b", "staff_elsewhere"}
    ),
    "account-review-decide": posted_page("/staff/reviews/accounts/{question}/", GUARDS_THE_CHILD),
    "claim": open_page("/claim/"),
    "child-missing": posted_page("/children/missing/", EVERYBODY),
    "not-my-child": [
        Row("/children/{child}/not-mine/", FAMILY_OF_THE_CHILD),
        Row("/children/{child}/not-mine/", FAMILY_OF_THE_CHILD, status=302, method="post"),
        Row("/children/{child}/not-mine/", EVERYBODY, status=405, anonymous=405, method="put"),
        Row("/children/{child}/not-mine/", EVERYBODY, status=405, anonymous=405, method="delete"),
    ],
    "accessible-copy": [
        *posted_page("/children/{child}/accessible-copy/", FAMILY_OF_THE_CHILD),
        *posted_page("/children/{nobody}/accessible-copy/", NOBODY),
    ],
    "concern-list": page("/staff/concerns/", FRONT_DESKS),
    "concern-answer": posted_page("/staff/concerns/{concern}/", FRONT_DESK_OF_THE_CHILD),
    "letter-print": [
        *posted_page("/staff/letters/", FRONT_DESKS),
        # Who prints for one school alone is not asked for it, and gets their own whatever the address says.
        Row("/staff/letters/?school={school_uuid}", FRONT_DESKS),
        Row("/staff/letters/?school={nobody}", FRONT_DESKS - {"district_admin"}),
    ],
    "code-hand-over": posted_page("/staff/guardianships/{guardianship}/code/", FRONT_DESK_OF_THE_CHILD),
    "account-disconnect": posted_page("/staff/guardianships/{guardianship}/disconnect/", GUARDS_THE_CHILD),
    "sync-list": posted_page("/staff/syncs/", SYNCS | {"staff_elsewhere"}),
    "sync-detail": page("/staff/syncs/{run}/", SYNCS),
    "sync-problems": page("/staff/syncs/{run}/problems/role-unmapped/", SYNCS),
    "sync-preview": posted_page("/staff/syncs/{run}/preview/", SYNCS),
    "sync-changes": page("/staff/syncs/{run}/preview/losing/", SYNCS),
    "sync-changes-at-school": page("/staff/syncs/{run}/preview/losing/{school_uuid}/", SYNCS),
    "registration-detail": [
        *page("/students/{child}/registration/", FAMILY_OF_THE_CHILD),
        Row("/students/{nobody}/registration/", NOBODY),
    ],
    "checklist-list": page("/staff/checklists/", FRONT_DESKS | {"records_custodian"}),
    "checklist-item": page("/staff/checklists/{item}/", FRONT_DESK_OF_THE_CHILD | {"records_custodian"}),
    "roster-list": [
        Row("/staff/rosters/", ENROLLS | {"staff_elsewhere"}),
        Row("/staff/rosters/", ENROLLS | {"staff_elsewhere"}, status=302, method="post"),
        Row("/staff/rosters/", EVERYBODY, status=405, anonymous=405, method="put"),
    ],
    "roster-errors": [
        Row("/staff/rosters/{schema}/", ENROLLS),
        Row("/staff/rosters/{schema}/", ENROLLS, status=302, method="post"),
        Row("/staff/rosters/{schema}/", EVERYBODY, status=405, anonymous=405, method="put"),
    ],
    "enrollment-list": posted_page("/staff/registrations/", ENROLLS | {"staff_elsewhere"}),
    "enrollment-waiting": page("/staff/registrations/waiting/", ENROLLS | {"staff_elsewhere"}),
    "enrollment-batch": [
        *page("/staff/registrations/{batch}/", ENROLLS),
        Row("/staff/registrations/{nobody}/", NOBODY),
    ],
    "enrollment-lost": posted_page("/staff/registrations/{batch}/lost/", ENROLLS),
    "enrollment-record": [
        *posted_page("/staff/registrations/records/{record}/", TIES),
        Row("/staff/registrations/records/{nobody}/", NOBODY),
    ],
    "enrollment-tie": [
        *posted_page("/staff/registrations/records/{record}/tie/{child}/", TIES),
        Row("/staff/registrations/records/{record}/tie/{nobody}/", NOBODY),
        Row("/staff/registrations/records/{nobody}/tie/{child}/", NOBODY),
    ],
    "enrollment-untie": posted_page("/staff/registrations/records/{record}/untie/", TIES),
    "csv-files": posted_page("/staff/syncs/csv/", SYNCS | {"staff_elsewhere"}),
    "csv-template": [
        *page("/staff/syncs/csv/contacts/", SYNCS | {"staff_elsewhere"}),
        Row("/staff/syncs/csv/nothing/", NOBODY),
    ],
    **OVERVIEWS,
    **RUNS,
    **SUBMISSIONS,
    "outcome-list": page("/staff/outcomes/", WITH_FACTOR),
    "student-detail": [*posted_page(STUDENT, OF_THE_CHILD), *posted_page("/students/{nobody}/", NOBODY)],
    "purpose-choose": [
        *posted_page("/students/{child}/purpose/", STAFF_OF_THE_CHILD),
        Row("/students/{nobody}/purpose/", NOBODY),
    ],
    # Staff without a purpose are led to the page that asks for it, and no content comes.
    "report-detail": [
        *page(REPORT, FAMILY_OF_THE_CHILD, of=EVERYBODY - STAFF_OF_THE_CHILD),
        Row(REPORT, STAFF_OF_THE_CHILD, status=302, of=STAFF_OF_THE_CHILD),
        Row(REPORT, OF_THE_CHILD, says_why=True),
    ],
    "report-content": [
        *page(CONTENT, FAMILY_OF_THE_CHILD, of=EVERYBODY - STAFF_OF_THE_CHILD),
        Row(CONTENT, STAFF_OF_THE_CHILD, status=403, of=STAFF_OF_THE_CHILD),
        Row(CONTENT, OF_THE_CHILD, says_why=True),
        Row(CONTENT, EVERYBODY, status=405, anonymous=405, method="head"),
    ],
    # Sign-in and security: allauth's pages show a person their own account and nothing else.
    "account_login": [Row("/accounts/login/", EVERYBODY, status=302, anonymous=200)],
    "account_logout": [Row("/accounts/logout/", EVERYBODY)],
    "session-list": page("/accounts/sessions/", EVERYBODY),
    "language-choose": [
        Row("/language/", EVERYBODY, status=302, anonymous=302, method="post"),
        Row("/language/", EVERYBODY, status=405, anonymous=405),
    ],
    "session-stay": [
        Row("/accounts/sessions/stay/", EVERYBODY, status=302, method="post"),
        Row("/accounts/sessions/stay/", EVERYBODY, status=405, anonymous=405),
    ],
    "session-end": [
        Row("/accounts/sessions/{session}/end/", frozenset({"parent_of_two"}), status=302, method="post"),
        Row("/accounts/sessions/{session}/end/", EVERYBODY, status=405, anonymous=405),
        Row("/accounts/sessions/{nobody}/end/", NOBODY, method="post"),
    ],
    "session-end-others": [
        Row("/accounts/sessions/end-others/", EVERYBODY, status=302, method="post"),
        Row("/accounts/sessions/end-others/", EVERYBODY, status=405, anonymous=405),
    ],
    "account_inactive": [Row("/accounts/inactive/", EVERYBODY, anonymous=200)],
    "account_signup": [Row("/accounts/signup/", EVERYBODY, status=302, anonymous=200)],
    "account_reauthenticate": [Row("/accounts/reauthenticate/", EVERYBODY - WITH_FACTOR, others=302)],
    "account_email": page("/accounts/email/", EVERYBODY),
    "email-change": posted_page("/accounts/email/change/", EVERYBODY),
    "email-change-confirm": [Row("/accounts/email/change/confirm/", EVERYBODY, status=302)],
    # For whoever has neither password nor factor; others are led to those.
    "reauthenticate-by-mail": [Row("/accounts/reauthenticate/mail/", EVERYBODY, status=302)],
    "sso-begin": [
        Row("/accounts/sso/none/", NOBODY, anonymous=404, method="post"),
        Row("/accounts/sso/none/", EVERYBODY, status=405, anonymous=405),
    ],
    "sso-return": [
        Row("/accounts/sso/none/return/", NOBODY, anonymous=404),
        Row("/accounts/sso/none/return/", EVERYBODY, status=405, anonymous=405, method="post"),
    ],
    "account_email_verification_sent": [Row("/accounts/confirm-email/", EVERYBODY, anonymous=200)],
    "account_confirm_email": [Row("/accounts/confirm-email/none/", EVERYBODY, anonymous=200)],
    "account_change_password": [Row("/accounts/password/change/", EVERYBODY)],
    "account_set_password": [Row("/accounts/password/set/", EVERYBODY, status=302)],
    "account_reset_password": [Row("/accounts/password/reset/", EVERYBODY, anonymous=200)],
    "account_reset_password_done": [Row("/accounts/password/reset/done/", EVERYBODY, anonymous=200)],
    "account_reset_password_from_key": [Row("/accounts/password/reset/key/1-x/", EVERYBODY, anonymous=200)],
    "account_reset_password_from_key_done": [
        Row("/accounts/password/reset/key/done/", EVERYBODY, anonymous=200)
    ],
    "account_request_login_code": [Row("/accounts/login/code/", EVERYBODY, status=302, anonymous=200)],
    "account_confirm_login_code": [Row("/accounts/login/code/confirm/", EVERYBODY, status=302)],
    "mfa_index": [Row("/accounts/security/", EVERYBODY)],
    "mfa_authenticate": [Row("/accounts/security/authenticate/", EVERYBODY, status=302)],
    "mfa_reauthenticate": [Row("/accounts/security/reauthenticate/", WITH_FACTOR, others=302)],
    "mfa_activate_totp": [Row("/accounts/security/totp/activate/", EVERYBODY - WITH_FACTOR, others=302)],
    "mfa_deactivate_totp": [Row("/accounts/security/totp/deactivate/", WITH_FACTOR)],
    "mfa_login_webauthn": [Row("/accounts/security/webauthn/login/", EVERYBODY, status=302)],
    "mfa_reauthenticate_webauthn": [Row("/accounts/security/webauthn/reauthenticate/", NOBODY, others=302)],
    "mfa_list_webauthn": [Row("/accounts/security/webauthn/", EVERYBODY)],
    "mfa_add_webauthn": [Row("/accounts/security/webauthn/add/", EVERYBODY)],
    "mfa_edit_webauthn": [
        Row("/accounts/security/webauthn/keys/{passkey}/edit/", frozenset({"parent_of_two"}))
    ],
    "mfa_remove_webauthn": [
        Row("/accounts/security/webauthn/keys/{passkey}/remove/", frozenset({"parent_of_two"}))
    ],
    "mfa_view_recovery_codes": [Row("/accounts/security/recovery-codes/", NOBODY)],
    "mfa_generate_recovery_codes": [Row("/accounts/security/recovery-codes/generate/", EVERYBODY)],
    "mfa_download_recovery_codes": [Row("/accounts/security/recovery-codes/download/", NOBODY)],
}

# Redirects and forms without an object of anybody's.
NOTHING_TO_SEE = {
    "support-end",
    "language-choose",
    "session-stay",
    "session-end",
    "session-end-others",
    "account_login",
    "account_set_password",
    "email-change-confirm",
    "reauthenticate-by-mail",
    "sso-begin",
    "sso-return",
    "account_signup",
    "account_confirm_login_code",
    "account_request_login_code",
    "mfa_authenticate",
    "mfa_download_recovery_codes",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_view_recovery_codes",
    "admin:login",
    "admin:logout",
    "admin:autocomplete",
    "admin:view_on_site",
    "admin:integrations_connection_leas",
    "admin:integrations_connection_pin",
    "admin:integrations_connection_paths",
    "admin:integrations_syncsettings_delete",
    "admin:integrations_rosterschema_add",
    "admin:integrations_rosterschema_delete",
    "admin:integrations_publishedaction_add",
    "admin:integrations_publishedaction_delete",
    "admin:integrations_deliverytarget_add",
    "admin:integrations_deliverytarget_delete",
    "admin:accounts_district_add",
    "admin:accounts_district_delete",
    "admin:accounts_school_add",
    "admin:accounts_school_delete",
    "admin:accounts_accessrecord_add",
    "admin:accounts_accessrecord_delete",
    "admin:accounts_accesschange_add",
    "admin:accounts_accesschange_delete",
}


# What fetches in threads of its own, which see no transaction of a test.
THREADED = {"class-set", "print-volume"}
IN_THREADS = pytest.mark.django_db(transaction=True)


def named_urls(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from named_urls(pattern.url_patterns, inner)
        elif pattern.name:
            yield f"{space}{pattern.name}"


def test_every_url_has_a_row():
    assert set(named_urls(get_resolver().url_patterns)) == set(ROWS) | set(ADMIN)


def test_every_url_that_a_person_may_open_is_opened_by_somebody():
    for name, rows in (ROWS | ADMIN).items():
        if name not in NOTHING_TO_SEE:
            assert any(row.status == 200 and row.allowed for row in rows), name


@pytest.mark.promise("A1", "A7")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=IN_THREADS if name in THREADED else ()) for name in [*ROWS, *ADMIN]]
)
@pytest.mark.slow
def test_access(name: str, cast: Cast, connected: Connection, sandbox: SandboxServer):
    people = {**cast.users(), "anonymous": None}
    assert set(people) == EVERYBODY | {"anonymous"}
    clients = {part: sign_in(user) for part, user in people.items()}
    for row in (ROWS | ADMIN)[name]:
        url = filled(row.url, cast, connected)
        for part in {*row.of, "anonymous"}:
            client = clients[part]
            expected = (
                row.anonymous if part == "anonymous" else row.status if part in row.allowed else row.others
            )
            if row.says_why:
                say_why(client, url)
            answer = getattr(client, row.method)(url)
            if answer.streaming:
                b"".join(answer.streaming_content)
            assert answer.status_code == expected, f"{part}: {row.method} {row.url}"
