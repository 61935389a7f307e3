"""A submission of the child with its documents, and somebody of the office who said why they open them."""

from __future__ import annotations

import pytest
from django.test import Client

from integrations.models import Submission
from integrations.sandbox.server import SandboxServer
from tests.cast import Cast, sign_in
from tests.integrations.submissions import sent
from tests.scorereports.pages import say_why


@pytest.fixture
def submission(cast: Cast, sandbox: SandboxServer) -> Submission:
    return sent.of(cast, cast.child, sandbox.url)


@pytest.fixture
def office(cast: Cast, submission: Submission) -> Client:
    client = sign_in(cast.office)
    say_why(client, sent.address(submission))
    return client
