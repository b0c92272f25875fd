"""One year's equilibrium: the prices at which supply meets use, under the law of a day."""

import jax

# Prices of one chain span five orders of magnitude and the certificate asks for 1e-10: float64.
jax.config.update("jax_enable_x64", True)
