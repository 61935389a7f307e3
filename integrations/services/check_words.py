"""What a check of a connection found, in words: what happened, why, and what to do next; a table a vendor.

Read by `checks`; the keys are reasons of the vendor clients and of `checks` itself. Each has `down` and `other`.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations.models import Vendor

Text = str | Promise
Words = dict[str, tuple[Text, Text, Text]]

_RETYPE = _("Enter the key and the secret again. Use the pair you already have.")
_TOMS = _(
    "In TOMS, under Credentialing, look up the pair in force. Regenerate only if you will update every vendor: a "
    "new pair stops the old one everywhere."
)
_SAME_SERVER = _("Nothing to change here. Try again in a few minutes.")

_ETS: Words = {
    "expired": (
        _("The credentials have expired"),
        _("ETS refuses this pair, and its day of expiry has passed."),
        _(
            "Make a new pair in TOMS, give it to every vendor that uses the old one, then enter key, secret and day "
            "of expiry here."
        ),
    ),
    "changed-elsewhere": (
        _("The credentials were changed elsewhere"),
        _("This pair worked before, and ETS refuses it now: somebody has made a new one in TOMS."),
        _("Ask who looks after TOMS for the new pair and enter it here. Do not make another one."),
    ),
    "credentials-refused": (
        _("ETS refuses the key or the secret"),
        _("Mistyped, cut short when copied, or a pair that has been replaced in TOMS."),
        _RETYPE,
    ),
    "token-refused": (
        _("ETS gave a token and refuses it"),
        _("The pair is known, but what it opens is refused. That happens while TOMS is being updated."),
        _("Try again in an hour. If it stays, ask ETS support."),
    ),
    "gateway-forbidden": (
        _("Student data is not released to vendors"),
        _("ETS turns the portal away before it looks at the pair."),
        _(
            "In TOMS, under Credentialing, mark the authorization to release student data to vendors. If it is marked, "
            "look at the server above."
        ),
    ),
    "wrong-path": (
        _("Wrong path"),
        _("The server answers, but has nothing at these endpoints."),
        _("Compare the three endpoints with /v3/students/, /score-reports and /v3/token."),
    ),
    "redirected": (
        _("Wrong server or path"),
        _("The server sends us elsewhere. The portal never follows: the credentials would go along."),
        _("Compare server and endpoints with what ETS gave you."),
    ),
    "host-not-allowed": (
        _("The server is not on the allow-list"),
        _("It was when it was saved; the operator's list has changed since. Nothing was sent."),
        _("Choose another server, or ask the operator to add it to PORTAL_VENDOR_HOSTS."),
    ),
    "no-secret": (
        _("There is no key or no secret yet"),
        _("Nothing was sent."),
        _RETYPE,
    ),
    "secret-unreadable": (
        _("The stored key or secret cannot be read"),
        _("The server's FIELD_KEYS do not have the key it was encrypted with. Nothing was sent."),
        _("Ask the operator to put the old key back into FIELD_KEYS, or enter the key and the secret again."),
    ),
    "breaker-open": (
        _("Resting after several failures"),
        _("ETS failed several times within a minute, so for half a minute nobody asks. Nothing was sent."),
        _("Wait half a minute, then test again."),
    ),
    "tested-too-often": (
        _("Too many tests in a short time"),
        _("Each test signs in at ETS afresh, so you have five a minute. Nothing was sent."),
        _("Wait a minute, then test again."),
    ),
    "rate-limited": (
        _("ETS asks us to slow down"),
        _("Too many calls for now. The credentials are fine as far as we know."),
        _SAME_SERVER,
    ),
    "tls-failed": (
        _("The server's certificate is not right"),
        _("The portal does not talk to a server that cannot prove its name. Nothing was sent."),
        _("Check the server. If it is right, tell ETS support."),
    ),
    "down": (
        _("ETS is down"),
        _("It did not answer in time, or answered with an error. That says nothing about the credentials."),
        _SAME_SERVER,
    ),
    "other": (
        _("ETS refuses the call"),
        _("Its answer fits none of the known cases."),
        _TOMS,
    ),
}

_MANAGEMENT = _("In Illuminate, under API Management, look up the access key, and type all of it again.")

_ILLUMINATE: Words = {
    "changed-elsewhere": (
        _("The credentials were changed elsewhere"),
        _("They worked before, and Illuminate refuses them now."),
        _("Ask who looks after API Management in Illuminate for the present ones and enter them here."),
    ),
    "credentials-refused": (
        _("Illuminate refuses the credentials"),
        _("Mistyped, cut short when copied, or replaced. A server clock that is minutes off looks the same."),
        _MANAGEMENT,
    ),
    "token-refused": (
        _("Illuminate gave a token and refuses it"),
        _("The access key is known, but what it opens is refused."),
        _("Ask Illuminate to allow this access key to read the API."),
    ),
    "credentials-malformed": (
        _("The consumer key or the user token has signs in it that no key has"),
        _("Blanks, line ends or accents in the middle, perhaps from copying. Nothing was sent."),
        _MANAGEMENT,
    ),
    "no-permission": (
        _("The credentials may not read the list of sites"),
        _("Illuminate knows them, but this user or key lacks the permission."),
        _("Ask whoever gave you the key to allow it every list that the portal reads."),
    ),
    "wrong-path": (
        _("Wrong path"),
        _("The server answers, but has no Illuminate API at this address."),
        _(
            "Compare it with the address at which you sign in: …illuminateed.com/live/ or …/dna/, then rest_server.php."
        ),
    ),
    "redirected": (
        _("Wrong server or path"),
        _("The server sends us elsewhere. The portal never follows: the credentials would go along."),
        _("Compare the address with what Illuminate gave you."),
    ),
    "host-not-allowed": (
        _("The server is not on the allow-list"),
        _("It was when it was saved; the operator's list has changed since. Nothing was sent."),
        _("Correct the server, or ask the operator to add it to PORTAL_VENDOR_HOSTS."),
    ),
    "no-secret": (
        _("There is no key or no secret yet"),
        _("Nothing was sent."),
        _MANAGEMENT,
    ),
    "secret-unreadable": (
        _("The stored credentials cannot be read"),
        _("The server's FIELD_KEYS do not have the key they were encrypted with. Nothing was sent."),
        _("Ask the operator to put the old key back into FIELD_KEYS, or enter the credentials again."),
    ),
    "breaker-open": (
        _("Resting after several failures"),
        _(
            "Illuminate failed several times within a minute, so for half a minute nobody asks. Nothing was sent."
        ),
        _("Wait half a minute, then test again."),
    ),
    "tested-too-often": (
        _("Too many tests in a short time"),
        _("Each test asks Illuminate, so you have five a minute. Nothing was sent."),
        _("Wait a minute, then test again."),
    ),
    "rate-limited": (
        _("Illuminate asks us to slow down"),
        _("Too many calls for now. The credentials are fine as far as we know."),
        _SAME_SERVER,
    ),
    "tls-failed": (
        _("The server's certificate is not right"),
        _("The portal does not talk to a server that cannot prove its name. Nothing was sent."),
        _("Check the server. If it is right, tell Illuminate's support."),
    ),
    "down": (
        _("Illuminate is down"),
        _("It did not answer in time, or answered with an error. That says nothing about the credentials."),
        _SAME_SERVER,
    ),
    "other": (
        _("Illuminate refuses the call"),
        _("Its answer fits none of the known cases."),
        _("Look at the server above. If it is right, ask Illuminate's support."),
    ),
}

_SPECIALIST = _("Ask your PowerSchool Enrollment solution specialist for the key in force and enter it here.")

_POWERSCHOOL: Words = {
    "changed-elsewhere": (
        _("The API key was changed elsewhere"),
        _("It worked before, and PowerSchool Enrollment refuses it now."),
        _SPECIALIST,
    ),
    "credentials-refused": (
        _("PowerSchool Enrollment refuses the API key"),
        _("Mistyped, cut short when copied, or replaced."),
        _SPECIALIST,
    ),
    "no-permission": (
        _("The API key may not test the connection"),
        _("PowerSchool Enrollment knows it and still says no."),
        _SPECIALIST,
    ),
    "wrong-path": (
        _("Wrong path"),
        _("The server answers, but has no PowerSchool Enrollment API at this address."),
        _("Compare it with https://secure.infosnap.com/api/v1."),
    ),
    "redirected": (
        _("Wrong server or path"),
        _("The server sends us elsewhere. The portal never follows: the API key would go along."),
        _("Compare the address with https://secure.infosnap.com/api/v1."),
    ),
    "host-not-allowed": (
        _("The server is not on the allow-list"),
        _("It was when it was saved; the operator's list has changed since. Nothing was sent."),
        _("Correct the server, or ask the operator to add it to PORTAL_VENDOR_HOSTS."),
    ),
    "no-secret": (
        _("There is no API key yet"),
        _("Nothing was sent."),
        _SPECIALIST,
    ),
    "secret-unreadable": (
        _("The stored API key cannot be read"),
        _("The server's FIELD_KEYS do not have the key it was encrypted with. Nothing was sent."),
        _("Ask the operator to put the old key back into FIELD_KEYS, or enter the API key again."),
    ),
    "breaker-open": (
        _("Resting after several failures"),
        _(
            "PowerSchool Enrollment failed several times within a minute, so for half a minute nobody asks. Nothing "
            "was sent."
        ),
        _("Wait half a minute, then test again."),
    ),
    "tested-too-often": (
        _("Too many tests in a short time"),
        _("Each test asks PowerSchool Enrollment, so you have five a minute. Nothing was sent."),
        _("Wait a minute, then test again."),
    ),
    "rate-limited": (
        _("PowerSchool Enrollment asks us to slow down"),
        _("Too many calls for now. The API key is fine as far as we know."),
        _SAME_SERVER,
    ),
    "tls-failed": (
        _("The server's certificate is not right"),
        _("The portal does not talk to a server that cannot prove its name. Nothing was sent."),
        _("Check the server. If it is right, tell PowerSchool's support."),
    ),
    "down": (
        _("PowerSchool Enrollment is down"),
        _("It did not answer in time, or answered with an error. That says nothing about the API key."),
        _SAME_SERVER,
    ),
    "other": (
        _("PowerSchool Enrollment refuses the call"),
        _("Its answer fits none of the known cases."),
        _("Look at the server above. If it is right, ask PowerSchool's support."),
    ),
}

WORDS: dict[str, Words] = {
    Vendor.ETS: _ETS,
    Vendor.ILLUMINATE: _ILLUMINATE,
    Vendor.POWERSCHOOL: _POWERSCHOOL,
}
