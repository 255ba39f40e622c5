"""Given numbers: law and technique, dated, with unit, source, standing and range.

Question: what is the value of this figure, on this day, in this scope - and who says so?
A parameter file is TOML (``law/*.toml``, ``facts/*.toml``); long reference tables are CSV beside them.
Reforms are functions ``Parameters -> Parameters``. Before its first date a parameter has no value, and asking raises.
"""

from koppelkans.parameters.store import Parameter, Parameters, Value, read_parameters, reference_table

__all__ = ["Parameter", "Parameters", "Value", "read_parameters", "reference_table"]
