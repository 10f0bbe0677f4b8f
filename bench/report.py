"""Figures of a bench: a table for people, one JSON object a line for programs, an exit code. No measuring here."""

import json
from dataclasses import asdict, dataclass, field

from bench.size import IS_SMALL
from bench.timing import Timed

HEAD = ("name", "value", "unit", "against", "ratio", "must", "holds")


@dataclass(frozen=True)
class Figure:
    """One measured value.

    `against` says what it was compared with in the same run, `ratio` how it compares (value / reference),
    `must` is the bound as text ("" where the figure is only told), `holds` whether it is kept; `spread` is half the
    distance between the quartiles of what `value` is the median of.
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
        """Takes a figure in. The bounds are on the ratio where there is a reference, else on the value.

        A small run (SIZE=small) shows that a bench works; its figures say nothing, so its bounds are not judged.
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
        """Two medians of the same run in milliseconds; the bound is on their ratio."""
        return self.add(
            name, ours.median, "ms", spread=ours.spread, against=against, reference=theirs.median, at_most=at_most
        )

    def finish(self) -> int:
        """Prints everything; 0 when every bound is kept, else 1. A bench that measured nothing fails too."""
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
    """Columns as wide as their widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    lines = [head, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
