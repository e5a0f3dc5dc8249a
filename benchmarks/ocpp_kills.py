"""Nothing is lost: under load each part is killed in turn and started again, then all is counted.

python -m benchmarks.ocpp_kills --stations 200 --charges 40
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.charging.drill import PARTS, drill

ROW = "{:<12} {:>8} {:>8} {:>5} {:>6} {:>13} {:>8} {:>6} {:>12}"


def main() -> int:
    """Print one row for each part; 0 when nothing was lost and nothing was there twice."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stations", type=int, default=200)
    parser.add_argument("--charges", type=int, default=40, help="of each station")
    wanted = parser.parse_args()
    _say(
        "killed",
        "charges",
        "answers",
        "lost",
        "twice",
        "meter values",
        "records",
        "twice",
        "longest s",
    )
    held = True
    with tempfile.TemporaryDirectory() as folder, drill(Path(folder)) as drilled:
        for part in PARTS:
            ids = [f"{part.split()[-1].upper()}{number}" for number in range(wanted.stations)]
            counted = drilled.run(part, ids, wanted.charges)
            acknowledged, kept = counted.meter_values
            _say(
                part,
                counted.charges,
                counted.answers,
                counted.lost,
                counted.twice,
                f"{kept}/{acknowledged}",
                *counted.records,
                f"{counted.longest_wait:.1f}",
            )
            held = held and counted.nothing_is_lost
    return 0 if held else 1


def _say(*cells: object) -> None:
    sys.stdout.write(ROW.format(*map(str, cells)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
