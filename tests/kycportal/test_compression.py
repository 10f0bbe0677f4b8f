"""Pages travel compressed; images and figures travel as they are."""

import gzip

import pytest
from django.test import Client

from submissions.models import ImageKind, Role, Status
from tests.factories import make_at, make_user

pytestmark = pytest.mark.django_db

ACCEPTS = {"Accept-Encoding": "gzip"}


def browser(role: Role) -> Client:
    client = Client(headers=ACCEPTS)
    client.force_login(make_user(role=role))
    return client


def test_page_is_compressed_with_a_length_that_varies() -> None:
    client = browser(Role.OFFICER)
    pages = [client.get("/review/?view=all") for _time in range(20)]
    assert {page.headers["Content-Encoding"] for page in pages} == {"gzip"}
    assert all(b"</html>" in gzip.decompress(page.content) for page in pages)
    assert all("Accept-Encoding" in page.headers["Vary"] for page in pages)
    assert len({len(page.content) for page in pages}) > 3


def test_browser_that_takes_no_gzip_gets_the_page_as_it_is() -> None:
    page = browser(Role.OFFICER).get("/review/", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in page.headers
    assert b"</html>" in page.content


def test_image_is_not_compressed_again() -> None:
    submission = make_at(Status.DRAFT)
    client = Client(headers=ACCEPTS)
    client.force_login(submission.created_by)
    image = submission.images.filter(kind=ImageKind.ID_FRONT).first()
    assert image is not None
    response = client.get(f"/images/{image.pk}/")
    assert response.status_code == 200
    assert "Content-Encoding" not in response.headers
