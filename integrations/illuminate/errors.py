"""What Illuminate can say besides yes, as kinds that jobs, checks and the command tell apart.

Raised by the client. None carries an address, id, token or anything of a body.
"""

from integrations.http import VendorMisconfigured, VendorRejected


class CredentialsRefused(VendorMisconfigured):
    """401: `credentials-refused` (the signature, or the pair a token is asked with), `token-refused` (a fresh token).

    It ends a run: no other call would fare better.
    """


class EndpointRefused(VendorMisconfigured):
    """One endpoint is not for us: `no-permission` (403), `wrong-path` (404), `method-refused` (405)."""


class RequestRefused(VendorRejected):
    """400, or a call we would not make: `bad-parameters`, `unknown-endpoint`, `unknown-parameter` and the like."""
