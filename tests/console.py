"""Run code in the environment of a running stack, in one process that stays open: `python -m tests.console`.

A Django process takes two to four seconds to start, and the browser tests send about a hundred questions. The console
reads one question a line as JSON, {"code"} or {"file"}, and answers with one line: {"value"} or {"problem"}.
"""

import contextlib
import json
import os
import sys
import traceback
from typing import Any


def answer(question: dict[str, Any]) -> Any:
    """Return the value of `answer` after the code ran, or the ids of the submissions created."""
    if "file" in question:
        from tests import filing

        return filing.file(question["file"])
    from submissions import models

    names = {name: value for name, value in vars(models).items() if not name.startswith("_")}
    exec(question["code"], names)
    return names["answer"]


def reply(question: dict[str, Any]) -> str:
    from django.db import connections

    try:
        with contextlib.redirect_stdout(sys.stderr):
            return json.dumps({"value": answer(question)}, default=str)
    except (Exception, SystemExit):
        return json.dumps({"problem": traceback.format_exc()[-2000:]})
    finally:
        connections.close_all()  # no transaction or lock stays open between two questions


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings_stack")
    import django

    django.setup()
    for line in sys.stdin:
        print(reply(json.loads(line)), flush=True)


if __name__ == "__main__":
    main()
