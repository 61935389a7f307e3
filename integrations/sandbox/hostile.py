"""A report page that tries to break out, for tests of the guards around report pages.

`misbehaviour.py` sends it in the place of a page. Each attempt's result stands in the page itself and is told to
`/ets/_hostile`. If it asked too little, a missing guard would go unnoticed.
"""

import json

from integrations.sandbox.pages import asset

# What it tries, in this order; the last one leaves the page if it can.
ATTEMPTS = (
    "parent-dom",
    "top-dom",
    "cookie",
    "local-storage",
    "portal-fetch",
    "form-post",
    "popup",
    "top-navigation",
)


def page(*, portal: str, collector: str, attempts: list[str]) -> bytes:
    """The page. `portal` is the address that it fetches and posts to, `collector` where it tells."""
    settings = json.dumps({"portal": portal, "collector": collector, "attempts": attempts})
    # Inside a script only "<" could end it.
    return asset("hostile.html").replace(b"$settings", settings.replace("<", "\\u003c").encode())
