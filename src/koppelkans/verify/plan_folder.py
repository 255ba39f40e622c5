"""The certificate of a plan folder, and whether the tables of the plan say the same as the certificate."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

from koppelkans.errors import DataError
from koppelkans.verify.calendar import CalendarVerdict, verified_calendar
from koppelkans.verify.check import Verdict, verified

CERTIFICATE = "network.certificate.json"
WORKS_CERTIFICATE = "works.certificate.json"
FORMAT = 1
ROUNDING_EUR = 0.01
ROUNDING_M = 1e-5
ROUNDING_SHARE = 1e-7


def read_certificate(plan: Path) -> dict[str, Any]:
    """The certificate in a plan folder. Raises DataError when there is none, or none that can be read."""
    file = plan / CERTIFICATE
    if not (plan / "plan.json").is_file():
        raise DataError(
            f"{plan} holds no plan: plan.json is missing; make one with: koppelkans plan PLACE --out {plan}"
        )
    if not file.is_file():
        raise DataError(
            f"{plan} holds no {CERTIFICATE}: the plan has no heat source, or was made by an older version; state a source and make it again"
        )
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{file} cannot be read: {error}") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise DataError(f"{file} is not a certificate of format {FORMAT}")
    return found


def verify_plan(plan: Path) -> Verdict:
    """What the certificate of a plan proves, with every fault: in itself, and against the tables of the plan.

    Raises DataError when there is no certificate, or none of a form that can be checked.
    """
    certificate = read_certificate(plan)
    verdict = verified(certificate)
    record = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    if record.get("certificate_sha256") != hashlib.sha256((plan / CERTIFICATE).read_bytes()).hexdigest():
        verdict.faults.append("the certificate is not the one that was written with this plan (its checksum differs)")
    verdict.faults += _figures(plan, certificate, verdict)
    if certificate["chosen"]:
        verdict.faults += _pipes(plan, certificate) + _connections(plan, certificate)
    return verdict


def proves_network(plan: Path) -> bool:
    """Whether a plan was written with the certificate of a network, or holds one."""
    record = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    return "certificate_sha256" in record or (plan / CERTIFICATE).is_file()


def verify_works(plan: Path) -> CalendarVerdict | None:
    """What the certificate of the works calendar of a plan proves, with every fault: in itself, and against the table of the calendar; None without one.

    Raises DataError when it cannot be read or is not of a form that can be checked.
    """
    file = plan / WORKS_CERTIFICATE
    record = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    if not file.is_file():
        if "works_certificate_sha256" in record:
            raise DataError(
                f"{plan} holds no {WORKS_CERTIFICATE}, though the plan was written with one; make the plan again"
            )
        return None
    content = file.read_bytes()
    try:
        certificate = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{file} cannot be read: {error}") from error
    verdict = verified_calendar(certificate)
    if record.get("works_certificate_sha256") != hashlib.sha256(content).hexdigest():
        verdict.faults.append("the certificate is not the one that was written with this plan (its checksum differs)")
    verdict.faults += _works(plan, certificate, verdict)
    return verdict


def _works(plan: Path, certificate: dict[str, Any], verdict: CalendarVerdict) -> list[str]:
    """Whether the tables of the plan give each work its proven year, and the joint plan its cost and bound."""
    case, faults = certificate["case"], list[str]()
    planned = _rows(plan, "calendar", ["planned_year"])
    years = dict(zip(case["works"]["name"], certificate["year"], strict=True))
    if set(planned) != set(years):
        faults.append("the table calendar and the certificate hold other works")
    for work, index in years.items():
        shown = planned.get(work, {}).get("planned_year")
        proven = case["first_year"] + index if index < case["years"] else None
        if (None if shown is None or math.isnan(shown) else round(shown)) != proven:
            faults.append(f"table calendar gives {work} the year {shown}, the certificate {proven}")
    row = _rows(plan, "dividend", ["net_eur", "bound_eur"]).get("J", {})
    for name, proven_eur in (("net_eur", verdict.objective_eur), ("bound_eur", verdict.bound_eur)):
        shown_eur = row.get(name)
        if shown_eur is None or abs(shown_eur - proven_eur) > ROUNDING_EUR + ROUNDING_SHARE * abs(proven_eur):
            faults.append(f"table dividend prints {name} {shown_eur} for J, the check finds {proven_eur:.2f}")
    return faults


def _rows(plan: Path, table: str, columns: list[str]) -> dict[str, dict[str, Any]]:
    """Columns of a table of the plan, by key."""
    from pyarrow import parquet

    rows = parquet.read_table(plan / "tables" / f"{table}.parquet").to_pylist()
    key = {
        "pipes": "pipe",
        "connections": "building",
        "network_variants": "variant",
        "calendar": "work",
        "dividend": "plan",
    }[table]
    return {str(row[key]): {name: row[name] for name in columns} for row in rows}


def _figures(plan: Path, certificate: dict[str, Any], verdict: Verdict) -> list[str]:
    """The cost and bound printed in the plan against those recomputed."""
    rows = _rows(
        plan, "network_variants", ["whole_eur_per_year", "without_eur_per_year", "bound_eur_per_year", "chosen"]
    )
    row = rows.get(certificate["variant"])
    if row is None:
        return [f"the plan has no variant {certificate['variant']}"]
    faults = []
    objective = row["whole_eur_per_year"] - row["without_eur_per_year"]
    bound = row["bound_eur_per_year"] - row["without_eur_per_year"]
    if abs(objective - verdict.objective_eur) > ROUNDING_EUR:
        faults.append(
            f"the plan prints a cost less value of {objective:,.2f} EUR a year, recomputed {verdict.objective_eur:,.2f}"
        )
    if bound > verdict.bound_eur + abs(verdict.whole_eur) * 1e-6 + ROUNDING_EUR:
        faults.append(f"the plan prints a bound of {bound:,.2f} EUR a year, proven are {verdict.bound_eur:,.2f}")
    if bool(row["chosen"]) != certificate["chosen"]:
        faults.append("plan and certificate do not agree whether this network is chosen")
    return faults


def _pipes(plan: Path, certificate: dict[str, Any]) -> list[str]:
    """The pipes of the plan against the edges of the tree: the same ones, as long."""
    rows = _rows(plan, "pipes", ["length_m"])
    tree, given = certificate["tree"], certificate["instance"]
    behind = {
        edge for edge, _ in tree.get("behind", []) if _stands_for_a_source(given, edge, certificate["units"]["metre"])
    }
    named = {name: edge for name, edge in zip(tree["pipes"], tree["edges"], strict=True) if edge not in behind}
    faults = [f"pipe {name} of the plan is not in the certificate" for name in sorted(set(rows) - set(named))[:3]]
    faults += [f"pipe {name} of the certificate is not in the plan" for name in sorted(set(named) - set(rows))[:3]]
    for name in sorted(set(named) & set(rows)):
        length_m = given["length"][named[name]] / certificate["units"]["metre"]
        if abs(length_m - rows[name]["length_m"]) > ROUNDING_M:
            faults.append(
                f"pipe {name} is {rows[name]['length_m']:.2f} m in the plan and {length_m:.2f} m in the certificate"
            )
    return faults


def _stands_for_a_source(given: dict[str, Any], edge: int, metre: int) -> bool:
    """Whether an edge can be no pipe: one metre from the root, of a class of its own without a price for the metre."""
    kind = given.get("class_of", [])[edge]
    at_root = given["root"] in (given["tail"][edge], given["head"][edge])
    return bool(
        kind > 0 and at_root and given["length"][edge] == metre and given["classes"][kind - 1]["level_price"] == [0]
    )


def _connections(plan: Path, certificate: dict[str, Any]) -> list[str]:
    """The connected buildings of the plan against those of the tree."""
    rows = _rows(plan, "connections", ["connected", "advantage_eur_per_year"])
    names = certificate["instance"]["customers"]
    proven = {names[customer] for customer in certificate["tree"]["connected"]}
    printed = {building for building, row in rows.items() if row["connected"]}
    faults = [
        f"{building} is connected in the {'plan' if building in printed else 'certificate'} alone"
        for building in sorted(proven ^ printed)[:3]
    ]
    worth, eur = dict(zip(names, certificate["instance"]["value"], strict=True)), certificate["units"]["eur"]
    return (
        faults
        + [
            f"{building} is worth {rows[building]['advantage_eur_per_year']:,.2f} EUR a year in the plan and {worth[building] / eur:,.2f} in the certificate"
            for building in sorted(proven & printed)
            if abs(worth[building] / eur - rows[building]["advantage_eur_per_year"]) > ROUNDING_EUR
        ][:3]
    )
