"""The environment variables that the portal reads."""

import ast
import re

from tests.stack import ROOT

READERS = {"text", "flag", "number", "names", "networks", "secret", "keys", "time_zone"}


def variables() -> set[str]:
    """Return every environment variable that kycportal/ reads through `env`."""
    found = set()
    for path in (ROOT / "kycportal" / "settings.py", ROOT / "kycportal" / "env.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in READERS and re.fullmatch(r"[A-Z_]{4,}", str(node.args[0].value)):
                found.add(str(node.args[0].value))
    return found
