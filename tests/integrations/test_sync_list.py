"""The staff page with the history of syncs and the buttons that start one."""

from __future__ import annotations

import pytest
from django.utils.html import escape

from integrations.models import Connection, SyncRun, SyncSettings, SyncState
from tests.cast import Cast, sign_in
from tests.integrations import runs

LIST = "/staff/syncs/"


def connect(cast: Cast, name: str = "Illuminate here") -> Connection:
    return Connection.objects.create(
        district=cast.district, vendor="illuminate", name=name, base_url="http://127.0.0.1:9"
    )


def text_of(cast: Cast, by: str = "district_admin") -> str:
    return sign_in(getattr(cast, by)).get(LIST).content.decode()


def test_it_works(cast: Cast):
    runs.change_set(runs.run(cast), cast)
    text = text_of(cast)

    for words in (
        "Done",
        "Illuminate",
        "the nightly schedule",
        "9 minutes",
        "6 changes",
        "1 problem",
        "1 ended",
    ):
        assert words.replace(" ", "\xa0" if words == "9 minutes" else " ") in text, words


def test_sync_now_asks_for_a_run_and_shows_it(cast: Cast):
    connection = connect(cast)
    answer = sign_in(cast.integrations_admin).post(
        LIST, {"way": str(connection.uuid), "what": "now"}, follow=True
    )
    run = SyncRun.objects.get()

    assert "Waits to begin" in answer.content.decode()
    assert (run.source, run.connection, run.dry_run) == ("illuminate", connection, False)
    assert run.started_by == str(cast.integrations_admin.uuid)


def test_preview_only_asks_for_a_dry_run(cast: Cast):
    sign_in(cast.district_admin).post(LIST, {"way": str(connect(cast).uuid), "what": "preview"})

    assert SyncRun.objects.get().dry_run


@pytest.mark.promise("F7")
def test_one_run_works_at_a_time(cast: Cast):
    way, client = str(connect(cast).uuid), sign_in(cast.district_admin)
    client.post(LIST, {"way": way, "what": "now"})
    answer = client.post(LIST, {"way": way, "what": "preview"}, follow=True)

    assert "Only one works at a time" in answer.content.decode()
    client.post(LIST, {"way": way, "what": "now"})
    assert SyncRun.objects.count() == 1


def test_a_district_without_a_connection_reads_what_to_do(cast: Cast):
    assert "has nothing to sync from yet" in text_of(cast)
    connect(cast)
    assert "has nothing to sync from yet" not in text_of(cast)


def test_the_folder_of_the_settings_is_a_source_too(cast: Cast):
    SyncSettings.objects.create(district=cast.district, nightly_source="csv", nightly_folder="/srv/feed")
    connect(cast)
    sign_in(cast.district_admin).post(LIST, {"way": f"{cast.district.uuid}:csv", "what": "now"})

    assert SyncRun.objects.get().folder == "/srv/feed"


@pytest.mark.promise("A7")
def test_another_districts_runs_and_sources_are_not_there(cast: Cast):
    connection = connect(cast, "Way of Cedar")
    runs.run(cast)
    client = sign_in(cast.staff_elsewhere)
    text = client.get(LIST).content.decode()

    assert "Nothing has run yet" in text
    assert "Way of Cedar" not in text
    assert escape(cast.district.name) not in text
    assert (
        "Nothing was started"
        in client.post(LIST, {"way": str(connection.uuid), "what": "now"}).content.decode()
    )
    assert not SyncRun.objects.filter(state=SyncState.WAITING).exists()


def test_the_first_page_leads_there_whoever_may(cast: Cast):
    for part, leads in {"district_admin": True, "integrations_admin": True, "school_admin": False}.items():
        text = sign_in(getattr(cast, part)).get("/").content.decode()
        assert (f'href="{LIST}"' in text) is leads, part
