"""What ETS can say besides yes, as kinds that pages and jobs tell apart.

Raised by the client, caught by services, jobs and connection checks. None carries an SSID, token or link.
"""

from integrations.http import VendorMisconfigured, VendorRejected, VendorUnavailable


class StudentUnknown(VendorRejected):
    """404: ETS has no such student."""


class EnrolledElsewhere(VendorRejected):
    """403 about a student: the state has the student enrolled with another LEA; credentials are fine."""


class MalformedParameter(VendorRejected):
    """400, or a value we would not send: an SSID that is not ten digits, say."""


class CredentialsRefused(VendorMisconfigured):
    """The pair from TOMS, or the token minted with it, is refused: expired, regenerated, not released.

    `reason` is `credentials-refused` (the token call says 401), `token-refused` (a fresh token is refused)
    or `gateway-forbidden` (the gateway in front of ETS says 403).
    """


class EtsDown(VendorUnavailable):
    """ETS gave no usable answer: try later."""
