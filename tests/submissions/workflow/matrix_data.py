"""The users and submissions of the permission matrix, and the URL arguments of each row."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.test import Client

from argos.replies.signals import AmlResult
from submissions.aml import results
from submissions.capture import phone_links
from submissions.core import clock
from submissions.invitations import hand_over
from submissions.invitations import links as invitations
from submissions.models import (
    AmlSource,
    Capturer,
    ConsentText,
    Delivery,
    Difference,
    ImageKind,
    MessageKind,
    QualityCheck,
    Role,
    SavedView,
    Status,
    Submission,
    User,
    Verdict,
    WebhookDelivery,
)
from submissions.review.workload import claims, duty
from submissions.training import records
from submissions.vendor_sync import discrepancies, webhooks
from submissions.views.capture.phone import cookies
from tests import factories
from tests.submissions.deliveries.sending import announce, make_endpoint

NOBODY, AGENT, MATE, STRANGER = "nobody", "agent who captured", "agent of the team", "agent of another team"
OFFICER, CAPTURER, CLAIMER = "officer", "officer who captured", "officer who claimed"
MANAGER, CAPTURING_MANAGER, ADMIN = "manager", "manager who captured", "administrator"
FOREIGN_OFFICER, FOREIGN_MANAGER = "officer of another project", "manager of another team"
HOLDER = "holder of a customer link"
TOKEN, IDLE_TOKEN, FOREIGN_TOKEN = "API token that captured", "API token", "API token of another project"
TOKENS = (TOKEN, IDLE_TOKEN, FOREIGN_TOKEN)
AGENTS = (AGENT, MATE, STRANGER)
OFFICERS, ALL_MANAGERS = (OFFICER, CAPTURER, CLAIMER, FOREIGN_OFFICER), (MANAGER, CAPTURING_MANAGER, FOREIGN_MANAGER)
REVIEWING = (*OFFICERS, *ALL_MANAGERS)
PEOPLE = (NOBODY, *AGENTS, *REVIEWING, ADMIN, HOLDER, *TOKENS)
HAVE_NO_ACCESS = (STRANGER, FOREIGN_OFFICER, FOREIGN_MANAGER)
HAVE_CAPTURED = (AGENT, CAPTURER, CAPTURING_MANAGER)
ROLES = {
    **dict.fromkeys(AGENTS, Role.AGENT),
    **dict.fromkeys(OFFICERS, Role.OFFICER),
    **dict.fromkeys(ALL_MANAGERS, Role.MANAGER),
    ADMIN: Role.ADMINISTRATOR,
    **dict.fromkeys(TOKENS, Role.INTEGRATION),
}

HIT = AmlResult("Red Flag", "HIGH", 1, 0, 0, 0, "", ())
DISAGREED = {"verdict": Verdict.REJECTED, "checked_at": clock.now(), "is_agreed": False}
CAPTURING, PENDING, CLAIMED, FINAL, ALONE = "capturing", "pending", "claimed", "final", "-"
STATES = (CAPTURING, PENDING, CLAIMED, FINAL)


class MatrixData:
    """The users, and one submission in each state; the changes of a test are rolled back."""

    def __init__(self) -> None:
        team, elsewhere = factories.make_team(), factories.make_team("Another desk")
        teams = dict.fromkeys(AGENTS, team) | {STRANGER: elsewhere}
        self.users: dict[str, User] = {
            name: factories.make_user(role, team=teams.get(name)) for name, role in ROLES.items() if name not in TOKENS
        }
        self.project, other_project = factories.make_project(), factories.make_project()
        factories.limit(self.users[FOREIGN_OFFICER], projects=[other_project])
        factories.limit(self.users[FOREIGN_MANAGER], teams=[elsewhere])
        reach = {TOKEN: self.project, IDLE_TOKEN: self.project, FOREIGN_TOKEN: other_project}
        self.tokens = {name: factories.make_token(project) for name, project in reach.items()}
        self.users |= {name: token.user for name, (token, _client) in self.tokens.items()}
        statuses = {
            CAPTURING: Status.CONFIRMING,
            PENDING: Status.PENDING,
            CLAIMED: Status.PENDING,
            FINAL: Status.APPROVED,
        }
        self.submissions = {state: self._submission(status) for state, status in statuses.items()}
        claims.claim(self.submissions[CLAIMED], by=factories.by(self.users[CLAIMER]))
        self.token_image = factories.attach_image(self.submissions[CAPTURING], ImageKind.ID_BACK, self.users[TOKEN])
        self.consent = ConsentText.objects.create(project=self.project, version="1", text="I agree.")
        self.view = SavedView.objects.create(owner=self.users[MANAGER], name="Ours", is_shared=True)
        discrepancies.unknown_here(self.project, "vendor-1", "KP-ABCDEFGH-1", "pending")
        self.difference = Difference.objects.get()
        capturing, agent = self.submissions[CAPTURING], factories.by(self.users[AGENT])
        self.link, address = phone_links.make(capturing, ImageKind.SELFIE, by=agent)
        self.link_token = address.rpartition("#")[2]
        self.invitation, address = invitations.create(capturing, by=agent)
        self.phone = {cookies.TOKEN: address.rpartition("#")[2]}
        self.phone[cookies.DEVICE] = invitations.start(self.invitation, by=hand_over.customer(None))
        results.apply(self.submissions[FINAL], HIT, AmlSource.RECORD)
        self.webhook = webhooks.store(self.project, b"no json", "application/json", None)
        WebhookDelivery.objects.update(outcome="unreadable", handled_at=clock.now())
        self.endpoint = make_endpoint(created_by=self.users[ADMIN])
        announce(self.submissions[FINAL], MessageKind.DECIDED)
        self.delivery = Delivery.objects.get()
        self.checked = factories.decided_by(self.users[CLAIMER])
        checks: dict[str, dict[str, Any]] = {
            "quality check": {},
            "quality finding": DISAGREED,
            "answered quality finding": {**DISAGREED, "answer": "accepted", "answered_at": clock.now()},
        }
        self.checks = {name: self._check(**columns) for name, columns in checks.items()}
        self.token = self.project.new_webhook_token()
        self.project.save()
        self.other = factories.make_user(team=team)
        self.training = records.add(
            self.other, by=factories.by(self.users[ADMIN]), name="2026년 AML 교육", completed_on=clock.today()
        )
        officer, today = self.users[OFFICER], clock.local_today()
        self.days_off = duty.add_days_off(officer, today, today, by=factories.by(officer))
        self.other_session = factories.sign_in(Client(), self.other)
        people = {name: user for name, user in self.users.items() if name not in TOKENS}
        self.keys = {name: factories.sign_in(Client(), user).cookies for name, user in people.items()}

    def _submission(self, status: Status) -> Submission:
        submission = factories.make_at(status, self.users[AGENT], self.project)
        for name in (CAPTURER, CAPTURING_MANAGER, TOKEN):
            Capturer.objects.get_or_create(submission=submission, user=self.users[name])
        return submission

    def _check(self, **columns: Any) -> QualityCheck:
        """Return a check of the claimer's decision, which the officer does."""
        return QualityCheck.objects.create(
            submission=self.checked,
            officer=self.users[CLAIMER],
            expected_verdict=Verdict.APPROVED,
            assigned_to=self.users[OFFICER],
            **columns,
        )

    def client(self, person: str) -> Client:
        client = Client(raise_request_exception=False)
        if person in TOKENS:
            return self.tokens[person][1]
        if person == HOLDER:
            client.cookies.load({"phone-token": self.link_token, **self.phone})
        elif person != NOBODY:
            client.cookies.update(self.keys[person])
        return client

    def arguments(self, of: str, state: str) -> dict[str, Any]:
        makers: dict[str, Callable[[], dict[str, Any]]] = {
            "": dict,
            "submission": lambda: {"pk": self.submissions[state].pk},
            "submission in the admin": lambda: {"object_id": self.submissions[state].pk},
            "item": lambda: {"pk": self.submissions[state].pk, "kind": "selfie"},
            "link": lambda: {"pk": self.link.pk},
            "invitation": lambda: {"pk": self.invitation.pk},
            "invitation image": lambda: {"pk": self.invitation.pk, "kind": "selfie"},
            "image": lambda: {"pk": self.submissions[state].images.first().pk},
            "id image": lambda: {"pk": self.submissions[state].images.get(kind=ImageKind.ID_FRONT).pk},
            "difference": lambda: {"pk": self.difference.pk},
            "aml review": lambda: {"pk": self.submissions[FINAL].pk},
            **{name: partial(dict, pk=check.pk) for name, check in self.checks.items()},
            "webhook": lambda: {"pk": self.webhook.pk},
            "token": lambda: {"token": self.token},
            "provider": lambda: {"provider_id": "sso"},
            "passkey of another": lambda: {"pk": 4711},
            "session of another": lambda: {"pk": 4711},
            "view on site": lambda: {"content_type_id": 4711, "object_id": 1},
            "month": lambda: {"year": 2026, "month": 1},
            "report": lambda: {"key": "limits"},
            "app": lambda: {"app_label": "submissions"},
            "user": lambda: {"pk": self.other.pk},
            "training": lambda: {"pk": self.training.pk},
            "officer": lambda: {"pk": self.users[OFFICER].pk},
            "days off": lambda: {"pk": self.days_off.pk},
            "team": lambda: {"pk": self.other.team_id},
            "project": lambda: {"pk": self.project.pk},
            "project tab": lambda: {"pk": self.project.pk, "tab": "connection"},
            "customer text": lambda: {"pk": self.project.pk, "occasion": "rejected", "language": "ko"},
            "endpoint": lambda: {"pk": self.endpoint.pk},
            "delivery": lambda: {"pk": self.delivery.pk},
            "consent text": lambda: {"pk": self.consent.pk},
            "shared view": lambda: {"pk": self.view.pk},
            "API token": lambda: {"pk": self.tokens[TOKEN][0].pk},
            "API image": lambda: {"pk": self.token_image.pk},
            "anything": lambda: {"pk": uuid.uuid4()},
        }
        return makers[of]()
