"""A district's name, logo and colours: set in the admin by who may, checked on saving, shown to its families alone."""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounts import colours
from accounts.models import AccessChange, District, DistrictLogo, Session
from accounts.rights import Role
from accounts.services import looks
from tests import factories
from tests.accounts.looking import moving_picture, picture_file
from tests.cast import Cast, give_second_factor, sign_in

ACCENT = "#7a1f1f"


def address(district: District) -> str:
    return f"/admin/accounts/district/{district.pk}/change/"


@pytest.fixture(autouse=True)
def _a_process_that_just_began() -> None:
    looks.forget()


def save(client: Client, district: District, logo: bytes | None = None, **fields: Any) -> str:
    """Post the form and return the page that answers."""
    if logo is not None:
        fields["logo_file"] = SimpleUploadedFile("logo.png", logo)
    answer = client.post(address(district), fields, follow=True)
    return answer.content.decode()


def dressed(district: District, name: str = "Canary Unified") -> District:
    District.objects.filter(pk=district.pk).update(display_name=name, accent=ACCENT)
    DistrictLogo.objects.create(
        district=district, png=picture_file(), digest=f"{district.pk:064x}", width=120, height=40
    )
    return district


def test_it_works(cast: Cast):
    admin = sign_in(cast.district_admin)

    save(admin, cast.district, picture_file(), display_name="Manzanita Schools", accent="7A1F1F")

    cast.district.refresh_from_db()
    assert cast.district.accent == ACCENT
    page = sign_in(cast.parent_of_two).get("/").content.decode()
    assert "Manzanita Schools" in page
    digest = DistrictLogo.objects.get().digest
    assert f'src="/look/{digest}.png"' in page
    sheet = re.search(r'href="(/look/[\w-]+\.css)"', page)
    assert sheet
    assert f"--accent:{ACCENT}" in Client().get(sheet[1]).content.decode()


def test_the_name_alone_is_enough(cast: Cast):
    page = sign_in(cast.parent_of_two).get("/").content.decode()

    assert cast.district.name in page
    assert "/look/" not in page


@pytest.mark.parametrize("part", ["school_admin", "office", "staff_elsewhere"])
def test_who_does_not_set_up_the_district_changes_nothing(part: str, cast: Cast):
    client = sign_in(getattr(cast, part))

    save(client, cast.district, picture_file(), display_name="Mine", accent=ACCENT)

    cast.district.refresh_from_db()
    assert (cast.district.display_name, cast.district.accent) == ("", "")
    assert not DistrictLogo.objects.exists()


def test_another_districts_name_is_nowhere_in_the_admin(cast: Cast):
    dressed(cast.other_district)
    client = sign_in(cast.district_admin)

    for page in ("/admin/accounts/district/", "/admin/", address(cast.other_district)):
        assert "Canary" not in client.get(page, follow=True).content.decode()


def test_a_post_changes_no_name_of_the_record(cast: Cast):
    save(sign_in(cast.district_admin), cast.district, name="Forged", cds_code="99999990000000")

    assert District.objects.get(pk=cast.district.pk).name == cast.district.name


def test_a_change_is_on_record_with_who_made_it(cast: Cast):
    admin = sign_in(cast.district_admin)
    save(admin, cast.district, accent=ACCENT)
    save(admin, cast.district, accent=ACCENT)

    change = AccessChange.objects.get(verb="district.look_changed")
    assert (change.actor, change.subject_id) == (str(cast.district_admin.uuid), cast.district.uuid)
    assert (change.before["accent"], change.after["accent"]) == ("", ACCENT)


# --- Colours --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "weak", "ground"),
    [("accent", "#ffd200", colours.LIGHT), ("accent_on_dark", "#00308f", colours.DARK)],
)
def test_a_weak_colour_is_refused_with_its_ratio_and_the_nearest_that_reads(
    field: str, weak: str, ground: colours.Ground, cast: Cast
):
    page = save(sign_in(cast.district_admin), cast.district, None, **{"accent": ACCENT, field: weak})

    cast.district.refresh_from_db()
    assert getattr(cast.district, field) == ""
    worst = colours.faults(weak, ground)[0]
    assert f"{int(worst.found * 100) / 100:.2f} to 1" in page
    assert f"{worst.needed} to 1 is needed" in page
    assert colours.nearest(weak, ground) in page


