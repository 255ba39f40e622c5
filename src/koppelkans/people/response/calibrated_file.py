"""What the calibration ships: the file of calibrated figures and the tables beside it, as text, read back, and in remarks."""

from __future__ import annotations

from datetime import date

import pandas as pd

from koppelkans import tables
from koppelkans.parameters import Parameters, reference_table
from koppelkans.people.response.calibration_rows import Span
from koppelkans.people.response.flemish import AS_OF
from koppelkans.people.response.history import HEAT_PUMPS
from koppelkans.tables import RemarkRow, Table
from koppelkans.tables.response import RESPONSE_BACKTEST, RESPONSE_CALIBRATION, RESPONSE_RESIDUALS

FIRST_DAY = date(2020, 1, 1)
HEAD = """# Written by benchmarks/response_calibration.py from the calibration; not by hand. A test checks that it says what the procedure finds.

[response.option_eur_per_year]
label = "Constante van een optie, uit ijking"
unit = "EUR/year"
decides = "market"
"""

GROWTH = """
[response.acquaintance_growth_per_year]
label = "Groei van de bekendheid van warmtepompen, uit ijking"
unit = "1/year"
decides = "market"
[[response.acquaintance_growth_per_year.value]]
from = {day}
value = {value}
low = {low}
high = {high}
source = "response-calibration"
standing = "unverified"
note = "aantal premies voor warmtepompen"
"""

CSV_HEAD = """# Written by benchmarks/response_calibration.py from the calibration; not by hand. A test checks that it says what the procedure finds.
# Source: per row, else docs/method.md#response-calibration. Licence: EUPL-1.2. Standing: unverified.
"""


def calibrated_toml(parameters: Parameters, constant: Span, growth: Span) -> str:
    """Text of ``parameters/facts/response_calibrated.toml``: the constant of each option, whole euro a year, and the growth of acquaintance
    with heat pumps.

    Heat pumps: what the premium counts say at the scale in use. Other options have no counts: as before, not informed by data.
    """
    rows = [_row(option, constant, "response-calibration", "aantal premies voor warmtepompen") for option in HEAT_PUMPS]
    for option in parameters.numbers("response_data.open_option_eur_per_year", AS_OF):
        value = parameters.value("response_data.open_option_eur_per_year", AS_OF, option)
        low, high = (float(end) if end is not None else 0.0 for end in (value.low, value.high))
        rows.append(_row(option, Span(float(value.value), low, high), value.source, value.note))
    shown, least, most = (round(end, 3) for end in growth)
    return HEAD + "".join(rows) + GROWTH.format(value=shown, low=least, high=most, day=FIRST_DAY.isoformat())


def _row(option: str, figure: Span, source: str, note: str) -> str:
    value, low, high = (float(round(end)) for end in figure)
    said = f'note = "{note}"\n' if note else ""
    return (
        f'[[response.option_eur_per_year.value]]\nscope = "{option}"\nfrom = {FIRST_DAY.isoformat()}\n'
        f"value = {value}\nlow = {low}\nhigh = {high}\n"
        f'source = "{source}"\nstanding = "unverified"\n{said}'
    )


def shipped_tables() -> dict[str, pd.DataFrame]:
    """The last calibration and back-test that were written, by table name: nothing is computed.

    RESPONSE_CALIBRATION, RESPONSE_RESIDUALS and RESPONSE_BACKTEST; a test checks that they are what the procedure finds.
    """
    return {
        declared.name: _read(declared) for declared in (RESPONSE_CALIBRATION, RESPONSE_RESIDUALS, RESPONSE_BACKTEST)
    }


def calibration_csv(frame: pd.DataFrame) -> str:
    """Text of one of these tables as it is shipped: six digits, with what a reference table says of itself."""
    return CSV_HEAD + frame.to_csv(lineterminator="\n", float_format="%.6g")


def calibration_remarks() -> list[RemarkRow]:
    """How far the response can be trusted: what data inform, what they do not, and how far it was off in years it did not see."""
    known = shipped_tables()
    figures, years = known[RESPONSE_CALIBRATION.name], known[RESPONSE_BACKTEST.name]
    informed, count = int(figures["informed"].sum()), len(figures)
    held = years[years["held_back"]]
    missed = float((held["modelled"] / held["observed"] - 1).abs().mean())
    naive = float((held["naive"] / held["observed"] - 1).abs().mean())
    between = f"{held['year'].min()}-{held['year'].max()}"
    return [
        tables.remark(
            "response",
            f"Van de {count} cijfers over gedrag met een bandbreedte zijn er {informed} met tellingen vernauwd; de andere zijn inschattingen.",
            f"Of the {count} figures of behaviour with a range, {informed} were narrowed by counts; the others are judgements.",
            level="warning",
            method="response-calibration",
        ),
        tables.remark(
            "response",
            f"Achteraf getoetst op de premies voor warmtepompen van {between} zat het gedrag er gemiddeld {missed:.0%} naast, tegenover {naive:.0%} "
            "voor “zoals het laatste bekende jaar”. Gebruik het om maatregelen te vergelijken, niet om aantallen per jaar te voorspellen.",
            f"Tested afterwards on the heat-pump premiums of {between}, the response was off by {missed:.0%} on average, against {naive:.0%} for "
            "“as in the last year known”. Use it to compare measures, not to foretell numbers in a year.",
            level="warning",
            method="response-backtest",
        ),
    ]


def _read(declared: Table) -> pd.DataFrame:
    kinds = {item.name: item.kind for item in declared.columns}
    frame = reference_table(declared.name).astype({declared.key: "str"}).set_index(declared.key)
    return tables.check(declared, frame.astype({name: kind for name, kind in kinds.items() if kind is not str}))
