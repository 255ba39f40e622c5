"""The loop between heat network and works calendar in the report: what network and calendar cost together in each round."""

from __future__ import annotations

from typing import Any

from koppelkans import disclosure
from koppelkans.report.document import Block, Heading, Paragraph, Table
from koppelkans.report.material import Material, cells

_MILLION = 1e6
_OF_WHOLE = 5
"""Figures of the cost of a round: rounds differ by less than a percent."""


def loop_blocks(material: Material) -> list[Block]:
    """A row per round with the cost of network and calendar together, and which round is the plan; nothing without rounds or with few sections or buildings."""
    words, notation, found = material.words, material.notation, material.table("trench_rounds")
    least = disclosure.RULES.contributors
    if (
        len(found) < 2
        or "whole_eur" not in found
        or found["sections"].min() < least
        or found["buildings"].min() < least
    ):
        return []

    def millions(value: Any, digits: int) -> str:
        return notation.rounded(float(value) / _MILLION, digits)

    rounds: list[dict[Any, Any]] = found.reset_index().to_dict("records")
    rows = tuple(
        cells(
            str(row["round"]), notation.number(row["buildings"]), *(notation.share(row[f"{name}_share"]) for name in ("asked", "borne", "moved")),
            *(millions(row[f"{name}_eur"], _OF_WHOLE) for name in ("heat", "works", "whole")), words("works_loop.kept") if row["kept"] else "",
        )
        for row in rounds
    )  # fmt: skip
    names = ("round", "buildings", "asked", "borne", "moved", "heat", "works", "whole", "plan")
    header = tuple(words(f"works_loop.{name}_column") for name in names)
    kept = next(row for row in rounds if row["kept"])
    lead = words.rich(
        "works_loop.lead", rounds=len(rounds) - 1, saved=millions(rounds[0]["whole_eur"] - kept["whole_eur"], 2), kept=kept["round"]
    )  # fmt: skip
    table = Table(
        words("works_loop.caption"),
        header,
        rows,
        (False, *[True] * 7, False),
        words("works_loop.note"),
        method="street-loop",
    )
    return [Heading(words("works_loop.title")), Paragraph(lead), table]
