"""Fills the addresses of the access matrix with objects that are there, made on the way where a row names one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator

from accounts import colours, logos
from accounts.models import AccessChange, AccessRecord, DistrictLogo, Guardianship, Session, Student
from accounts.requests import RequestFacts
from accounts.services import looks, record
from integrations.models import Connection, RoleMapping, SyncSettings
from portal.base import clock
from scorereports import keys
from scorereports.models import Configuration
from tests import factories
from tests.accounts.looking import picture_file
from tests.cast import Cast, sign_in, world
from tests.integrations import runs
from tests.integrations.enrollment import rows as enrolling
from tests.integrations.submissions import sent
from tests.scorereports import running


def _ended_link(cast: Cast) -> Guardianship:
    return Guardianship.objects.get(guardian__user=cast.former_guardian)


def _log(model: Any, cast: Cast) -> int:
    record.refused_stranger(cast.nobody, cast.child.uuid, RequestFacts())
    return int(model.objects.order_by("pk")[0].pk)


def _passkey(cast: Cast) -> int:
    made = Authenticator.objects.create(
        user=cast.parent_of_two,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "phone", "credential": {}},
    )
    return int(made.pk)


def _session(cast: Cast) -> uuid.UUID:
    key = sign_in(cast.parent_of_two).session.session_key or ""
    return Session.objects.get(session_key=key).uuid


def _logo(cast: Cast) -> str:
    logo = logos.painted(picture_file())
    looks.save(district=cast.district, logo=logo, keep_logo=True, by=cast.district_admin)
    return DistrictLogo.objects.get().digest


def _adult_without_account(cast: Cast) -> uuid.UUID:
    adult = factories.guardian(cast.district, None)
    factories.link(adult, cast.child)
    return adult.uuid


# Made only for the addresses that name them.
MADE: dict[str, Callable[[Cast], object]] = {
    "{concern}": lambda cast: factories.concern(cast.parent_of_two, cast.child).uuid,
    "{question}": lambda cast: factories.question(cast.nobody, cast.child).uuid,
    "{block}": lambda cast: factories.block(_ended_link(cast)).uuid,
    "{consent}": lambda cast: factories.consent(_ended_link(cast)).uuid,
    "{hold}": lambda cast: factories.hold(cast.child).uuid,
    "{report_run}": lambda cast: running.found(cast.teacher, cast.child).uuid,
    "{run}": lambda cast: runs.held(cast).uuid,
    "{batch}": lambda cast: enrolling.lost(cast).uuid,
    "{record}": lambda cast: enrolling.record(cast).uuid,
    "{target}": lambda cast: enrolling.lost(cast).target.pk,
    "{item}": lambda cast: enrolling.mark(cast, cast.child).item.uuid,
    "{schema}": lambda cast: enrolling.schema(cast).uuid,
    "{rosterschema}": lambda cast: enrolling.schema(cast).pk,
    "{submission}": lambda cast: sent.of_the_child(cast).uuid,
    "{document}": lambda cast: sent.key(sent.of_the_child(cast)),
    "{publishedaction}": lambda cast: sent.of_the_child(cast).action.pk,
    "{settings}": lambda cast: SyncSettings.objects.get_or_create(district=cast.district)[0].pk,
    "{mapping}": lambda cast: (
        RoleMapping.objects.get_or_create(district=cast.district, role_name="Librarian")[0].pk
    ),
    "{guardian}": _adult_without_account,
    "{passkey}": _passkey,
    "{session}": _session,
    "{logo}": _logo,
}


def filled(url: str, cast: Cast, connected: Connection) -> str:
    key = keys.seal(
        keys.ReportKey("ESA", str(world().administration_year), "EN", "PDF", "EP", 0), student=cast.child.uuid
    )
    for name, make in MADE.items():
        if name in url:
            url = url.replace(name, str(make(cast)))
    if "/ssid/" in url:
        Student.unscoped.filter(pk=cast.child.pk).update(ssid_changed_at=clock.now())
    if "{log}" in url:
        log = _log(AccessRecord if "accessrecord" in url else AccessChange, cast)
        url = url.replace("{log}", str(log))
    return url.format(
        child=cast.child.uuid,
        parent=cast.other_parent.uuid,
        colleague=cast.teacher.uuid,
        nobody=uuid.UUID(int=7),
        key=key,
        guardianship=_ended_link(cast).uuid,
        review=Guardianship.objects.get(guardian__user=cast.guardian_in_review).uuid,
        sheet=colours.sheet_name("#7a1f1f", "#ff9c9c"),
        district=cast.district.pk,
        school=cast.school_a.pk,
        district_uuid=cast.district.uuid,
        school_uuid=cast.school_a.uuid,
        connection=connected.pk,
        configuration=Configuration.objects.get().pk,
    )
