"""The label explained: typical homes under every rule with every system, term by term."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building.epc.rules import NetworkHeat, Rule, epc_rule, system_numbers
from koppelkans.building.epc.score import label_of, terms_of
from koppelkans.building.seasonal import season, seasonal_need
from koppelkans.building.typology import SMALL, variant_envelopes, variants
from koppelkans.parameters import Parameters

DECIMALS = 1
"""TABULA publishes needs in tenths of a kWh/m2; the typical homes go by the published figure."""

HOMES = {
    ("terraced", "1946_1970", "existing"): ("rijwoning 1946-1970, niet gerenoveerd", "terraced house 1946-1970, as built"),
    ("terraced", "1946_1970", "usual"): ("rijwoning 1946-1970, gewone renovatie", "terraced house 1946-1970, usual renovation"),
    ("detached", "1946_1970", "existing"): ("vrijstaande woning 1946-1970, niet gerenoveerd", "detached house 1946-1970, as built"),
    (SMALL, "1946_1970", "existing"): ("klein appartementsgebouw 1946-1970, niet gerenoveerd", "small apartment building 1946-1970, as built"),
}  # fmt: skip
"""Typical homes by form, period and state in TABULA, with their names in Dutch and English."""

TITLES = {
    "old_gas_boiler": ("oude gasketel", "old gas boiler"),
    "gas_boiler": ("condenserende gasketel", "condensing gas boiler"),
    "hybrid_heat_pump": ("hybride warmtepomp", "hybrid heat pump"),
    "air_heat_pump": ("warmtepomp op lucht", "air heat pump"),
    "ground_heat_pump": ("warmtepomp op bodem", "ground heat pump"),
    "direct_electric": ("elektrische weerstand", "direct electric"),
    "network_middle": ("warmtenet", "heat network"),
}
"""Systems shown; a heat network counts the same at every temperature."""


def epc_terms(*, network: NetworkHeat | None, parameters: Parameters, day: date) -> pd.DataFrame:
    """Terms, score and label of four typical homes with seven systems under every rule: contract EPC_TERMS.

    Physics of the rule alone: no certificate, no pessimism of official scores. Needs by the seasonal method of TABULA, in
    tenths as TABULA prints them. Method: docs/method.md#epc-score.
    """
    needs = _typical_needs(parameters, day) / parameters.at("epc.area_per_reference", day)
    rules = [epc_rule(name, network=network, parameters=parameters, day=day) for name in tables.EPC_RULES]
    frame = pd.concat([_under(rule, needs) for rule in rules])
    frame.index = pd.Index([f"t{number:03d}" for number in range(1, len(frame) + 1)], name="row", dtype="str")
    return tables.check(tables.EPC_TERMS, frame[tables.EPC_TERMS.column_names])


def _typical_needs(parameters: Parameters, day: date) -> pd.Series:
    """Useful space heat [kWh/m2 of reference area], index (form, period, state)."""
    standard = season(parameters, day)
    typology = variants(standard).set_index(["form", "period", "state"])
    chosen = typology.loc[list(HOMES)]
    envelope = variant_envelopes(chosen, reference_share=parameters.at("building.reference_area_share", day))
    specific = seasonal_need(envelope, standard) / envelope.reference_m2
    return pd.Series(np.round(specific, DECIMALS), index=chosen.index)


def _under(rule: Rule, needs: pd.Series) -> pd.DataFrame:
    pairs = pd.MultiIndex.from_product([list(HOMES), list(TITLES)], names=["home", "system"])
    home, system = pairs.get_level_values("home"), pd.Series(pairs.get_level_values("system"))
    numbers = system_numbers(system)
    need = np.repeat(needs.loc[list(HOMES)].to_numpy(float), len(TITLES))
    terms = terms_of(need, numbers, rule)
    words = pd.DataFrame(
        {
            "home": [HOMES[key][0] for key in home], "home_en": [HOMES[key][1] for key in home],
            "system": [TITLES[key][0] for key in system], "system_en": [TITLES[key][1] for key in system],
        },
        dtype="str",
    )  # fmt: skip
    return words.assign(
        rule=pd.Series(rule.name, index=words.index, dtype="str"),
        need_kwh_per_m2=terms.need, distribution_kwh_per_m2=terms.distribution, hot_water_kwh_per_m2=terms.hot_water,
        expenditure=terms.expenditure, primary_factor=terms.primary_factor, auxiliary_kwh_per_m2=terms.auxiliary,
        score_kwh_per_m2=terms.score,
        label=pd.array(label_of(terms.score, rule, rule.fossil_share(numbers)), dtype="str"),
    )  # fmt: skip
