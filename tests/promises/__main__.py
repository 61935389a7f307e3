"""The command behind `make promises` and `make promises-break`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.promises import breaking, proving, runs

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str]) -> int:
    try:
        if arguments == ["prove"]:
            return proving.prove(ROOT)
        if arguments[:1] == ["break"]:
            folder = ROOT / "tests" / "promises" / "breaks"
            return breaking.break_all(ROOT, breaks=folder, only=arguments[1:])
    except (runs.RunError, breaking.BreakError) as problem:
        print(problem)
        return 1
    print("Say prove, or break and perhaps which promises: break A3 F1.")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
