"""The solver contract: what every optimisation in the engine hands over and gets back.

A model is minimised. Limits that shape a result are counts (nodes, simplex iterations), never seconds, so that the same input
gives the same plan on every machine; the limit in seconds is a safety net and marks the outcome as not reproducible.
A result always carries its proven bound and gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from koppelkans.errors import InfeasibleError

Floats = NDArray[np.float64]
INFINITE = float("inf")


class Limits(BaseModel):
    """How far a solver may go. ``gap_share`` is the relative gap at which it may stop."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nodes: int = Field(default=10_000, ge=1)
    iterations: int = Field(default=1_000_000, ge=1)
    gap_share: float = Field(default=1e-4, ge=0, le=1)
    seed: int = Field(default=1, ge=0)
    safety_seconds: float = Field(default=600.0, gt=0)


@dataclass(frozen=True, slots=True)
class LinearModel:
    """min cost @ x  subject to  row_low <= A x <= row_high,  low <= x <= high,  x[integer] whole.

    A is given by its rows in compressed form: ``starts`` (one more than rows), ``columns``, ``coefficients``.
    Every array must be finite but for the bounds, where infinity means "no bound": a missing cost is an error, not zero.
    """

    cost: Floats
    low: Floats
    high: Floats
    integer: NDArray[np.bool_]
    starts: NDArray[np.int32]
    columns: NDArray[np.int32]
    coefficients: Floats
    row_low: Floats
    row_high: Floats

    def faults(self) -> list[str]:
        """What is wrong with the arrays themselves; empty when they fit together."""
        count, rows = len(self.cost), len(self.row_low)
        found = []
        if not (len(self.low) == len(self.high) == len(self.integer) == count):
            found.append(f"{count} costs, but {len(self.low)}, {len(self.high)} bounds and {len(self.integer)} kinds")
        if not (len(self.row_high) == rows == len(self.starts) - 1):
            found.append(f"{rows} rows, but {len(self.row_high)} upper sides and {len(self.starts) - 1} starts")
        if len(self.columns) != len(self.coefficients) or (rows and self.starts[-1] != len(self.columns)):
            found.append("starts, columns and coefficients do not fit together")
        if not (np.isfinite(self.cost).all() and np.isfinite(self.coefficients).all()):
            found.append("a cost or coefficient is missing or infinite")
        if np.isnan(np.concatenate([self.low, self.high, self.row_low, self.row_high])).any():
            found.append("a bound is missing; write infinity for no bound")
        return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the solver found. ``bound`` is proven: no solution costs less. ``gap_share`` = (objective - bound) / |objective|."""

    status: str
    objective: float
    bound: float
    gap_share: float
    values: Floats
    row_duals: Floats
    nodes: int
    iterations: int
    reproducible: bool


def solve(model: LinearModel, limits: Limits, *, start: Floats | None = None) -> Outcome:
    """The least-cost solution within the limits, with its proven bound.

    ``start``: a solution to begin with, one value per variable; one that breaks a row is as good as none.

    Raises InfeasibleError when no solution exists, none was found within the limits, or the cost has no floor; ValueError when
    the arrays do not fit together.
    """
    faults = model.faults()
    if faults:
        raise ValueError("; ".join(faults))
    if start is not None and len(start) != len(model.cost):
        raise ValueError(f"{len(model.cost)} costs, but a start of {len(start)} values")
    solver = _loaded(model, limits)
    if start is not None:
        _begin(solver, start)
    solver.run()
    return _read(solver, model)


def _loaded(model: LinearModel, limits: Limits) -> Any:
    import highspy

    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in {
        "output_flag": False,
        "threads": 1,
        "random_seed": limits.seed,
        "mip_rel_gap": limits.gap_share,
        "mip_max_nodes": limits.nodes,
        "simplex_iteration_limit": limits.iterations,
        "time_limit": limits.safety_seconds,
    }.items():
        solver.setOptionValue(name, value)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(model.cost), len(model.row_low)
    program.col_cost_, program.col_lower_, program.col_upper_ = model.cost, model.low, model.high
    program.row_lower_, program.row_upper_ = model.row_low, model.row_high
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_ = model.starts, model.columns
    program.a_matrix_.value_ = model.coefficients
    if model.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        program.integrality_ = [kinds[int(whole)] for whole in model.integer]
    solver.passModel(program)
    return solver


def _begin(solver: Any, start: Floats) -> None:
    import highspy

    solution = highspy.HighsSolution()
    solution.col_value = start.tolist()
    solver.setSolution(solution)


def _read(solver: Any, model: LinearModel) -> Outcome:
    import highspy

    status, info, solution = solver.getModelStatus(), solver.getInfo(), solver.getSolution()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        raise InfeasibleError("no solution keeps all conditions")
    if status == highspy.HighsModelStatus.kUnbounded:
        raise InfeasibleError("the cost has no floor: a limit is missing")
    if info.primal_solution_status != highspy.kSolutionStatusFeasible:
        raise InfeasibleError(f"no solution was found within the limits ({solver.modelStatusToString(status)})")
    mixed = bool(model.integer.any())
    objective = float(info.objective_function_value)
    proven = status == highspy.HighsModelStatus.kOptimal
    bound = float(info.mip_dual_bound) if mixed else (objective if proven else -INFINITE)
    return Outcome(
        status=str(solver.modelStatusToString(status)),
        objective=objective,
        bound=bound,
        gap_share=max(0.0, objective - bound) / max(abs(objective), 1e-9),
        values=np.asarray(solution.col_value, dtype=np.float64),
        row_duals=np.asarray(solution.row_dual, dtype=np.float64),
        nodes=int(info.mip_node_count) if mixed else 0,
        iterations=int(info.simplex_iteration_count),
        reproducible=status != highspy.HighsModelStatus.kTimeLimit,
    )
