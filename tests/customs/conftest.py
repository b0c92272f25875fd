"""The folder of the customs tests is on the path: the oracle and the drawn lines live there."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent))
