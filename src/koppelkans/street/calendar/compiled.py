"""One way of compiling a kernel: cached on disk, and never older than any of the files that hold kernels."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_TEXTS = [file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py"))]
_STAMP = hashlib.sha256(b"".join(text for text in _TEXTS if b"calendar.compiled import" in text)).hexdigest()


def compiled(function: Kernel) -> Kernel:
    """The function as machine code.

    numba judges its cache by the file of the function alone, not by the files of the functions that it calls: a change there
    would leave old code at work. So the stamp of the cache covers the text of every file with kernels.
    """
    kernel: Any = njit(cache=True, error_model="numpy", nogil=True)(function)
    kernel._cache._cache_file._source_stamp = _STAMP
    return cast(Kernel, kernel)
