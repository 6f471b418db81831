"""`python -m heliograph_verify`."""

from __future__ import annotations

import sys

from heliograph_verify.cli import main

if __name__ == "__main__":
    sys.exit(main())
