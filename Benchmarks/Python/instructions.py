"""Counts the instructions of one call, with valgrind: a figure that no other load on the machine changes.

Usage: instructions.py BIN FILE [--check]. Writes FILE; with --check compares with it, and ends with 1 if a call takes over
a tenth more.
"""
import json
import pathlib
import re
import subprocess
import sys

CALLS = ("dispatch_empty", "dispatch_typical", "connect_empty", "connect_typical")
FEW, MANY = 500, 1500
TOLERANCE = 1.1


def instructions(folder: pathlib.Path, call: str, count: int) -> int:
    """All that the program executes, from its start to its end, with that many calls."""
    result = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(folder / "bench"), str(folder / "drivers"),
         "repeat", call, str(count)],
        stderr=subprocess.PIPE, text=True, check=True,
    )
    found = re.search(r"Collected : ([0-9]+)", result.stderr)
    if found is None:
        raise SystemExit(f"valgrind counted nothing:\n{result.stderr}")
    return int(found[1])


def main() -> int:
    folder, path = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    counted = {}
    for call in CALLS:
        # The difference leaves start and end of the program out.
        difference = instructions(folder, call, MANY) - instructions(folder, call, FEW)
        counted[call] = round(difference / (MANY - FEW))
        print(f"{call:<18} {counted[call]:>8,} instructions")
    if sys.argv[3:] != ["--check"]:
        path.write_text(json.dumps(counted, indent=1) + "\n", encoding="ascii")
        return 0
    known = json.loads(path.read_text(encoding="ascii"))
    worse = [call for call in CALLS if counted[call] > known[call] * TOLERANCE]
    for call in worse:
        print(f"{call} took {known[call]:,} instructions before: mend it, or say why in a commit that runs "
              "Scripts/bench --instructions", file=sys.stderr)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
