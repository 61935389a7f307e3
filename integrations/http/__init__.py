"""Outgoing calls to the vendors: allow-list, deadlines, size, retries, breaker, three errors.

Owns every socket the portal opens towards a vendor. The vendor clients call it; nothing else does. It imports
neither Django nor our tables: breaker and clock are handed in. If it breaks, no report lists or opens.

Other code imports from here, not from the modules inside.
"""

from integrations.http.answers import Answer, RawAnswer, parse
from integrations.http.client import Breaker, Sign, VendorHttp
from integrations.http.errors import VendorError, VendorMisconfigured, VendorRejected, VendorUnavailable
from integrations.http.hosts import HostPolicy, host_of, origin_of_extra, place_of
from integrations.http.retries import BATCH, INTERACTIVE, Budget
from integrations.http.streams import UpstreamStream
from integrations.http.tokens import Mint, MintedToken, OneProcessTokenStore, TokenStore, is_token

__all__ = [
    "BATCH",
    "INTERACTIVE",
    "Answer",
    "Breaker",
    "Budget",
    "HostPolicy",
    "Mint",
    "MintedToken",
    "OneProcessTokenStore",
    "RawAnswer",
    "Sign",
    "TokenStore",
    "UpstreamStream",
    "VendorError",
    "VendorHttp",
    "VendorMisconfigured",
    "VendorRejected",
    "VendorUnavailable",
    "host_of",
    "is_token",
    "origin_of_extra",
    "parse",
    "place_of",
]
