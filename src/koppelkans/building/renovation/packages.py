"""Every combination of measures in every building: whether it is allowed, what it costs and which need it leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from koppelkans.building.renovation.measures import COMBINATIONS, LEVELS, PARTS, Ints
from koppelkans.building.renovation.shell import Flags, Shell
from koppelkans.building.renovation.works import Figures, Works, ventilated
from koppelkans.building.seasonal import Envelope, Floats, seasonal_need

VENTILATION = PARTS.index("ventilation")
BALANCED = LEVELS["ventilation"].index("ventilation_balanced")
SAME = 1e-9
"""Infiltration rates nearer than this are the same."""


@dataclass(frozen=True, slots=True)
class Packages:
    """Combinations in n buildings (n x combinations, in the order of ``measures.COMBINATIONS`` unless told otherwise).

    ``airtight`` and ``leaky`` are true where the rule of that name forbids the combination as a whole.
    """

    fits: Flags
    airtight: Flags
    leaky: Flags
    need_kwh: Floats
    loss_w_per_k: Floats
    investment_eur: Floats


def all_packages(
    shell: Shell, works: dict[str, Works], figures: Figures, *, combinations: Ints = COMBINATIONS
) -> Packages:
    """Need, heat loss and investment of each combination in each building.

    ``combinations``: level of every part, combinations x parts. Need: ``seasonal_need`` of the envelope after the works.
    Allowed where each measure is, and where air allows: below an infiltration of ``renovation.airtight_per_hour`` a building
    needs mechanical ventilation, above it heat recovery is not done. Method: docs/method.md#renovation-rules.
    """

    def together(name: str) -> Floats:
        parts = (getattr(works[part], name)[:, combinations[:, place]] for place, part in enumerate(PARTS))
        joined: Floats = sum(parts, np.zeros((len(shell.buildings), len(combinations))))
        return joined

    as_is = shell.envelope
    envelope = Envelope(
        reference_m2=as_is.reference_m2[:, None],
        transmission_w_per_k=as_is.transmission_w_per_k[:, None] + together("loss_w_per_k"),
        infiltration_per_hour=as_is.infiltration_per_hour[:, None] + together("infiltration_per_hour"),
        solar_kwh=as_is.solar_kwh[:, None] + together("solar_kwh"),
        reduction_first=as_is.reduction_first[:, None], reduction_last=as_is.reduction_last[:, None],
        recovered_per_hour=together("recovered_per_hour"),
    )  # fmt: skip
    allowed = np.ones((len(shell.buildings), len(combinations)), dtype=np.bool_)
    for place, part in enumerate(PARTS):
        allowed &= (works[part].broken == "")[:, combinations[:, place]]
    airtight, leaky = _air_rules(envelope, shell, figures, combinations)
    return Packages(
        fits=allowed & ~airtight & ~leaky, airtight=airtight, leaky=leaky, need_kwh=seasonal_need(envelope, shell.season),
        loss_w_per_k=envelope.loss_w_per_k(shell.season), investment_eur=together("cost_eur"),
    )  # fmt: skip


def _air_rules(envelope: Envelope, shell: Shell, figures: Figures, combinations: Ints) -> tuple[Flags, Flags]:
    limit = figures.at("airtight_per_hour")
    air, before = envelope.infiltration_per_hour, shell.envelope.infiltration_per_hour[:, None]
    none = (combinations[:, VENTILATION] == 0)[None, :] & ~ventilated(shell, figures)[:, None]
    tightened = (air < limit - SAME) & (air < before - SAME)
    balanced = (combinations[:, VENTILATION] == BALANCED)[None, :]
    return none & tightened, balanced & (air > limit + SAME)
