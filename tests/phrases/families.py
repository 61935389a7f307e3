"""Which texts families see: the one table that decides what is translated. All else is for staff, in English.

A row is a file, or a pattern of files, and what a reader has before them there: translators read it beside each text.
Where a file speaks to both, its texts for staff carry the context "staff" (`pgettext_lazy("staff", …)`,
`{% translate "…" context "staff" %}`), and stay out of the catalogues. The order of the rows is the order of a
catalogue. tests/portal/test_family_pages.py renders every page of a family and fails for a text that no row brought in.
"""

from __future__ import annotations

STAFF = "staff"

OURS: tuple[tuple[str, str], ...] = (
    ("templates/skeleton.html", "Title of every page: the name of this site."),
    ("templates/base.html", "Every page; a link that only keyboards reach."),
    ("templates/components/*.html", "A part that many pages share."),
    ("templates/portal/home.html", "A parent's first page: the list of their children. Or a student's own."),
    ("templates/portal/_list_wrong.html", "Under the list of children: something is wrong with it."),
    ("templates/portal/_facts.html", "Under a child's name: grade and school."),
    ("scorereports/catalog.py", "Names of state tests, formats and subjects. Keep the acronyms."),
    ("portal/base/lists.py", "Between the things of a list: your language's comma, its word for “and”."),
    ("templates/scorereports/student_detail.html", "A child's page: the list of score reports."),
    ("templates/scorereports/_reports.html", "A child's page: the list of score reports, year by year."),
    (
        "templates/scorereports/_choice.html",
        "A child's page: fields that narrow the list. “Score report” is no report card.",
    ),
    ("scorereports/forms/choice.py", "A child's page: names of the fields that narrow the list."),
    (
        "templates/scorereports/_test.html",
        "A child's page: one test. “Final” and “Not final” say whether its scores may still change.",
    ),
    ("scorereports/templatetags/opens.py", "A child's page: buttons that open a report."),
    ("scorereports/views/arranging.py", "A child's page: read out before a button's name."),
    ("templates/scorereports/report_detail.html", "The page around one score report."),
    ("templates/scorereports/_opening.html", "The page around one score report: its buttons."),
    (
        "templates/scorereports/_guide.html",
        "The page around one score report: unfolds to say what the test is.",
    ),
    ("scorereports/guides.py", "What a state test is, and how to read its report. Keep Lexile and Quantile."),
    ("templates/scorereports/report_failed.html", "Shown in the place of a report that did not open."),
    ("scorereports/outcomes.py", "Why there is no report: a title, what happened, what to do next."),
    ("scorereports/views/framing.py", "Why a report did not open: a title, what happened, what to do next."),
    ("templates/scorereports/opening_list.html", "The page that lists who has opened a child's reports."),
    ("templates/accounts/_reason.html", "Beside a person's name: why they may open this child's reports."),
    ("accounts/rights.py", "After “Works at the student's school:” or “Works for the district:”."),
    ("templates/accounts/claim.html", "The page where the code of a letter from the school is typed in."),
    ("accounts/forms/claiming.py", "The page where the code of a letter is typed in: fields and mistakes."),
    ("accounts/views/claims.py", "After a letter's code was typed in."),
    (
        "templates/accounts/child_missing.html",
        "The page to tell the office that a child is missing in the list.",
    ),
    (
        "templates/accounts/not_my_child.html",
        "The page to tell the office that a child in the list is somebody else's.",
    ),
    (
        "templates/accounts/accessible_copy.html",
        "The page to ask the office for a report in large print, braille and the like.",
    ),
    ("accounts/forms/concerns.py", "Fields of the pages that tell the office what is wrong or needed."),
    ("accounts/views/concerns.py", "After the office was told."),
    (
        "templates/integrations/registration_detail.html",
        "The page of what a child's online registration still needs: papers and their state.",
    ),
    ("templates/portal/help.html", "The help page."),
    ("templates/portal/_whom_to_call.html", "The help page: schools and how to reach them."),
    ("templates/portal/accessibility.html", "The page that says how accessible this site is."),
    ("templates/account/*.html", "Sign-in, password and email address pages."),
    ("templates/accounts/sso_*.html", "Signing in with the account of the school or district."),
    ("templates/accounts/email_change*.html", "The pages that change one's email address."),
    ("accounts/forms/addresses.py", "The pages that change one's email address: fields and mistakes."),
    ("accounts/views/addresses.py", "After an email address was changed, or not."),
    ("accounts/views/fresh.py", "Proving again who one is."),
    ("accounts/adapters.py", "Account security."),
    ("accounts/passwords.py", "What a new password must be, and why one is refused."),
    ("templates/accounts/session_list.html", "Account security: the devices somebody is signed in on."),
    ("templates/accounts/_session.html", "Account security: one device that is signed in."),
    ("accounts/views/own_sessions.py", "After a device was signed out."),
    (
        "accounts/forms/passkeys.py",
        "Account security: passkeys. Phones name them in their own language: use that word.",
    ),
    ("templates/mfa/*.html", "Account security: second steps of signing in."),
    ("templates/mfa/*/*.html", "Account security: passkeys, authenticator apps, recovery codes."),
    ("portal/middleware.py", "A message on the sign-in page."),
    ("templates/4*.html", "A page that says what went wrong and what to do."),
    ("templates/500.html", "A page that says what went wrong and what to do."),
    ("templates/account/email/*.txt", "An email. Lines end where the text ends; no HTML."),
    ("templates/emails/turning_18*.txt", "An email before a student's 18th birthday."),
    ("templates/letters/_text.html", "A printed letter with a code, from the school to a parent."),
)

