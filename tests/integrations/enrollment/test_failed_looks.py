"""A look for registrations that the portal itself fails at: said on the page, and gone on with (trust F7)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from integrations.models import RecordState
from integrations.sandbox.server import SandboxServer
from tests.cast import Cast, sign_in
from tests.integrations.enrollment.world import approve, look, record_of, target

pytestmark = pytest.mark.promise("F3", "F7")


def test_a_look_that_fails_says_so_and_the_next_one_goes_on(cast: Cast, sandbox: SandboxServer):
    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT INTO") and "accounts_guardianship" in sql:
            raise OperationalError("the disk is full")
        return execute(sql, params, many, context)

    where = target(cast, sandbox)
    made = approve(sandbox, cast.child.local_id)
    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        look(where)
    where.refresh_from_db()

    assert (where.failure, where.drained_at is not None) == ("failed", True)
    page = sign_in(cast.records_custodian).get("/staff/registrations/").content.decode()
    assert "The portal failed at the last look" in page
    assert (look(where).placed, record_of(made).state) == (1, RecordState.PLACED)
