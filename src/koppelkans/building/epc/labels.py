"""Labels of a stock now and after the plan, under every version of the rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.building.epc.chances import Scores, chances, chances_up_to, joint_chances
from koppelkans.building.epc.remarks import label_remarks
from koppelkans.building.epc.rules import SYSTEMS, Floats, NetworkHeat, Rule, epc_rule, system_numbers
from koppelkans.building.epc.score import need_of, terms_of
from koppelkans.errors import DataError
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

U_VALUES = ["roof_w_per_m2k", "wall_w_per_m2k", "window_w_per_m2k", "ground_w_per_m2k"]
GAS_REFERENCE = SYSTEMS.index("gas_boiler")


def energy_labels(
    buildings: pd.DataFrame,
    demand: pd.DataFrame,
    renovations: pd.DataFrame,
    choices: pd.DataFrame,
    *,
    network: NetworkHeat | None,
    parameters: Parameters,
    day: date,
) -> tuple[pd.DataFrame, pd.DataFrame, list[RemarkRow]]:
    """Chances of labels A to F of every dwelling building now and after the plan under every rule, and how labels migrate.

    buildings, demand, renovations: contracts BUILDINGS, DEMAND, RENOVATIONS. choices: index ``building``, columns ``solution``
    and ``rung``. network: heat of the network in the plan, None for the default of the rule.
    Result: contracts EPC (dwelling buildings in the order given, each under every rule) and LABEL_MIGRATION (dwellings).

    Now is a condensing gas boiler and the envelope as it is; after is the chosen solution and rung. An official score lies
    around  (p need + ...)  with p the pessimism of certificates and a lognormal spread, both by how well the building is known;
    what renovation removes is documented and loses both. A known certificate replaces the level and narrows the spread; its
    installation is not known and is taken to be the gas reference. The same home deviates the same way before and after.

    This is never the EPC of a house: a row says what certificates of such homes would show.
    Raises DataError when a dwelling building has no choice, no rung, or a solution that the rule does not know.
    Method: docs/method.md#epc-distribution.
    """
    homes = pd.DataFrame(buildings.drop(columns="geometry", errors="ignore"))
    homes = homes[homes["heated"] & (homes["use"] == "residential") & (homes["dwellings"] > 0)]
    chosen = _chosen(homes, choices, renovations)
    known = _known(homes, demand.loc[homes.index], chosen, parameters, day)
    epc_parts, migration_parts = [], []
    for name in tables.EPC_RULES:
        rule = epc_rule(name, network=network, parameters=parameters, day=day)
        now, after = _scores(known, rule)
        now_up_to, after_up_to = chances_up_to(now, rule), chances_up_to(after, rule)
        epc_parts.append(_epc_rows(rule, homes.index, (now, after), (now_up_to, after_up_to)))
        joint = joint_chances(now_up_to, after_up_to)
        migration_parts.append(_migration_rows(rule, np.tensordot(homes["dwellings"].to_numpy(float), joint, axes=1)))
    epc = tables.check(tables.EPC, pd.concat(epc_parts))
    migration = tables.check(tables.LABEL_MIGRATION, pd.concat(migration_parts))
    left_out = buildings[buildings["heated"] & (buildings["use"] != "residential")]["dwellings"].sum()
    return (
        epc,
        migration,
        label_remarks(homes, chosen["solution"], known.source, network=network, left_out=int(left_out)),
    )


def below_a_share(epc: pd.DataFrame, rule: str) -> pd.Series:
    """Chance that the label after the plan is worse than A under a rule: index ``building``, 0 to 1.

    Raises DataError for a rule that the table does not hold. Method: docs/method.md#epc-distribution.
    """
    if rule not in set(epc["rule"]) and not (epc.empty and rule in tables.EPC_RULES):
        raise DataError(
            f"no labels under EPC rule {rule}; the table holds {', '.join(sorted(set(epc['rule']))) or 'no rows'}"
        )
    rows = epc[epc["rule"] == rule]
    share = 1.0 - rows["after_a_share"].to_numpy(float)
    return pd.Series(share, index=pd.Index(rows["building"], name="building"), name="below_a_share")


def _chosen(homes: pd.DataFrame, choices: pd.DataFrame, renovations: pd.DataFrame) -> pd.DataFrame:
    """Solution, number of its system, and need and fans of the chosen rung beside the need of rung 0, per dwelling building."""
    lacking = homes.index.difference(choices.index, sort=False)
    if len(lacking):
        raise DataError(
            f"{len(lacking)} dwelling buildings have no choice ({tables.first_keys(lacking)}); every one needs a solution"
        )
    chosen = choices.loc[homes.index, ["solution", "rung"]]
    ladder = renovations.set_index(["building", "rung"])[["need_kwh", "electricity_kwh"]]
    as_is = ladder.reindex(pd.MultiIndex.from_arrays([homes.index, np.zeros(len(homes), dtype=int)]))
    after = ladder.reindex(pd.MultiIndex.from_arrays([homes.index, chosen["rung"].astype(int)]))
    absent = homes.index[as_is["need_kwh"].isna().to_numpy() | after["need_kwh"].isna().to_numpy()]
    if len(absent):
        raise DataError(
            f"{len(absent)} dwelling buildings lack rung 0 or their chosen rung in the table of renovations ({tables.first_keys(absent)})"
        )
    return chosen.assign(
        system=system_numbers(chosen["solution"]), as_is_kwh=as_is["need_kwh"].to_numpy(float),
        after_kwh=after["need_kwh"].to_numpy(float), fans_kwh=after["electricity_kwh"].to_numpy(float),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of n homes, apart from any rule: official need now and after, spread of both, and what lies below zero."""

    source: pd.Series
    need_now: Floats
    need_after: Floats
    deviation_now: Floats
    deviation_after: Floats
    certificate: Floats
    below: Floats
    fans: Floats
    system: NDArray[np.intp]


