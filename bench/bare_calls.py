"""The same Step 2 calls with nothing around them: `python -m bench.bare_calls URL MANY BYTES` prints calls a second."""

import os
import sys
import time

import requests

FIELDS = {"submissionId": "0" * 24, "name": "Nobody Example", "date_of_birth": "1990-02-03", "gender": "female"}


def main(url: str, many: int, size: int) -> float:
    session, selfie = requests.Session(), os.urandom(size)
    began = time.perf_counter()
    for _call in range(many):
        files = {"faceImage": ("faceImage.jpg", selfie, "image/jpeg")}
        session.post(f"{url}/submit", data=FIELDS, files=files, timeout=(5, 60)).json()
    return many / (time.perf_counter() - began)


if __name__ == "__main__":
    print(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
