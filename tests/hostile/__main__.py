"""`python -m tests.hostile --inputs 20000 [--seed N]`: send hostile inputs to the running stack over HTTP.

It prints the seed and the number of every input that failed; `--only NUMBER` repeats that one.
"""

import argparse
import collections
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from threading import Lock, local

import requests
import urllib3

from submissions.accounts import demo
from tests import pictures
from tests.hostile.answers import problem_of
from tests.hostile.inputs import Hostile, Targets, make
from tests.stack import Stack

THREADS = 8
SIGNING_IN = Lock()
PEOPLE = ("agent", "officer", "manager", "admin")
SESSION_OF = {"upload": "agent"}
HANDLED_WITHIN = 300


class Attacker:
    """One hostile browser session; it signs in again after an input ended the session."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.stack, self.name = stack, name
        self.sign_in()

    def sign_in(self) -> None:
        """Sign in one at a time: five simultaneous sign-ins of one user would count as five attempts."""
        with SIGNING_IN:
            self._sign_in()

    def _sign_in(self) -> None:
        self.http = requests.Session()
        self.line = requests.Session()
        self.line.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # each input sets its own cookies
        login = f"{self.stack.url}/accounts/login/"
        self.http.get(login, timeout=60)
        form = {
            "username": self.name,
            "password": self.stack.password,
            "csrfmiddlewaretoken": self.http.cookies["csrftoken"],
        }
        reply = self.http.post(login, form, timeout=60)
        assert "/accounts/login/" not in reply.url, f"{self.name} could not sign in"

    def send(self, hostile: Hostile) -> tuple[int, bytes]:
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken", ""), **hostile.headers}
        cookies = {**self.http.cookies.get_dict(), **hostile.cookies}
        given = {name: value.encode("utf-8", "replace") for name, value in headers.items()}
        given["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items()).encode()
        reply = self.line.request(
            hostile.method,
            self.stack.url + hostile.path,
            data=hostile.body,
            headers=given,
            timeout=120,
            allow_redirects=False,
        )
        if reply.headers.get("Location", "").startswith("/accounts/login/") and not hostile.cookies:
            self.sign_in()
        return reply.status_code, reply.content


def prepare(stack: Stack) -> Targets:
    """Create a draft with images, and one in review, through the pages."""
    agent = Attacker(stack, "agent")
    draft, pending = _draft(agent, "hostile@example.com"), _draft(agent, "review+hostile@example.com")
    page = agent.http.get(f"{stack.url}/submissions/{draft}/", timeout=60).text
    image = re.findall(r"/images/([0-9a-f-]{36})/", page)[0]
    token = demo.webhook_token(Path(stack.environment["DATA_DIR"]), demo.SANDBOX_KEYS[0])
    return Targets(draft, image, pending, token, stack.new_api_token())


def _draft(agent: Attacker, email: str) -> str:
    url = agent.stack.url
    page = agent.http.get(f"{url}/submissions/new/", timeout=60).text
    project = re.findall(r'<option value="([^"]+)"[^>]*>Demo: standard', page)[0]
    form = {
        "project": project,
        "issuing_country": "KOR",
        "id_type": "passport",
        "email": email,
        "customer_id": "",
        "team": "1",
    }
    form["csrfmiddlewaretoken"] = agent.http.cookies["csrftoken"]
    reply = agent.http.post(f"{url}/submissions/new/", form, timeout=60)
    pk = re.findall(r"/submissions/([0-9a-f-]{36})/", reply.url)[0]
    files = {"id_front": ("a.jpg", pictures.id_card_jpeg()), "selfie": ("b.jpg", pictures.selfie_jpeg())}
    headers = {"X-CSRFToken": agent.http.cookies["csrftoken"]}
    agent.http.post(f"{url}/submissions/{pk}/values/", {"action": "save"}, files=files, headers=headers, timeout=60)
    return pk


def attack(
    stack: Stack, targets: Targets, seed: int, numbers: Iterable[int], minutes: float
) -> tuple[collections.Counter[str], list[str]]:
    mine, counts, wrong = local(), collections.Counter[str](), []
    ends = time.monotonic() + minutes * 60

    def one(number: int) -> tuple[str, str]:
        if time.monotonic() > ends:
            return "not sent", ""
        people: dict[str, Attacker] = mine.__dict__.setdefault("people", {})
        hostile = make(seed, number, targets)
        name = SESSION_OF.get(hostile.kind, PEOPLE[number % len(PEOPLE)])
        if name not in people:
            people[name] = Attacker(stack, name)
        try:
            return hostile.kind, problem_of(*people[name].send(hostile))
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            # The client cannot form some requests, and the server closes some connections; neither is a 500.
            return hostile.kind, "" if _is_alive(stack) else f"no answer: {type(error).__name__}"

    with ThreadPoolExecutor(THREADS) as pool:
        for number, (kind, problem) in zip(numbers, pool.map(one, numbers), strict=True):
            if kind == "not sent":
                continue
            counts[kind] += 1
            if not sum(counts.values()) % 1000:
                print(f"{sum(counts.values())} sent, {len(wrong)} wrong so far", flush=True)
            if problem:
                wrong.append(f"input {number} ({kind}): {problem}")
    return counts, wrong


def _is_alive(stack: Stack) -> bool:
    return requests.get(f"{stack.url}/healthz", timeout=60).status_code == 200


def after(stack: Stack) -> dict[str, int]:
    """Return what is wrong in the database after the worker has handled every stored webhook."""
    code = "from tests.hostile import judging; print('=>' + judging.report())"
    started = time.monotonic()
    while True:
        line = next(line for line in stack.manage("shell", "-c", code).splitlines() if line.startswith("=>"))
        found: dict[str, int] = json.loads(line[2:])
        if not found["unhandled webhooks"] or time.monotonic() - started > HANDLED_WITHIN:
            return found
        time.sleep(3)


def main() -> int:
    given = argparse.ArgumentParser()
    given.add_argument("--inputs", type=int, default=20_000)
    given.add_argument("--seed", type=int, default=int(time.time()))
    given.add_argument("--only", type=int)
    given.add_argument("--minutes", type=float, default=120, help="stop sending after this time")
    options = given.parse_args()
    numbers = range(options.inputs) if options.only is None else range(options.only, options.only + 1)
    print(f"hostile inputs: {len(numbers)}, seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="kyc-hostile-") as folder:
        stack = Stack(Path(folder), API_REQUESTS_PER_MINUTE="1000000")
        try:
            return run(stack.wait_until_ready(), options.seed, numbers, options.minutes)
        finally:
            stack.stop()


def run(stack: Stack, seed: int, numbers: range, minutes: float) -> int:
    started = time.monotonic()
    targets = prepare(stack)
    counts, wrong = attack(stack, targets, seed, numbers, minutes)
    found = after(stack)
    unhandled, webhooks = found.pop("unhandled webhooks"), found.pop("webhooks")
    if wrong:
        print(stack.tail())
    errors = (stack.folder / "stack.log").read_text(errors="replace").count("Internal Server Error")
    ready = requests.get(f"{stack.url}/readyz", timeout=60).status_code == 200
    print(f"sent {sum(counts.values())} in {time.monotonic() - started:.0f} s: {dict(sorted(counts.items()))}")
    print("\n".join(wrong[:40]) or "no status 500, no traceback shown")
    print(f"half written: {found}")
    print(f"webhooks stored {webhooks}, left unhandled {unhandled}; errors logged {errors}; ready after: {ready}")
    holds = not wrong and not any(found.values()) and not unhandled and not errors and ready
    line = {
        "name": "hostile_inputs",
        "value": sum(counts.values()),
        "unit": "inputs",
        "against": f"seed {seed}",
        "ratio": None,
    }
    print(json.dumps({**line, "must": "0 of 500, 0 traces, 0 half written, worker alive", "holds": holds}))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
