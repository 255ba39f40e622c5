"""What stands beside the renovation ladders."""

from __future__ import annotations

import pandas as pd

from koppelkans import tables
from koppelkans.building.renovation.shell import AT_THE_STREET
from koppelkans.building.renovation.works import Figures
from koppelkans.tables import RemarkRow


def renovation_remarks(heated: pd.DataFrame, figures: Figures, *, line_known: bool) -> list[RemarkRow]:
    """Assumptions behind measures and prices, with the share of heated buildings that each touches."""
    rows = [_prices(), _floor(), _air(figures)]
    cavity = heated["period"].map(figures.parameters.table("renovation.cavity_share", figures.day))
    rows.append(_cavity(float(cavity.ge(figures.at("cavity_least_share")).mean())))
    told = [
        (heated["type"].isin(AT_THE_STREET) & (not line_known), _line),
        (heated["protected"], _protected),
        (heated["dwellings"] >= 2, _shared),
        (heated["use"] != "residential", _others),
    ]
    return rows + [make(float(where.mean())) for where, make in told if where.any()]


def _prices() -> RemarkRow:
    return tables.remark(
        "renovations.investment_eur", "Prijzen van renovatiemaatregelen zijn richtprijzen per m² die behandeld wordt, met een ruime marge; geen enkele is "
        "officieel. Ze tellen voluit, ook waar het dak of raam toch aan vervanging toe was.", "Prices of renovation measures are indicative, per m2 that is "
        "treated, with a wide band; none is official. They count in full, also where roof or window was due anyway.",
        rows_share=1.0, method="renovation-measures",
    )  # fmt: skip


def _floor() -> RemarkRow:
    return tables.remark(
        "renovations.floor_eur", "Of er een kelder of kruipruimte is, staat niet in de gegevens: de vloer wordt geïsoleerd over het deel dat TABULA daarvoor "
        "aanneemt. Dak en muur blijven zoals ze zijn waar er een onverwarmde ruimte achter ligt.", "Whether there is a cellar or crawl space is not in the "
        "data: the floor is insulated over the part that TABULA takes for it. Roof and wall stay as they are where an unheated room lies behind.",
        rows_share=1.0, method="renovation-measures",
    )  # fmt: skip


def _air(figures: Figures) -> RemarkRow:
    limit = figures.at("airtight_per_hour")
    return tables.remark(
        "renovations.measures", f"Onder een infiltratie van {limit:.1f} per uur hoort bij een pakket mechanische ventilatie; warmteterugwinning wordt pas vanaf daar "
        "geplaatst. Welk bouwdeel hoeveel lekt, is een aanname.", f"Below an infiltration of {limit:.1f} per hour a package comes with mechanical ventilation; heat "
        "recovery is placed only from there on. Which part leaks how much is an assumption.", rows_share=1.0, method="renovation-rules",
    )  # fmt: skip


def _cavity(share: float) -> RemarkRow:
    return tables.remark(
        "renovations.wall_eur", "Welk gebouw een spouwmuur heeft, staat niet in de gegevens: spouwvulling is bekeken in bouwperioden waarin de meeste er een "
        "hebben, en in al die gebouwen.", "Which building has a cavity wall is not in the data: filling is considered in periods in which most have one, and "
        "in all of those buildings.", rows_share=share, method="renovation-rules",
    )  # fmt: skip


def _line(share: float) -> RemarkRow:
    return tables.remark(
        "renovations.wall_eur", "Rijwoningen zijn verondersteld met hun voorgevel op de rooilijn te staan: gevelisolatie buiten alleen aan de andere gevels. "
        "Andere gebouwen niet.", "Terraced houses are taken to have their front at the building line: outside insulation on the other walls only. Other "
        "buildings are not.", rows_share=share, method="renovation-rules",
    )  # fmt: skip


def _protected(share: float) -> RemarkRow:
    return tables.remark(
        "renovations.measures", "Beschermde gebouwen krijgen geen gevelisolatie buiten, en nieuwe ramen alleen waar ze niet aan de straat liggen.",
        "Protected buildings get no insulation on the outside, and new windows only where these do not face the street.",
        rows_share=share, method="renovation-rules",
    )  # fmt: skip


def _shared(share: float) -> RemarkRow:
    return tables.remark(
        "renovations.measures", "In gebouwen met twee of meer woningen gebeurt een maatregel voor het hele gebouw tegelijk; of de mede-eigenaars het eens "
        "worden, is niet meegerekend.", "In buildings with two dwellings or more a measure is taken for the whole building at once; whether the co-owners agree "
        "is not counted.", rows_share=share, method="renovation-rules",
    )  # fmt: skip


def _others(share: float) -> RemarkRow:
    return tables.remark(
        "renovations.space_share", "Gebouwen die geen woning zijn, hebben de schil van een groot appartementsgebouw en besparen in dezelfde verhouding.",
        "Buildings other than dwellings have the shell of a large apartment building and save in the same proportion.",
        level="warning", rows_share=share, method="renovation-measures",
    )  # fmt: skip
