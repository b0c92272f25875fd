"""The engine room: how the kernel's compiler is set up. The only settings of JAX in the package."""

import os
from pathlib import Path

# Systems of a few hundred unknowns: two threads of linear algebra were up to eight times slower than
# one. It has to be said before the library loads; whoever has set it already is left alone.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jax

# Prices of one chain span five orders of magnitude and the certificate asks for 1e-9: float64.
jax.config.update("jax_enable_x64", True)


ONCE = {"xla_backend_optimization_level": 0}
"""For kernels that run a few times a study: half the time to compile is worth more than speed."""


def remember(folder: Path) -> None:
    """Keep compiled kernels in `folder` across processes.

    The kernels are small and quick to compile, so every one is kept: by default JAX keeps only those
    that took a second.
    """
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
