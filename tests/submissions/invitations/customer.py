"""A customer's phone that opened an invitation, for tests by plain requests."""

from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from submissions.invitations import links
from submissions.models import Invitation, Submission
from tests.factories import VALUES, by
from tests.pictures import id_card_jpeg, selfie_jpeg

TYPED = {name: text for name, text in VALUES.items() if name not in ("email", "customer_id")}


@dataclass
class Customer:
    client: Client
    invitation: Invitation
    token: str

    @property
    def page(self) -> str:
        return f"/phone/check/{self.invitation.pk}/"

    def get(self, part: str = "") -> Any:
        return self.client.get(self.page + part)

    def post(self, part: str, data: Any = None, **more: Any) -> Any:
        return self.client.post(self.page + part, data or {}, **more)

    def send(self, kind: str, content: bytes | None = None, **data: str) -> Any:
        """Send a good picture of this kind, or `content`; return the reply."""
        content = content or (selfie_jpeg() if kind == "selfie" else id_card_jpeg())
        return self.post(f"{kind}/", {"picture": picture(content), **data})

    @property
    def row(self) -> Invitation:
        return Invitation.objects.select_related("submission").get(pk=self.invitation.pk)


def picture(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("picture.jpg", content, "image/jpeg")


def invite(submission: Submission) -> Customer:
    """Return a phone that has the link and has not opened it."""
    invitation, url = links.create(submission, by=by(submission.created_by))
    return Customer(Client(), invitation, url.rpartition("#")[2])


def opened(submission: Submission) -> Customer:
    """Return a phone that has opened a new link and not started."""
    customer = invite(submission)
    reply = customer.client.post("/phone/", {"token": customer.token})
    assert (reply.status_code, reply.headers["Location"]) == (302, customer.page)
    return customer


def started(submission: Submission) -> Customer:
    """Return the phone that has started a new link."""
    customer = opened(submission)
    assert customer.post("start/").status_code == 302
    return customer
