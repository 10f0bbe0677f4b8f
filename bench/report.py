"""Figures of a bench: a table for people, one JSON object a line for programs, an exit code. No measuring here."""

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Figure:
    """One measured value.

    `against` says what it was compared with in the same run, `ratio` how it compares (value / reference),
    `must` is the bound as text ("" where the figure is only told), `holds` whether it is kept.
    """

    name: str
    value: float
    unit: str
    against: str
    ratio: float | None
    must: str
    holds: bool


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
    ) -> Figure:
        """Takes a figure in. The bounds are on the ratio where there is a reference, else on the value."""
        ratio = None if reference is None else value / reference
        bounded = value if ratio is None else ratio
        holds = (at_most is None or bounded <= at_most) and (at_least is None or bounded >= at_least)
        shown = against if reference is None else f"{against} {reference:.4g} {unit}".strip()
        bounds = (("<=", at_most), (">=", at_least))
        must = " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)
        rounded = None if ratio is None else round(ratio, 4)
        figure = Figure(name, round(value, 4), unit, shown, rounded, must, holds)
        self.figures.append(figure)
        return figure

    def finish(self) -> int:
        """Prints everything; 0 when every bound is kept, else 1. A bench that measured nothing fails too."""
        print(f"\n{self.title}\n")
        print(table(("name", "value", "unit", "against", "ratio", "must", "holds"), [_row(f) for f in self.figures]))
        print()
        for figure in self.figures:
            print(json.dumps(asdict(figure), ensure_ascii=False))
        return 0 if self.figures and all(figure.holds for figure in self.figures) else 1


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.3f}"
    kept = ("yes" if figure.holds else "NO") if figure.must else ""
    return figure.name, f"{figure.value:g}", figure.unit, figure.against, ratio, figure.must, kept


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Columns as wide as their widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    lines = [head, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
