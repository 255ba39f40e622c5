"""Remarks beside the equilibria of a heat network."""

from __future__ import annotations

from koppelkans import tables
from koppelkans.money.equilibrium.audit import Observed
from koppelkans.money.equilibrium.fixed_points import FixedPoints
from koppelkans.tables import RemarkRow


def equilibrium_notes(points: FixedPoints, price_eur_per_mwh: float | None, seen: Observed) -> list[RemarkRow]:
    """What a reader must know: two regimes, customers who do not pay their own way, ends of the table, how it is counted."""
    notes = [
        tables.remark(
            "equilibria", "Werken tellen aan het begin van een jaar, warmte en onderhoud aan het eind; de termijn die het eerst afloopt telt. Alles "
            "reëel en zonder btw.", "Works count at the start of a year, heat and upkeep at its end; the clock that ends first binds. All "
            "real and without VAT.", method="required-price",
        )
    ]  # fmt: skip
    if points.critical is not None and points.best is not None:
        notes.append(
            tables.remark(
                "equilibria", f"Twee uitkomsten zijn mogelijk: onder {points.critical:.0f} EUR/MWh zonder btw loopt de warmteprijs naar {points.best:.0f} EUR/MWh, "
                "erboven haken klanten af. Een gemiddelde van beide zegt niets.", f"Two outcomes are possible: below {points.critical:.0f} EUR/MWh without VAT the "
                f"heat price runs to {points.best:.0f} EUR/MWh, above it customers stay away. A mean of the two says nothing.",
                level="warning", method="equilibria",
            )
        )  # fmt: skip
    if price_eur_per_mwh is not None and seen.unpaid_share > 0:
        notes.append(
            tables.remark(
                "equilibria", f"{seen.unpaid_share:.0%} van de nieuwe klanten komt te laat om de eigen aansluiting terug te betalen: zij maken de warmte "
                "duurder voor de anderen. Een restwaarde of een langere termijn neemt dat weg.", f"{seen.unpaid_share:.0%} of the new customers come "
                "too late to earn back their own connection: they make heat dearer for the others. A residual value or a longer "
                "term takes that away.", level="warning", rows_share=seen.unpaid_share, method="equilibria",
            )
        )  # fmt: skip
    if seen.falls:
        notes.append(
            tables.remark(
                "equilibria", f"De vereiste prijs daalt op {seen.falls} plaatsen in de tabel terwijl de prijs stijgt; de uitkomsten tussen de beste en de "
                "voorzichtige zijn dan niet gewaarborgd volledig geordend.", f"The required price falls at {seen.falls} places of the table while the "
                "price rises; the outcomes between the best and the cautious one are then not certain to be in order.",
                level="warning", method="equilibria",
            )
        )  # fmt: skip
    if seen.beyond_years:
        notes.append(
            tables.remark(
                "equilibria", f"De termijn loopt {seen.beyond_years} jaar langer dan de tabel; daarna blijft alles zoals in het laatste jaar.",
                f"The term runs {seen.beyond_years} years longer than the table; after it everything stays as in the last year.", method="response-table",
            )
        )  # fmt: skip
    if seen.outside:
        notes.append(
            tables.remark(
                "equilibria", "De prijs die klanten zien verlaat de tabel in sommige jaren; daar antwoorden zij zoals aan haar rand.",
                "The price that customers see leaves the table in some years; there they answer as at its edge.", level="warning",
                method="response-table",
            )
        )  # fmt: skip
    return notes
