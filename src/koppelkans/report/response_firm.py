"""The end of the chapter on the response: who pays whom, and what the figures of behaviour stand on."""

from __future__ import annotations

from typing import Any

from koppelkans.report.document import Block, Details, Paragraph, Table
from koppelkans.report.material import cells
from koppelkans.report.published_response import PublishedResponse
from koppelkans.report.sources import figure_label
from koppelkans.tables.response import RESPONSE_BACKTEST, RESPONSE_CALIBRATION, RESPONSE_MONEY

_NOT_FITTED = "not_fitted"
_MILLION = 1e6


def money_blocks(told: PublishedResponse) -> list[Block]:
    """Who pays whom in the response, summed over the years."""
    words, notation = told.material.words, told.material.notation
    found = told.material.printed(RESPONSE_MONEY.name)
    if found.empty:
        return []
    sums: dict[Any, float] = (
        found.groupby(["payer", "payee", "what"], sort=False)["amount_eur"].sum().sort_values(ascending=False).to_dict()
    )
    rows = tuple(
        cells(words.name("actors", payer), words.name("actors", payee), words.name("subjects", what), notation.rounded(amount / _MILLION))
        for (payer, payee, what), amount in sums.items()
    )  # fmt: skip
    header = tuple(words(f"effects.{name}_column") for name in ("from", "to", "what", "amount"))
    first, last = int(found["year"].min()), int(found["year"].max())
    table = Table(
        words("response.money", first=first, last=last),
        header,
        rows,
        (False, False, False, True),
        words("response.money_note"),
    )
    return [Details(words("response.money_title"), (table,))]


def checked_blocks(told: PublishedResponse) -> list[Block]:
    """What the figures of behaviour were compared with, and which the data do not pin."""
    words, notation = told.material.words, told.material.notation
    found = told.material.table(RESPONSE_CALIBRATION.name)
    fitted = found[found["step"] != _NOT_FITTED]
    if fitted.empty:
        return []
    rows = tuple(
        cells(
            _behaviour_label(str(row["parameter"]), told), notation.quantity(row["posterior"], str(row["unit"])),
            notation.quantity_range(row["posterior_low"], row["posterior_high"], str(row["unit"])),
            words("response.informed" if row["informed"] else "response.not_informed"),
        )
        for row in fitted.to_dict("records")
    )  # fmt: skip
    header = tuple(words(f"response.{name}_column") for name in ("figure", "value", "band", "informed"))
    table = Table(
        words("response.calibration"), header, rows, (False, True, True, False), words("response.calibration_note", count=len(found) - len(fitted)),
        method="response-calibration",
    )  # fmt: skip
    return [Details(words("response.calibration_title"), (table,)), *_held_back(told)]


def _behaviour_label(name: str, told: PublishedResponse) -> str:
    """A figure of behaviour by its label, with what stands behind its colon."""
    key, _, part = name.partition(":")
    label = figure_label({"parameter": key, "scope": ""}, told.material)
    return f"{label} ({told.material.words.name('calibrated', part)})" if part else label


def _held_back(told: PublishedResponse) -> list[Block]:
    """What the model says of years that it did not know, beside what was counted."""
    words, notation = told.material.words, told.material.notation
    found = told.material.table(RESPONSE_BACKTEST.name)
    held = found[found["held_back"]]
    if held.empty:
        return []
    known = found[~found["held_back"]]["year"]
    counts = {name: notation.rounded(float(held[name].sum())) for name in ("observed", "modelled", "naive")}
    years = ", ".join(str(year) for year in held["year"])
    return [
        Paragraph(
            words.rich("response.backtest", last_fitted=int(known.max()) if len(known) else "", years=years, **counts)
        )
    ]
