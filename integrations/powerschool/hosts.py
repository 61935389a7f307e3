"""Where PowerSchool Enrollment may be called, and where its document links may lead.

The document names secure.infosnap.com, and registration.powerschool.com with machines of its own below it. A document
is a blob of Azure's storage: one account below `.blob.core.windows.net`, never a name deeper down or the domain itself.
Anybody can have an account there, so a link is only followed when PowerSchool sent it over an authenticated call, and a
district can pin the first host seen.
"""

import re

from integrations.http import HostPolicy

_OWN = ("secure.infosnap.com", "registration.powerschool.com")
# Azure's own rule for the name of a storage account.
_BLOB = re.compile(r"[a-z0-9]{3,24}\.blob\.core\.windows\.net")

POWERSCHOOL_API_POLICY = HostPolicy(exact=_OWN, suffixes=(".registration.powerschool.com",))
POWERSCHOOL_LINK_POLICY = HostPolicy(patterns=(_BLOB,))
