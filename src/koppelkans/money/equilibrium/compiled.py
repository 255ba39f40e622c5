"""How the kernels of this folder are compiled."""

from pathlib import Path

from koppelkans.kernels import Compiler

compiled = Compiler(Path(__file__).parent, "equilibrium.compiled import").compiled
