"""The engine room: how the kernel's compiler is set up. The only settings of JAX in the package."""

from pathlib import Path

import jax


def remember(folder: Path) -> None:
    """Keep compiled kernels in `folder` across processes.

    The kernels are small and quick to compile, so every one is kept: by default JAX keeps only those
    that took a second.
    """
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
