"""One year's equilibrium: the prices at which supply meets use, under the law of a day.

Next: `outcome`, what `solve` returns; `verdict`, what two outcomes say about an agreement.
"""

from . import engine as engine  # first: it sets the compiler up before anything is traced
