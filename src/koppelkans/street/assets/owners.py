"""Who works in the streets: what the scenario says of each owner, completed with the usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from koppelkans.errors import DataError, suggestion
from koppelkans.parameters import Parameters
from koppelkans.street.works_words import OWNER_WORDS
from koppelkans.tables import check
from koppelkans.tables.street import OWNER_ROLES, OWNERS

KEYS = (
    "owner",
    "role",
    "name",
    *(item.name for item in OWNERS.columns if item.name not in ("name", "name_en", "role")),
)


def owners_table(
    stated: Sequence[Mapping[str, Any]] = (), *, parameters: Parameters, day: date, where: str = "scenario, street.owners"
) -> pd.DataFrame:  # fmt: skip
    """Table ``owners``: the owners as stated (keys ``owner``, ``role`` and the columns of the table), and one for each role that nobody has.

    ``owner`` may be left out and is the role then; any other key may be left out or None. ``where`` names the file for messages.
    Raises DataError that lists every fault: unknown or repeated owners and roles, negative budgets, crews, rates or years, and a budget of zero.
    """
    faults = [fault for number, one in enumerate(stated, 1) for fault in _faults(one, f"{where}, owner {number}")]
    keys = [str(one.get("owner") or one.get("role")) for one in stated]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    faults += [
        f"{where}: owner {key} stands {keys.count(key)} times, expected once; give each its own key in owner"
        for key in twice
    ]
    if faults:
        raise DataError("the owners of works cannot be used", faults)
    taken = {str(one["role"]) for one in stated}
    rows = [*stated, *({"role": role} for role in OWNER_ROLES if role not in taken)]
    early = parameters.numbers("street_works.early_years", day)
    rate = parameters.at("street_works.rate_share", day)

    def column(name: str, usual: Any) -> list[Any]:
        return [usual if one.get(name) is None else one[name] for one in rows]

    roles = [str(one["role"]) for one in rows]
    flexible = [
        int(early[role]) if one.get("flexibility_years") is None else int(one["flexibility_years"])
        for role, one in zip(roles, rows, strict=True)
    ]
    frame = pd.DataFrame({
        "name": [str(one.get("name") or OWNER_WORDS[role].nl) for role, one in zip(roles, rows, strict=True)],
        "name_en": [str(one.get("name") or OWNER_WORDS[role].en) for role, one in zip(roles, rows, strict=True)], "role": roles,
        "budget_eur_per_year": column("budget_eur_per_year", np.nan), "crews_m": column("crews_m", np.nan), "rate_share": column("rate_share", rate),
        "takes_part": column("takes_part", True), "flexibility_years": flexible,
    }, index=pd.Index([str(one.get("owner") or one["role"]) for one in rows], name="owner", dtype="str"))  # fmt: skip
    kinds = {"name": "str", "name_en": "str", "role": "str", "budget_eur_per_year": "float64", "crews_m": "float64", "rate_share": "float64", "takes_part": "bool", "flexibility_years": "int64"}  # fmt: skip
    return check(OWNERS, frame.astype(kinds).sort_index())


def owner_of_role(owners: pd.DataFrame) -> dict[str, str]:
    """The first owner of each role, by key."""
    return {str(role): str(keys[0]) for role, keys in owners.groupby("role").groups.items()}


def _faults(one: Mapping[str, Any], where: str) -> list[str]:
    faults = [f"{where}: key {key} is not known; {suggestion(key, KEYS)}" for key in one if key not in KEYS]
    role = one.get("role")
    if role not in OWNER_ROLES:
        hint = suggestion(str(role), OWNER_ROLES) if role else f"known: {', '.join(OWNER_ROLES)}"
        faults.append(f"{where}, role: found {role!r}, expected one of {', '.join(OWNER_ROLES)}; {hint}")
    for name, unit in (
        ("budget_eur_per_year", "EUR a year"),
        ("crews_m", "m a year"),
        ("rate_share", "(share)"),
        ("flexibility_years", "years"),
    ):
        value = one.get(name)
        if value is not None and not float(value) >= 0:
            faults.append(f"{where}, {name}: found {value} {unit}, expected at least 0; correct the figure")
    for name, unit in (("budget_eur_per_year", "EUR a year"), ("crews_m", "m a year")):
        if one.get(name) is not None and float(one[name]) == 0:
            faults.append(
                f"{where}, {name}: found 0 {unit}: none of the works of {one.get('owner') or role} could ever be done within it; "
                "leave it out for no limit, or give what there is (works beyond it are priced, not forbidden)"
            )
    rate = one.get("rate_share")
    if rate is not None and float(rate) > (OWNERS["rate_share"].high or 0.0):
        faults.append(
            f"{where}, rate_share: found {rate} (share), expected {OWNERS['rate_share'].expected}; write 3 % as 0.03"
        )
    return faults
