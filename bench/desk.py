"""Fifty users of a back office over HTTP, each with the pages and the pauses of the role's work.

An agent captures a customer in about three minutes, an officer decides one in about one, a manager opens a page every
ten seconds. Each open page asks for notifications every 30 seconds, as its script does.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import lxml.html
import requests
from django.urls import resolve
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

Page = Any  # an lxml element
BELL_EVERY = 30.0  # seconds
POLLS_EVERY = 1.0
BEGINS_WITHIN = 120.0  # as long as an agent works on a customer: so never all upload simultaneously
TIMEOUT = 60
# A browser sends a request again if the server closes an idle connection just before it arrives.
AS_BROWSERS = Retry(1, allowed_methods=None, respect_retry_after_header=False)
REPORTS = ("operations", "quality", "team", "argos")


@dataclass(frozen=True)
class Exchange:
    """One request. `took`: seconds until the whole response has arrived. `problem`: "" for an expected response."""

    name: str
    began: float
    took: float
    is_upload: bool
    problem: str


class Person(threading.Thread):
    """A user with a browser and a session. `seen`: the requests so far."""

    def __init__(self, url: str, number: int, cookies: dict[str, str], until: float, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.url, self.until, self.chance = url, until, chance
        self.session = requests.Session()
        self.session.mount("http://", HTTPAdapter(max_retries=AS_BROWSERS))
        self.session.cookies.update(cookies)
        self.session.headers["X-Forwarded-For"] = f"192.0.2.{number}"  # as a proxy reports users
        self.seen: list[Exchange] = []
        self.last_bell, self.bell = time.monotonic(), ""  # when the open page asked last, and its address

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self.until

    def run(self) -> None:
        self.think(0, BEGINS_WITHIN)
        while self.is_open:
            try:
                self.work()
            except Exception as error:
                if not self.is_open:  # it stopped in the middle of its work
                    return
                self.seen.append(Exchange(type(self).__name__, time.monotonic(), 0.0, False, repr(error)[:300]))
                self.think(5, 10)

    def work(self) -> None:
        raise NotImplementedError

    def think(self, least: float, most: float) -> None:
        """Wait as a user who reads or types; the open page asks for notifications in the meantime."""
        ends = time.monotonic() + self.chance.uniform(least, most)
        while self.is_open and (left := ends - time.monotonic()) > 0:
            time.sleep(min(left, max(0.1, self.last_bell + BELL_EVERY - time.monotonic())))
            if self.bell and time.monotonic() - self.last_bell >= BELL_EVERY:
                self.last_bell = time.monotonic()
                self.send("GET", self.bell)

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        began = time.monotonic()
        reply = self.session.request(method, self.url + path, timeout=TIMEOUT, allow_redirects=False, **more)
        took = time.monotonic() - began
        name = f"{method} {resolve(path.partition('?')[0]).view_name}"
        is_lost = reply.is_redirect and "/accounts/" in reply.headers["Location"]
        problem = f"HTTP {reply.status_code} at {path}" if reply.status_code >= 400 or is_lost else ""
        self.seen.append(Exchange(name, began, took, "files" in more, problem))
        return reply

    def open(self, path: str) -> Page:
        return self.follow(self.send("GET", path))

    def follow(self, reply: requests.Response) -> Page:
        """Return the page, after redirects, with its path as `base_url`."""
        while reply.is_redirect:
            reply = self.send("GET", reply.headers["Location"].removeprefix(self.url))
        path = reply.url.removeprefix(self.url).partition("?")[0]
        page = lxml.html.fromstring(reply.text or "<p></p>", base_url=path)
        self.bell = next(iter(page.xpath("//@hx-get[starts-with(., '/unread/alerts/')]")), "")
        return page

    def submit(self, page: Page, to: str, files: Any = None, **values: Any) -> Page:
        """Send the form whose address starts with `to`, with the values that the page has filled in."""
        form = next(form for form in page.forms if (form.get("action") or page.base_url).startswith(to))
        fields = {name: [] for name, _value in form.form_values()}
        for name, value in form.form_values():
            fields[name].append(value)
        sent = {**fields, **{name: value for name, value in values.items() if value is not None}}
        target = form.get("action") or page.base_url
        return self.follow(self.send("POST", target, data=sent, **({"files": files} if files else {})))


class Agent(Person):
    """`pictures`: (field, JPEG) of an ID and a selfie; `email`: returns a new address."""

    pictures: dict[str, bytes]
    project: str
    email: Callable[[], str]

    def work(self) -> None:
        self.open("/")
        self.think(3, 10)
        page = self.open("/submissions/new/")
        self.think(30, 60)
        files = {name: (f"{name}.jpg", content, "image/jpeg") for name, content in self.pictures.items()}
        given = {"project": self.project, "issuing_country": "KOR", "id_type": "passport", "email": self.email()}
        page = self.submit(page, "/submissions/new/", files=files, action="step1", **given)
        page = self.wait(page)
        self.think(30, 60)
        page = self.submit(page, f"{page.base_url}values/", action="step2")
        self.wait(page)
        self.think(10, 30)
        self.open("/submissions/")
        self.think(5, 15)

    def wait(self, page: Page) -> Page:
        """Ask for the status each second, as the page does, then load the page."""
        path = page.base_url
        while self.is_open:
            time.sleep(POLLS_EVERY)
            if self.send("GET", f"{path}status/").status_code == 204:
                return self.open(path)
        return page


class Officer(Person):
    def work(self) -> None:
        page = self.open("/review/?view=all")
        self.think(3, 10)
        page = self.submit(page, "/review/next/")
        while self.is_open and "/review/next/" not in page.base_url and page.base_url != "/review/":
            self._look(page)
            self.think(30, 60)
            page = self._decide(page)

    def _look(self, page: Page) -> None:
        for path in dict.fromkeys(page.xpath("//img[starts-with(@src, '/images/')]/@src")):
            self.send("GET", path)

    def _decide(self, page: Page) -> Page:
        warnings = page.xpath("//input[@name='warning']/@value")
        why = {"warning_reason": "Compared with the original at the desk."} if warnings else {}
        return self.submit(page, f"{page.base_url}decide/", verdict="approved", warning=warnings, **why)


class Manager(Person):
    def work(self) -> None:
        for path in (
            "/",
            "/review/?view=all",
            "/sending/",
            "/submissions/",
            f"/reports/?tab={self.chance.choice(REPORTS)}",
        ):
            self.open(path)
            self.think(5, 15)
