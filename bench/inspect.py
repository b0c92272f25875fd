"""What inspection catches, and whom it wrongs, on planted worlds that its writers did not see.

    python bench/inspect.py [--share 0.01] [--worlds 2] [--size 50000] [--tune] [--detail]

The worlds are `bench/planted`: eleven evasions in several styles, honest look-alikes, a varied honest
background. By default the kept worlds; `--tune` takes those that detectors may be tuned on, `--share`
makes them smaller, `--detail` names the styles missed and the look-alikes wronged.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
# This folder on the path would shadow the standard library's module of the same name.
OTHERS = [place for place in sys.path if os.path.abspath(place) != HERE]

if __name__ == "inspect":
    # A script beside this one wants that module, and found this file first: hand the real one over.
    kept = sys.path[:]
    sys.path[:] = OTHERS
    del sys.modules["inspect"]
    import inspect as _real

    sys.path[:] = kept
    sys.modules["inspect"] = _real
elif __name__ == "__main__":
    sys.path[:] = [ROOT, os.path.join(ROOT, "src"), *OTHERS]

    from bench.planted.bench import main

    main()
