"""Where ETS may be called, and where its report links may lead.

Read by the connection form, the system checks and whoever builds an `EtsClient`; both lists take the
entries of PORTAL_VENDOR_HOSTS through `with_extra`.

No contract prints a real host, so the links' list is S3's regional forms in the four US regions (the ones
that a page may frame), virtual-hosted and path style, with and without dual stack, and ETS itself. S3's
older global and dashed forms (`bucket.s3.amazonaws.com`, `s3-us-west-2`) are not in it: trust S3 names
regional forms only, and the pages could not frame them. If ETS uses one, the exact host goes into
PORTAL_VENDOR_HOSTS. Never a bare `.amazonaws.com`: anybody's machine and gateway lives there.
"""

import re

from integrations.http import HostPolicy

_ETS = (".ets.org",)
_BUCKET = r"[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]"
_REGIONS = ("us-east-1", "us-east-2", "us-west-1", "us-west-2")
_S3 = re.compile(rf"(?:{_BUCKET}\.)?s3(?:\.dualstack)?\.(?:{'|'.join(_REGIONS)})\.amazonaws\.com")

ETS_API_POLICY = HostPolicy(suffixes=_ETS)
ETS_LINK_POLICY = HostPolicy(suffixes=_ETS, patterns=(_S3,))
# Those of them that S3_ORIGINS names. A suffix in `frame-src` would let a page frame all of ETS.
ETS_FRAMED_POLICY = HostPolicy(patterns=(_S3,))
# The same hosts as a page's `frame-src` spells them: path style, then virtual-hosted.
S3_ORIGINS = tuple(
    f"https://{bucket}{service}.{region}.amazonaws.com"
    for region in _REGIONS
    for service in ("s3", "s3.dualstack")
    for bucket in ("", "*.")
)
