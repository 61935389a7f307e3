from allauth.account import views as allauth_views
from django.contrib.auth.decorators import login_required
from django.urls import path

from accounts import fresh
from accounts.views import (
    account_reviews,
    addresses,
    claims,
    codes,
    concerns,
    front_desk,
    letters,
    log,
    looks,
    own_sessions,
    passkeys,
    people,
    persons,
    registrations,
    reviews,
    sso,
    student_search,
)
from accounts.views import fresh as fresh_views

urlpatterns = [
    path("look/<slug:digest>.png", looks.look_logo, name="look-logo"),
    path("look/<slug:name>.css", looks.look_sheet, name="look-sheet"),
    path("claim/", claims.claim, name="claim"),
    path("children/missing/", concerns.child_missing, name="child-missing"),
    path("children/<uuid:student_uuid>/not-mine/", concerns.not_my_child, name="not-my-child"),
    path("staff/students/", student_search.student_search, name="student-search"),
    path(
        "children/<uuid:student_uuid>/accessible-copy/",
        concerns.accessible_copy,
        name="accessible-copy",
    ),
    path("staff/concerns/", concerns.concern_list, name="concern-list"),
    path("staff/concerns/<uuid:concern_uuid>/", concerns.concern_answer, name="concern-answer"),
    path("staff/letters/", letters.letter_print, name="letter-print"),
    path(
        "staff/guardianships/<uuid:guardianship_uuid>/code/", front_desk.code_hand_over, name="code-hand-over"
    ),
    path(
        "staff/guardianships/<uuid:guardianship_uuid>/disconnect/",
        front_desk.account_disconnect,
        name="account-disconnect",
    ),
    path("staff/reviews/registrations/", registrations.registration_list, name="registration-list"),
    path("staff/reviews/accounts/", account_reviews.account_review_list, name="account-review-list"),
    path(
        "staff/reviews/accounts/<uuid:question_uuid>/",
        account_reviews.account_review_decide,
        name="account-review-decide",
    ),
    path("accounts/login/code/", codes.request_login_code, name="account_request_login_code"),
    path("accounts/logout/", own_sessions.sign_out, name="account_logout"),
    path("accounts/sso/<slug:provider>/", sso.sso_begin, name="sso-begin"),
    path("accounts/sso/<slug:provider>/return/", sso.sso_return, name="sso-return"),
    path("accounts/email/", addresses.show_email, name="account_email"),
    path("accounts/email/change/", addresses.email_change, name="email-change"),
    path("accounts/email/change/confirm/", addresses.email_change_confirm, name="email-change-confirm"),
    path("accounts/reauthenticate/mail/", fresh_views.reauthenticate_by_mail, name="reauthenticate-by-mail"),
    # allauth's asks for nothing: an open session would be enough to give an account a password.
    path(
        "accounts/password/set/",
        login_required(fresh.proof_required(allauth_views.password_set)),
        name="account_set_password",
    ),
    path("accounts/login/code/confirm/", codes.confirm_login_code, name="account_confirm_login_code"),
    path(
        "accounts/security/webauthn/keys/<int:pk>/remove/",
        passkeys.remove_passkey,
        name="mfa_remove_webauthn",
    ),
    path("accounts/sessions/", own_sessions.session_list, name="session-list"),
    path("accounts/sessions/stay/", own_sessions.session_stay, name="session-stay"),
    path("accounts/sessions/end-others/", own_sessions.session_end_others, name="session-end-others"),
    path("accounts/sessions/<uuid:session_uuid>/end/", own_sessions.session_end, name="session-end"),
    path("staff/restrictions/", people.restriction_list, name="restriction-list"),
    path("staff/people/<uuid:person_uuid>/sees/", persons.person_sees, name="person-sees"),
    path("staff/guardians/<uuid:guardian_uuid>/sees/", persons.guardian_sees, name="guardian-sees"),
    path("staff/people/<uuid:person_uuid>/look/", persons.support_begin, name="support-begin"),
    path("staff/look/end/", persons.support_end, name="support-end"),
    path("staff/students/<uuid:student_uuid>/access/", people.student_access, name="student-access"),
    path("staff/students/<uuid:student_uuid>/log/", log.log_export, name="log-export"),
    path("staff/students/<uuid:student_uuid>/hold/", people.hold_place, name="hold-place"),
    path("staff/holds/<uuid:hold_uuid>/lift/", people.hold_lift, name="hold-lift"),
    path(
        "staff/guardianships/<uuid:guardianship_uuid>/consent/", people.consent_record, name="consent-record"
    ),
    path("staff/consents/<uuid:consent_uuid>/end/", people.consent_end, name="consent-end"),
    path("staff/guardianships/<uuid:guardianship_uuid>/block/", people.block_place, name="block-place"),
    path("staff/blocks/<uuid:block_uuid>/lift/", people.block_lift, name="block-lift"),
    path("staff/reviews/", reviews.review_list, name="review-list"),
    path("staff/reviews/<uuid:guardianship_uuid>/", reviews.review_decide, name="review-decide"),
    path("staff/reviews/students/<slug:question>/", reviews.review_students, name="review-students"),
    path("staff/reviews/ssid/<uuid:student_uuid>/", reviews.ssid_confirm, name="ssid-confirm"),
]