# What Django and allauth say to families. They lack Filipino, and allauth lacks Vietnamese too, so each of our
# catalogues has all of it. A module, then the texts out of it; none named: all.
THEIRS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("allauth/templates/account/messages/logged_out.txt", "After signing out.", ()),
    ("allauth/templates/account/messages/password_changed.txt", "After the password was changed.", ()),
    ("allauth/templates/account/messages/password_set.txt", "After a password was set.", ()),
    ("allauth/templates/account/email/password_changed_message.txt", "An email.", ()),
    ("allauth/templates/account/email/password_changed_subject.txt", "An email's subject.", ()),
    ("allauth/templates/account/email/password_set_message.txt", "An email.", ()),
    ("allauth/templates/account/email/password_set_subject.txt", "An email's subject.", ()),
    ("allauth/templates/mfa/messages/*.txt", "After account security was changed.", ()),
    ("allauth/templates/mfa/email/*.txt", "An email after account security was changed.", ()),
    ("allauth/templates/mfa/recovery_codes/download.txt", "The file of recovery codes.", ()),
    (
        "allauth/account/adapter.py",
        "Sign-in and account security.",
        (
            "This account is currently inactive.",
            "The email address and/or password you specified are not correct.",
            "Please type your current password.",
            "Incorrect code.",
            "Incorrect password.",
            "Invalid or expired key.",
            "Invalid login.",
            "The password reset token was invalid.",
            "Be patient, you are sending too many requests.",
            "Use your password",
            "Use authenticator app or code",
            "Use a security key",
        ),
    ),
    (
        "allauth/mfa/adapter.py",
        "Account security.",
        ("You cannot generate recovery codes without having two-factor authentication enabled.",),
    ),
    (
        "allauth/account/forms.py",
        "Sign-in and account security.",
        (
            "Password",
            "Password (again)",
            "Current Password",
            "New Password",
            "New Password (again)",
            "You must type the same password each time.",
            "Code",
        ),
    ),
    (
        "allauth/account/fields.py",
        "Sign-in and account security.",
        ("Email", "Email address", "Forgot your password?"),
    ),
    ("allauth/mfa/totp/forms.py", "Account security.", ("Authenticator code",)),
    (
        "django/contrib/auth/password_validation.py",
        "What a new password must be.",
        ("Your password can’t be too similar to your other personal information.",),
    ),
    (
        "django/forms/fields.py",
        "A mistake in a form.",
        (
            "This field is required.",
            "Select a valid choice. %(value)s is not one of the available choices.",
        ),
    ),
    (
        "django/forms/models.py",
        "A mistake in a form.",
        ("Select a valid choice. That choice is not one of the available choices.",),
    ),
    (
        "django/core/validators.py",
        "A mistake in a form.",
        (
            "Enter a valid email address.",
            "Enter a valid value.",
            "Null characters are not allowed.",
            "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        ),
    ),
    (
        "django/utils/dates.py",
        "A month in a date, such as November 22, 2026.",
        (
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ),
    ),
    (
        "django/utils/dateformat.py",
        "Half of the day, after a time such as 4:30.",
        ("AM", "PM", "midnight", "noon"),
    ),
)