@pytest.mark.parametrize("wrong", ["red", "#12345", "#1234567", "url(x)", "#7a1f1f;}"])
def test_what_is_no_colour_is_refused(wrong: str, cast: Cast):
    save(sign_in(cast.district_admin), cast.district, accent=wrong)

    cast.district.refresh_from_db()
    assert cast.district.accent == ""


def test_a_colour_on_dark_alone_is_refused(cast: Cast):
    page = save(sign_in(cast.district_admin), cast.district, accent_on_dark="#ff9c9c")

    assert "most devices are set to light" in page


def test_a_sheet_is_named_by_its_colours_and_kept_for_good(db: None):
    name = colours.sheet_name(ACCENT, "#ff9c9c")
    with CaptureQueriesContext(connection) as asked:
        answer = Client().get(f"/look/{name}.css")

    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer["Cache-Control"]
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert len(asked) == 0
    assert Client().get(f"/look/{name[:-1]}x.css").status_code == 404
    assert Client().get(f"/look/zzzzzz-{name[7:]}.css").status_code == 404


# --- Logos ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_painted_anew(kind: str, cast: Cast):
    hidden = {"exif": b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00<script>canary"}
    upload = picture_file(kind, (1200, 400), **hidden) + b"<script>canary</script>"
    save(sign_in(cast.district_admin), cast.district, upload)

    logo = DistrictLogo.objects.get()
    answer = Client().get(f"/look/{logo.digest}.png")
    assert b"canary" not in answer.content
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "immutable" in answer["Cache-Control"]
    with Image.open(io.BytesIO(answer.content), formats=["PNG"]) as picture:
        assert picture.size == (logo.width, logo.height) == (360, 120)


def bad_files() -> dict[str, tuple[bytes, str]]:
    png = picture_file()
    return {
        "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "no PNG, JPEG or WebP"),
        "html that is named png": (b"<!doctype html><script>1</script>", "no PNG, JPEG or WebP"),
        "gif": (moving_picture("GIF"), "no PNG, JPEG or WebP"),
        "bmp": (picture_file("BMP"), "no PNG, JPEG or WebP"),
        "moving png": (moving_picture("PNG"), "The picture moves"),
        "moving webp": (moving_picture("WEBP"), "The picture moves"),
        "cut off": (png[: len(png) // 2], "cannot be read"),
        "only a start": (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "cannot be read"),
        "another kind inside": (b"RIFF\x10\x00\x00\x00WAVEfmt " + b"x" * 40, "cannot be read"),
        "too many bytes": (png + b"x" * 200 * 1024, "larger than 200 KB"),
        "too small": (picture_file(size=(20, 20)), "20 × 20 pixels"),
        "too wide": (picture_file(size=(900, 100)), "too wide or too high"),
        "says it is large": (picture_that_says(5000), "5000 × 5000 pixels"),
        "says it is huge": (picture_that_says(60000), "cannot be read"),
    }


def picture_that_says(side: int) -> bytes:
    """A PNG of some hundred bytes whose head says another size: 14 GB for 60 000, once somebody paints it."""
    png = picture_file()
    head = b"IHDR" + struct.pack(">II", side, side) + png[24:29]
    return png[:12] + head + struct.pack(">I", zlib.crc32(head)) + png[33:]


@pytest.mark.parametrize("name", bad_files())
def test_a_file_that_pages_may_not_show_is_refused(name: str, cast: Cast):
    file, says = bad_files()[name]

    page = save(sign_in(cast.district_admin), cast.district, file)

    assert says in page
    assert not DistrictLogo.objects.exists()


def test_a_logo_stays_until_it_is_replaced_or_taken_away(cast: Cast):
    admin = sign_in(cast.district_admin)
    save(admin, cast.district, picture_file())
    first = DistrictLogo.objects.get().digest

    save(admin, cast.district, display_name="Another")
    assert DistrictLogo.objects.get().digest == first
    save(admin, cast.district, picture_file(size=(200, 100)))
    assert DistrictLogo.objects.get().digest != first
    assert Client().get(f"/look/{first}.png").status_code == 404
    save(admin, cast.district, no_logo="on")
    assert not DistrictLogo.objects.exists()


# --- Whose it is ----------------------------------------------------------------------------------------------------


def test_strangers_see_the_only_district(db: None):
    dressed(factories.district())

    page = Client().get("/accounts/login/").content.decode()

    assert "Canary Unified" in page
    assert 'width="120"' in page
    assert 'height="40"' in page


def test_strangers_see_none_of_several(cast: Cast):
    dressed(cast.district)

    assert "Canary" not in Client().get("/accounts/login/").content.decode()
    assert "/look/" not in Client().get("/help/").content.decode()


def test_a_family_sees_its_own_district_and_no_other(cast: Cast):
    dressed(cast.district, "Canary Unified")
    dressed(cast.other_district, "Cuckoo Unified")

    own = sign_in(cast.parent_of_two).get("/").content.decode()
    other = sign_in(cast.parent_elsewhere).get("/").content.decode()

    assert "Canary Unified" in own
    assert "Cuckoo" not in own
    assert "Cuckoo Unified" in other
    assert "Canary" not in other


def test_a_family_of_two_districts_sees_neither(cast: Cast):
    dressed(cast.district)
    guardian = factories.guardian(cast.other_district, cast.parent_of_two)
    factories.link(guardian, cast.stranger_child)

    assert "Canary" not in sign_in(cast.parent_of_two).get("/").content.decode()


def test_a_change_shows_in_a_session_that_is_open(cast: Cast):
    parent = sign_in(cast.parent_of_two)
    parent.get("/")

    dressed(cast.district)

    assert "Canary Unified" in parent.get("/").content.decode()


def test_a_look_costs_a_page_no_query(cast: Cast):
    parent = sign_in(cast.parent_of_two)
    with CaptureQueriesContext(connection) as before:
        parent.get("/")
    dressed(cast.district)
    with CaptureQueriesContext(connection) as after:
        parent.get("/")

    assert len(after) == len(before)
    assert not [one for one in after if 'logo"."png"' in one["sql"]], "a page loads no picture"


def test_strangers_cost_one_query_a_minute(db: None, settings: Any):
    dressed(factories.district())
    Client().get("/help/")
    with CaptureQueriesContext(connection) as soon:
        page = Client().get("/help/").content.decode()
    settings.LOOK_SECONDS = 0
    with CaptureQueriesContext(connection) as later:
        Client().get("/help/")

    assert "Canary Unified" in page
    assert (len(soon), len(later)) == (0, 1)


def test_a_change_shows_to_strangers_at_once(db: None, django_capture_on_commit_callbacks: Any):
    district = factories.district()
    admin = factories.staff(Role.DISTRICT_ADMIN, district)
    give_second_factor(admin)
    Client().get("/help/")
    with django_capture_on_commit_callbacks(execute=True):
        save(sign_in(admin), district, display_name="Manzanita Schools")

    assert "Manzanita Schools" in Client().get("/help/").content.decode()


def test_its_files_touch_nobodys_session(cast: Cast):
    dressed(cast.district)
    teacher = sign_in(cast.teacher)
    row = Session.objects.get(user=cast.teacher)
    Session.objects.filter(pk=row.pk).update(expire_date=row.began_at)

    with CaptureQueriesContext(connection) as asked:
        answer = teacher.get(f"/look/{DistrictLogo.objects.get().digest}.png")

    assert answer.status_code == 200
    assert [one["sql"] for one in asked if "session" in one["sql"].lower()] == []
    assert "Cookie" not in answer.get("Vary", "")


def test_a_mail_takes_the_name_whether_or_not_it_finds_an_account(db: None):
    child = factories.student(factories.school(dressed(factories.district())))
    parent = factories.parent(child)

    for email in (parent.email, "nobody@example.org"):
        Client().post("/accounts/login/code/", {"email": email})

    assert ["Canary Unified" in sent.body for sent in mail.outbox] == [True, True]


def test_a_mail_names_none_of_several(cast: Cast):
    dressed(cast.district)

    Client().post("/accounts/login/code/", {"email": cast.parent_of_two.email})

    assert "Canary" not in mail.outbox[0].body
