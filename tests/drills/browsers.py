"""Users with a browser in front of several web servers, as behind a load balancer, and the errors they see.

A request that reaches no server, or is cut off, is repeated once at the next server, as a balancer or a user would. A
second failure counts as an error that a user saw.
"""

import itertools
import random
import threading
import time
import uuid
from collections import Counter

import requests

from submissions.capture import drafts
from submissions.models import Project, Role, Submission, User
from tests.factories import PASSWORD, by, make_team, make_user

BETWEEN = 0.2  # seconds
TIMEOUT = 60
PAGES = ("/", "/submissions/", "/submissions/{pk}/")


class Browser(threading.Thread):
    """An agent who reads pages and saves a draft; `saved`: the last value that the portal confirmed."""

    def __init__(self, project: Project, urls: list[str], draw: random.Random) -> None:
        super().__init__(daemon=True)
        self.urls, self.draw = urls, draw
        self.user: User = make_user(Role.AGENT, team=make_team())
        self.draft = draft_of(self.user, project)
        self.session = requests.Session()
        self.is_open = True
        self.counts: Counter[str] = Counter()
        self.failed: list[str] = []
        self.saved = ""

    def run(self) -> None:
        self._sign_in()
        for number in itertools.count():
            if not self.is_open:
                return
            if number % 3 == 2:
                self._save(f"C-{number}")
            else:
                self._ask("GET", self.draw.choice(PAGES).format(pk=self.draft))
            time.sleep(BETWEEN)

    def _sign_in(self) -> None:
        self._ask("GET", "/accounts/login/")
        self._ask("POST", "/accounts/login/", username=self.user.username, password=PASSWORD)

    def _save(self, value: str) -> None:
        if self._ask("POST", f"/submissions/{self.draft}/values/", action="save", customer_id=value):
            self.saved = value

    def _ask(self, method: str, path: str, **form: str) -> bool:
        """Request a page, at most once more at another server; return whether it succeeded."""
        urls = self.draw.sample(self.urls, k=len(self.urls))
        problem = self._try(method, urls[0], path, form)
        if problem:
            self.counts["tried once more"] += 1
            problem = self._try(method, urls[-1], path, form)
        self.counts["requests"] += 1
        if problem and self.is_open:
            self.failed.append(f"{method} {path}: {problem}")
        return not problem

    def _try(self, method: str, url: str, path: str, form: dict[str, str]) -> str:
        """Return what is wrong with the response; "" for a valid page."""
        token = self.session.cookies.get("csrftoken", "")
        sent = {**form, "csrfmiddlewaretoken": token} if form else None
        try:
            reply = self.session.request(method, url + path, data=sent, timeout=TIMEOUT)
        except requests.RequestException as error:
            return type(error).__name__
        if reply.status_code >= 400 or (path != "/accounts/login/" and "/accounts/login/" in reply.url):
            return f"HTTP {reply.status_code} at {reply.url}"
        return ""

    def lost(self) -> list[str]:
        """Return confirmed values that are missing."""
        kept = Submission.objects.get(pk=self.draft).values.get("customer_id", "")
        is_older = number_of(kept) < number_of(self.saved)
        return [f"{self.user.username} saved {self.saved}, there is {kept or 'nothing'}"] if is_older else []


def number_of(value: str) -> int:
    return int(value.rpartition("-")[2] or -1)


def draft_of(user: User, project: Project) -> uuid.UUID:
    values = {"email": f"{user.username}@example.com", "customer_id": ""}
    made = drafts.create_draft(
        project, user.team or make_team(), by=by(user), issuing_country="KOR", id_type="passport", values=values
    )
    return made.pk


class Crowd:
    def __init__(self, project: Project, urls: list[str], seed: int, *, people: int = 4) -> None:
        self.people = [Browser(project, urls, random.Random(f"{seed} browser {n}")) for n in range(people)]

    def start(self) -> None:
        for person in self.people:
            person.start()

    def close(self) -> None:
        for person in self.people:
            person.is_open = False
        for person in self.people:
            person.join(timeout=2 * TIMEOUT)

    def failed(self) -> list[str]:
        return [line for person in self.people for line in person.failed]

    def lost(self) -> list[str]:
        return [line for person in self.people for line in person.lost()]

    def counts(self) -> Counter[str]:
        return sum((person.counts for person in self.people), Counter())
