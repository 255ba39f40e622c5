"""One way of compiling the kernels of a folder: cached on disk, and never older than any of the files that hold them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


class Compiler:
    """Compiles functions of the modules in ``folder`` that import the compiler by the words ``imported``.

    numba judges its cache by the file of the function alone, not by the files of the functions that it calls: a change there
    would leave old code at work. So the stamp of the cache covers the text of every file with kernels.
    """

    def __init__(self, folder: Path, imported: str) -> None:
        texts = [file.read_bytes() for file in sorted(folder.glob("*.py"))]
        self.stamp = hashlib.sha256(b"".join(text for text in texts if imported.encode() in text)).hexdigest()

    def compiled(self, function: Kernel) -> Kernel:
        """The function as machine code, which leaves the interpreter free while it runs."""
        return cast(Kernel, self._stamped(njit(cache=True, error_model="numpy", nogil=True)(function)))

    def inlined(self, function: Kernel) -> Kernel:
        """The same for a small function that its callers take in whole."""
        return cast(
            Kernel, self._stamped(njit(cache=True, error_model="numpy", nogil=True, forceinline=True)(function))
        )

    def _stamped(self, kernel: Any) -> Any:
        kernel._cache._cache_file._source_stamp = self.stamp
        return kernel
