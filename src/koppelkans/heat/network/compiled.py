"""How the kernels of this folder are compiled."""

from pathlib import Path

from koppelkans.kernels import Compiler

_COMPILER = Compiler(Path(__file__).parent, "network.compiled import")
compiled, inlined = _COMPILER.compiled, _COMPILER.inlined
