"""`python -m kycportal.messages`: compile the translations with Babel, because a new machine has no gettext.

The .po files are committed; the .mo files are compiled at set-up. `kycportal.strings` collects the strings.
"""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"
CUSTOMERS = LOCALE / "customers"  # languages that only customers read: `kycportal.strings.FOR_CUSTOMERS`


def compile_all(folder: Path = LOCALE) -> list[Path]:
    """Compile the changed .po files; return the written files."""
    return [_compile(po) for po in sorted(folder.rglob("LC_MESSAGES/*.po")) if _is_stale(po)]


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


def _compile(po: Path) -> Path:
    """Write a temporary file and rename it, so that no process reads an incomplete file."""
    with po.open("rb") as source:
        catalog = read_po(source, locale=po.parent.parent.name)
    mo = po.with_suffix(".mo")
    half = mo.with_suffix(".mo-part")
    with half.open("wb") as target:
        write_mo(target, catalog)
    half.replace(mo)
    return mo


if __name__ == "__main__":
    compile_all()
    sys.exit(0)
