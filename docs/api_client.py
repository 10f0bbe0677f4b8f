"""File one submission through the API and print its result.

    KYC_URL=https://portal.example.com KYC_TOKEN=kyc_... python api_client.py id.jpg selfie.jpg

Needs `requests`. The customer's data is an example; docs/api.md explains every step.
"""

import os
import sys
import time
import uuid
from pathlib import Path

import requests

API = os.environ.get("KYC_URL", "http://127.0.0.1:8000") + "/api/v1"
CUSTOMER = {"email": os.environ.get("KYC_EMAIL", "customer@example.com")}
VALUES = {
    "name": "Minseo Example",
    "date_of_birth": "1990-02-03",
    "gender": "female",
    "nationality": "KOR",
    "document_number": "M12345678",
    "date_of_issue": "2020-01-01",
    "date_of_expiry": "2035-01-01",
}
session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['KYC_TOKEN']}"


def call(method, path, **more):
    """Send a request; repeat it with the same key while the portal is busy. Return body and ETag.

    Raise HTTPError if the submission has changed since it was read.
    """
    headers = {"Idempotency-Key": str(uuid.uuid4()), **more.pop("headers", {})}
    while True:
        reply = session.request(method, API + path, headers=headers, timeout=60, **more)
        if reply.status_code not in (429, 503):
            break
        time.sleep(int(reply.headers.get("Retry-After", 5)))
    if reply.status_code == 412:
        reply.raise_for_status()
    if reply.status_code >= 400:
        problem = reply.json()
        raise SystemExit(f"{problem['title']}: {problem['detail']} {problem['errors']}")
    return reply.json(), reply.headers.get("ETag")


def wait_for(pk, is_done, every):
    """Read the submission until it is done; the ETag saves the body while nothing changes."""
    body, tag = call("GET", f"/submissions/{pk}")
    while not is_done(body):
        time.sleep(every)
        reply = session.get(f"{API}/submissions/{pk}", headers={"If-None-Match": tag}, timeout=60)
        if reply.status_code == 200:
            body, tag = reply.json(), reply.headers["ETag"]
    return body, tag


def file_submission(id_path, selfie_path):
    """Create the draft with both images; return its id and ETag."""
    projects, _tag = call("GET", "/projects")
    project = next(one for one in projects["items"] if one["is_open"])
    data = {"project": project["id"], "issuing_country": "KOR", "id_type": "passport", "values": VALUES, **CUSTOMER}
    files = {
        "data": (None, requests.compat.json.dumps(data), "application/json"),
        "id_front": (id_path.name, id_path.read_bytes(), "image/jpeg"),
        "selfie": (selfie_path.name, selfie_path.read_bytes(), "image/jpeg"),
    }
    draft, tag = call("POST", "/submissions", files=files)
    if draft["refused_images"]:
        raise SystemExit(f"Take these images again: {draft['refused_images']}")
    print(f"{draft['reference']}: draft", flush=True)
    return draft["id"], tag


def confirm(pk):
    """Wait for Step 1, check what ARGOS read and send Step 2. Return the submission that was sent."""
    body, tag = wait_for(pk, lambda found: not found["is_request_open"], every=1)
    if body["next_step"] != "step2":
        raise SystemExit(f"Step 1 needs another image: {body['retry_codes']}")
    unknown = [field["name"] for field in body["fields"] if field["was_read"] and field["name"] not in VALUES]
    if unknown:
        raise SystemExit(f"Ask the customer to confirm: {unknown}")
    differing = {field["name"]: "The customer confirmed it." for field in body["fields"] if field["differs"]}
    try:
        if differing:  # ask the customer first, then say why the confirmed value is right
            _body, tag = call("PATCH", f"/submissions/{pk}", json={"reasons": differing}, headers={"If-Match": tag})
        call("POST", f"/submissions/{pk}/step2", json={"values": VALUES}, headers={"If-Match": tag})
    except requests.HTTPError:  # it has changed since it was read: read it and check it again
        return confirm(pk)
    return body


def main():
    pk, tag = file_submission(Path(sys.argv[1]), Path(sys.argv[2]))
    call("POST", f"/submissions/{pk}/step1", json={}, headers={"If-Match": tag})
    body = confirm(pk)
    print(f"{body['reference']}: {body['status']}", flush=True)
    body, tag = wait_for(pk, lambda found: not found["is_request_open"], every=1)
    print(f"{body['reference']}: {body['status']}", flush=True)
    if body["next_step"]:
        raise SystemExit(f"Take another selfie, then send Step 2 again: {body['retry_codes']}")
    body, tag = wait_for(pk, lambda found: found["result"], every=float(os.environ.get("KYC_POLL_SECONDS", "60")))
    print(f"{body['reference']}: {body['result']['outcome']} {' '.join(body['result']['codes'])}".rstrip())


if __name__ == "__main__":
    main()
