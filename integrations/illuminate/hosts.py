"""Where Illuminate may be called: every district has a name of its own below one domain."""

from integrations.http import HostPolicy

ILLUMINATE_API_POLICY = HostPolicy(suffixes=(".illuminateed.com",))
