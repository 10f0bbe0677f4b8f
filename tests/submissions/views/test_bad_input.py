"""Bad input on the submission page: a message beside the field, everything else kept, nothing sent."""

import io
import re
import struct
import zlib

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from submissions.models import Project, Status, User
from tests import scale
from tests.factories import reload
from tests.pictures import jpeg, selfie_jpeg
from tests.sandbox import Sandbox
from tests.submissions.views.gathering import PASSPORT, make_confirming, make_gathered, post, read

pytestmark = pytest.mark.django_db


def bomb() -> bytes:
    """Return a PNG of a few bytes that claims 20,000 x 20,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


def animated() -> bytes:
    frames = [Image.new("RGB", (960, 720), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    return file.getvalue()


def assert_beside(page: str, name: str, words: str) -> None:
    """Check the message in the field's own block, and in the summary with a link to it."""
    block = re.search(rf'id="p-{name}".*?</div>', page, re.S)
    assert block, f"no place for problems at {name}"
    assert words in block[0], block[0]
    assert f'href="#f-{name}"' in page


VALUES = [
    ({"date_of_birth": "03.02.1990x"}, "date_of_birth", "YYYY-MM-DD"),
    ({"date_of_birth": "1990-02-30"}, "date_of_birth", "does not exist"),
    ({"date_of_birth": "2999-01-01"}, "date_of_birth", "in the future"),
    ({"date_of_issue": "2999-01-01"}, "date_of_issue", "future"),
    ({"date_of_issue": "2031-01-01", "date_of_expiry": "2030-01-01"}, "date_of_issue", ""),
    ({"date_of_expiry": "2022-01-01"}, "date_of_expiry", "expired"),
    ({"nationality": "Korea"}, "nationality", "three"),
    ({"nationality": "ZZZ"}, "nationality", ""),
    ({"gender": "X"}, "gender", ""),
    ({"name": ""}, "name", ""),
    ({"document_number": " "}, "document_number", ""),
]


@pytest.mark.parametrize(("wrong", "field", "words"), VALUES)
def test_value_is_refused_beside_its_field(
    client: Client, agent: User, project: Project, sandbox: Sandbox, wrong: dict[str, str], field: str, words: str
) -> None:
    submission = make_confirming(project, agent)
    reply = post(client, submission, "step2", **{**PASSPORT, "name": "Minseo Typed", **wrong})
    page = reply.content.decode()
    assert reply.status_code == 422
    assert 'id="problems"' in page
    assert_beside(page, field, words)
    for name, value in {**PASSPORT, "name": "Minseo Typed", **wrong}.items():
        if name not in ("gender", field):
            assert f'value="{value.strip()}"' in page, name
    assert reload(submission).status == Status.CONFIRMING
    assert sandbox.control.counts("step2")["came"] == 0


def test_list_of_what_is_wrong_names_each_field(
    client: Client, agent: User, project: Project, sandbox: Sandbox
) -> None:
    """The message differs for values that no ID shows: a street is not copied from a passport."""
    Project.objects.update(has_structured_address=True)
    project.refresh_from_db()
    page = post(client, make_confirming(project, agent), "step2", **{**PASSPORT, "name": ""}).content.decode()
    listed = page[page.index('id="problems"') :].partition("</ul>")[0]
    assert ">Street</a>" in listed
    assert ">Full name</a>" in listed
    assert_beside(page, "address_street", "required")
    assert_beside(page, "name", "ID")


def test_expired_id_is_overruled_with_a_recorded_reason(
    client: Client, agent: User, project: Project, sandbox: Sandbox
) -> None:
    submission = make_confirming(project, agent)
    typed = {**PASSPORT, "date_of_expiry": "2022-01-01"}
    page = post(client, submission, "step2", **typed).content.decode()
    name = re.search(r'name="(reason_[a-z_]*expir[a-z_]*)"', page)
    assert name, "no place to say why"
    assert post(client, submission, "step2", **typed, **{name[1]: "renewed, letter seen"}).status_code == 302
    submission = reload(submission)
    assert submission.status == Status.STEP2_SENDING
    assert "renewed, letter seen" in submission.reasons.values()


FILES = [
    (b"", "selfie", "empty"),
    (b"just some words\n" * 40, "selfie", "not an image"),
    (selfie_jpeg()[:9000], "selfie", "incomplete"),
    (bomb(), "selfie", "megapixel"),
    (animated(), "selfie", "animated"),
    (jpeg(Image.new("RGB", (90, 60))), "selfie", "small"),
    (b"%PDF-1.4\n1 0 obj\n", "selfie", "PDF"),
    (b"GIF89a" + b"\0" * 400, "id_front", "GIF"),
]


@pytest.mark.parametrize(("content", "kind", "words"), FILES, ids=[words for _content, _kind, words in FILES])
def test_file_is_refused_beside_its_card(
    client: Client,
    agent: User,
    project: Project,
    sandbox: Sandbox,
    content: bytes,
    kind: str,
    words: str,
) -> None:
    submission = make_gathered(project, agent)
    before = list(submission.images.values_list("sha256", flat=True))
    reply = post(client, submission, "step1", customer_id="C-55", name="Minseo Typed", **{kind: content})
    page = reply.content.decode()
    assert reply.status_code == 422
    card = re.search(rf'id="f-{kind}".*?</label>', page, re.S)
    assert card
    assert words.casefold() in card[0].casefold(), re.findall(r'class="error">(.*?)<', card[0])
    assert 'value="C-55"' in page
    assert 'value="Minseo Typed"' in page
    assert sandbox.control.counts("step1")["came"] == 0
    assert list(reload(submission).images.values_list("sha256", flat=True)) == before


def test_good_file_beside_a_bad_one_is_kept(client: Client, agent: User, project: Project) -> None:
    submission = make_gathered(project, agent)
    post(client, submission, "save", selfie=selfie_jpeg((1000, 750)), id_front=b"junk")
    assert reload(submission).images.get(kind="selfie", is_current=True).width == 1000
    assert reload(submission).images.filter(kind="id_front").count() == 1


ODD_POSTS = [
    ({"version": "²"}, 302),
    ({"version": "9" * 5000}, 302),
    ({"was_consent": "", "consent": "abc"}, 404),
    ({"was_consent": "", "consent": "\0"}, 404),
    ({"callback_at": "9999-12-31T23:59-12:00"}, 422),
    ({"callback_at": "9999-12-31T23:59"}, 422),
    ({"callback_at": "0001-01-01T00:00+14:00"}, 422),
    ({"callback_at": "0001-01-01T00:00"}, 422),
]


@pytest.mark.parametrize(("odd", "status"), scale.sample(ODD_POSTS, 3))
@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/Los_Angeles"])
def test_post_made_by_hand_is_answered_and_the_page_opens_afterwards(
    client: Client, agent: User, project: Project, sandbox: Sandbox, odd: dict[str, str], status: int, zone: str
) -> None:
    submission = make_gathered(project, agent)
    with timezone.override(zone):
        assert post(client, submission, **odd).status_code == status
        assert read(client, submission)
    assert reload(submission).callback_at is None
