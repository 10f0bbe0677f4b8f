"""Measure functions, modules, and folders against their limits: `python -m tests.house` prints figures and advice.

Migrations are not measured: a command writes them. Ruff's C90 checks complexity (under 10).
"""

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT, AROUND = ("argos", "submissions", "kycportal"), ("tests", "bench")
MEDIAN_FUNCTION, NINE_IN_TEN, MEDIAN_FILE = 9, 30, 120
MAX_LINES = {PRODUCT: 300, AROUND: 400}  # of one module
MAX_ENTRIES = 15  # modules and packages in one folder below submissions/
GROWS_WITH_THE_DOMAIN = ("models", "migrations", "management/commands")  # one module per table, change, or command

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Measured:
    """One file: its lines, and every function in it."""

    name: str
    lines: int
    functions: tuple[Function, ...]

    @cached_property
    def lengths(self) -> list[int]:
        return [(function.end_lineno or 0) - function.lineno + 1 for function in self.functions]

    @property
    def without_return_type(self) -> list[str]:
        return [f"{self.name}:{function.lineno} {function.name}" for function in self.functions if not function.returns]


def measure(path: Path) -> Measured:
    text = path.read_text()
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, Function))
    return Measured(str(path.relative_to(ROOT)), len(text.splitlines()), tuple(functions))


def measured(folders: tuple[str, ...]) -> list[Measured]:
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [measure(path) for path in paths if "migrations" not in path.parts]


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    must: str
    holds: bool

    def __str__(self) -> str:
        return f"{'ok  ' if self.holds else 'OVER'} {self.name}: {self.value:g} (must be {self.must})"


def figures(files: list[Measured], max_lines: int) -> list[Figure]:
    lengths = [length for file in files for length in file.lengths]
    median, tenth = statistics.median(lengths), statistics.quantiles(lengths, n=10)[-1]
    middle, longest = statistics.median(file.lines for file in files), max(file.lines for file in files)
    untyped = sum(len(file.without_return_type) for file in files)
    return [
        Figure("lines of a function, median", median, f"at most {MEDIAN_FUNCTION}", median <= MEDIAN_FUNCTION),
        Figure("lines of a function, nine in ten under", tenth, f"under {NINE_IN_TEN}", tenth < NINE_IN_TEN),
        Figure("lines of a file, median", middle, f"under {MEDIAN_FILE}", middle < MEDIAN_FILE),
        Figure("lines of the longest file", longest, f"at most {max_lines}", longest <= max_lines),
        Figure("functions without a return type", untyped, "none", untyped == 0),
    ]


def advice(files: list[Measured], max_lines: int) -> Iterator[str]:
    """Yield one line of advice for each violation."""
    for file in files:
        if file.lines > max_lines:
            yield f"{file.name} has {file.lines} lines: move one subject of it into a module of its own"
        for place in file.without_return_type:
            yield f"{place} says no return type: add it"


def crowded(root: Path = ROOT / "submissions") -> list[str]:
    """Return a line of advice for each folder below `root` with more than `MAX_ENTRIES` modules and packages."""
    lines = []
    for folder in sorted(path.parent for path in root.rglob("__init__.py") if path.parent != root):
        name = folder.relative_to(root).as_posix()
        entries = [path for path in folder.iterdir() if path.name != "__pycache__"]
        if name not in GROWS_WITH_THE_DOMAIN and len(entries) > MAX_ENTRIES:
            lines.append(f"{name}/ has {len(entries)} entries (at most {MAX_ENTRIES}): group some in a package")
    return lines


def main() -> int:
    held = not crowded()
    print(*crowded(), sep="\n", end="")
    for title, folders in (("The product", PRODUCT), ("Tests and benches", AROUND)):
        files = measured(folders)
        rows = figures(files, MAX_LINES[folders])
        held = held and all(row.holds for row in rows)
        print(f"{title}: {len(files)} files, {sum(len(file.functions) for file in files)} functions")
        print(*(f"  {row}" for row in rows), *(f"  {line}" for line in advice(files, MAX_LINES[folders])), sep="\n")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
