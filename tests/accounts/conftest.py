"""A provider of sign-on for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.accounts.provider import OidcProvider


@pytest.fixture(scope="session")
def _provider() -> Iterator[OidcProvider]:
    from tests.accounts.provider import OidcProvider  # noqa: PLC0415 - half a second that other tests need not wait

    made = OidcProvider()
    yield made
    made.stop()


@pytest.fixture
def provider(_provider: OidcProvider, settings: Any, db: None) -> OidcProvider:
    """The provider in a good mood, and the portal registered with it."""
    _provider.between.reset()
    settings.SSO_PROVIDERS = [_provider.register(settings.SITE_URL)]
    return _provider
