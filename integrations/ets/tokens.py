"""ETS's token: what it says about its own life.

The signature is not checked: the token is ETS's to check, we only ask when it ends.
"""

import base64
import json
import math
from typing import Any

DEFAULT_LIFETIME = 300.0
_LONGEST_LIFETIME = 24 * 3600.0


def lifetime_of(token: str, *, now: float) -> float:
    """Return the seconds a token minted just now will live; five minutes if it does not say.

    `exp` is by ETS's clock and `now` by ours; `exp - iat` is by ETS's alone. The shorter one counts, unless
    it is none.
    """
    claims = _claims(token)
    expires, issued = _moment(claims.get("exp")), _moment(claims.get("iat"))
    if expires is None:
        return DEFAULT_LIFETIME
    spans = [expires - now, *([expires - issued] if issued is not None else [])]
    living = [span for span in spans if span > 0]
    return min(*living, _LONGEST_LIFETIME) if living else DEFAULT_LIFETIME


def _claims(token: str) -> dict[str, Any]:
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, IndexError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _moment(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        moment = float(value)
    except (ValueError, OverflowError):
        return None
    return moment if math.isfinite(moment) else None