def _known(
    homes: pd.DataFrame, demand: pd.DataFrame, chosen: pd.DataFrame, parameters: Parameters, day: date
) -> _Known:
    """Official need and spread: p q before, and for the part q' / q that renovation leaves (1 + (p - 1) q' / q) q' after."""
    audited = homes[U_VALUES].notna().all(axis=1)
    certificate = homes["epc_score_kwh_per_m2"].to_numpy(float)
    certified = ~np.isnan(certificate)
    envelope = np.where(audited, "audit", "typology")
    source = pd.Series(np.where(certified, "certificate", envelope), index=homes.index, dtype="str")
    pessimism = _by_scope("epc.pessimism", envelope, parameters, day)
    deviation = _by_scope("epc.deviation", source.to_numpy(object), parameters, day)
    renovated = np.minimum(deviation, parameters.at("epc.deviation", day, "renovated"))

    area = demand["reference_m2"].to_numpy(float) * parameters.at("epc.area_per_reference", day)
    need = pessimism * demand["theoretical_space_heat_kwh"].to_numpy(float) / area
    today = epc_rule("today", network=None, parameters=parameters, day=day)
    reference = np.full(len(homes), GAS_REFERENCE)
    need_now = np.where(certified, need_of(np.nan_to_num(certificate), reference, today), need)
    explained = terms_of(need_now, reference, today).score
    as_is = chosen["as_is_kwh"].to_numpy(float)
    left = np.divide(chosen["after_kwh"].to_numpy(float), as_is, out=np.ones(len(homes)), where=as_is > 0)
    undocumented = np.minimum(left, 1.0)
    return _Known(
        source=source, need_now=need_now, need_after=need_now * left * (1.0 + (pessimism - 1.0) * undocumented) / pessimism,
        deviation_now=deviation, deviation_after=undocumented * deviation + (1.0 - undocumented) * renovated,
        certificate=certificate, below=np.where(certified, np.minimum(certificate - explained, 0.0), 0.0),
        fans=chosen["fans_kwh"].to_numpy(float) / area, system=chosen["system"].to_numpy(np.intp),
    )  # fmt: skip


def _by_scope(key: str, scopes: NDArray[np.object_], parameters: Parameters, day: date) -> Floats:
    values = {scope: parameters.at(key, day, scope) for scope in set(scopes)}
    found: Floats = pd.Series(scopes, dtype="str").map(values).to_numpy(float)
    return found


def _scores(known: _Known, rule: Rule) -> tuple[Scores, Scores]:
    """Scores now and after under a rule; what a certificate shows below the computation counts only where installations do."""
    reference = np.full(len(known.system), GAS_REFERENCE)
    below = known.below if rule.counts_installation else np.zeros_like(known.below)
    now = terms_of(known.need_now, reference, rule)
    after = terms_of(known.need_after, known.system, rule, fans=known.fans)
    return (
        Scores(now.score, below, known.deviation_now, rule.fossil_share(reference)),
        Scores(after.score, below, known.deviation_after, rule.fossil_share(known.system)),
    )


def _epc_rows(rule: Rule, keys: pd.Index, scores: tuple[Scores, Scores], up_to: tuple[Floats, Floats]) -> pd.DataFrame:
    now, after = scores
    names = [f"{label.lower()}_share" for label in tables.EPC_LABELS]
    row = pd.Index([f"{rule.name}:{key}" for key in keys], name="row", dtype="str")
    texts = pd.DataFrame({"building": keys, "rule": rule.name}, index=row, dtype="str")
    medians = pd.DataFrame({"score_kwh_per_m2": now.middle, "after_score_kwh_per_m2": after.middle}, index=row)
    shares_now = pd.DataFrame(chances(up_to[0]), columns=names, index=row)
    shares_after = pd.DataFrame(chances(up_to[1]), columns=[f"after_{name}" for name in names], index=row)
    return pd.concat([texts, medians, shares_now, shares_after], axis=1)[tables.EPC.column_names]


def _migration_rows(rule: Rule, dwellings: Floats) -> pd.DataFrame:
    pairs = pd.MultiIndex.from_product([tables.EPC_LABELS, tables.EPC_LABELS])
    row = pd.Index([f"{rule.name}:{one}>{other}" for one, other in pairs], name="row", dtype="str")
    labels = pd.DataFrame(list(pairs), columns=["from_label", "to_label"], index=row, dtype="str")
    texts = pd.DataFrame({"rule": rule.name}, index=row, dtype="str")
    return pd.concat([texts, labels], axis=1).assign(dwellings=dwellings.reshape(-1))
