"""Report the figures of a benchmark: a table for people, one JSON object per line for programs, an exit code."""

import json
from dataclasses import asdict, dataclass, field

from bench.size import IS_SMALL
from bench.timing import Timed

HEAD = ("name", "value", "unit", "against", "ratio", "must", "holds")


@dataclass(frozen=True)
class Figure:
    """One measured value.

    `against`: what it was compared with in the same run. `ratio`: value / reference. `must`: the bound as text (""
    without a bound). `holds`: whether the bound is kept. `spread`: half the distance between the quartiles of the
    values whose median is `value`.
    """

    name: str
    value: float
    unit: str
    against: str
    ratio: float | None
    must: str
    holds: bool
    spread: float | None = None


@dataclass
class Report:
    title: str
    figures: list[Figure] = field(default_factory=list)

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        against: str = "",
        reference: float | None = None,
        at_most: float | None = None,
        at_least: float | None = None,
        spread: float | None = None,
    ) -> Figure:
        """Add a figure. The bounds apply to the ratio if there is a reference, else to the value.

        A small run (SIZE=small) only shows that a benchmark works, so its bounds are not judged.
        """
        ratio = None if reference is None else value / reference
        bounded = value if ratio is None else ratio
        keeps = (at_most is None or bounded <= at_most) and (at_least is None or bounded >= at_least)
        shown = against if reference is None else f"{against} {reference:.4g} {unit}".strip()
        bounds = (("<=", at_most), (">=", at_least))
        must = " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)
        rounded = None if ratio is None else round(ratio, 4)
        about = None if spread is None else round(spread, 4)
        figure = Figure(name, round(value, 4), unit, shown, rounded, must, keeps or IS_SMALL, about)
        self.figures.append(figure)
        return figure

    def compare(self, name: str, ours: Timed, against: str, theirs: Timed, at_most: float | None = None) -> Figure:
        """Compare two medians of the same run in milliseconds; the bound is on their ratio."""
        return self.add(
            name, ours.median, "ms", spread=ours.spread, against=against, reference=theirs.median, at_most=at_most
        )

    def finish(self) -> int:
        """Print everything; return 0 if every bound is kept, else 1. A benchmark without figures fails too."""
        print(f"\n{self.title}\n")
        print(table(HEAD, [_row(figure) for figure in self.figures]))
        print()
        for figure in self.figures:
            print(json.dumps(asdict(figure), ensure_ascii=False))
        return 0 if self.figures and all(figure.holds for figure in self.figures) else 1


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.3f}"
    kept = ("not judged" if IS_SMALL else "yes" if figure.holds else "NO") if figure.must else ""
    value = f"{figure.value:.4g}" + ("" if figure.spread is None else f" ± {figure.spread:.2g}")
    return figure.name, value, figure.unit, figure.against, ratio, figure.must, kept


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return columns as wide as their widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    lines = [head, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
