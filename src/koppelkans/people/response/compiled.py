"""How the kernels of this folder are compiled."""

from pathlib import Path

from koppelkans.kernels import Compiler

_compiler = Compiler(Path(__file__).parent, "response.compiled import")
compiled = _compiler.compiled
inlined = _compiler.inlined
