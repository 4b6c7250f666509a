"""What the parts share that compare programs: they run in turn, and each has a row of the table."""
from __future__ import annotations

import collections.abc
import dataclasses
import json
import statistics
import subprocess
import sys


@dataclasses.dataclass
class Program:
    """One of those that are compared."""

    name: str
    command: list[str]
    # Of whom it is to have which share; none: it is no goal of ours.
    goals: dict[str, float] = dataclasses.field(default_factory=dict)
    is_ours: bool = False
    # How many rows it has to tell of; None: it tells of none.
    rows: int | None = None
    # It runs in so many rounds only, where it is slow; None: in all.
    rounds: int | None = None
    results: list[dict] = dataclasses.field(default_factory=list)
    error: str = ""


class Comparing:
    """A part of the benchmarks: what it runs, and how often."""

    # What programs run with, and the limit is measured with too.
    environment: dict[str, str]

    def __init__(self, bench, rounds: int) -> None:
        self.bench, self.rounds = bench, rounds

    def run(self, command: list[str]) -> dict:
        """The JSON of a program, or its error: a line of text."""
        run = subprocess.run(command, capture_output=True, text=True, timeout=900, env=self.environment)
        lines = run.stdout.strip().splitlines()
        if run.returncode == 0 and lines:
            return json.loads(lines[-1])
        said = [line for line in run.stderr.splitlines() if line.strip()] or [f"status {run.returncode}"]
        # Python's errors are at the end, those of `drivers` at the beginning.
        return {"error": said[-1 if command[0] == sys.executable else 0]}

    def run_whole(self, program: Program) -> dict:
        """The same for a program that may have to tell of so many rows."""
        result = self.run(program.command)
        if program.rows is not None and "error" not in result and result["rows"] != program.rows:
            return {"error": f"{result['rows']} rows of {program.rows}"}
        return result

    def compare(self, workload: str, unit: str, limit: str, programs: list[Program],
                before: collections.abc.Callable[[], object] = lambda: None,
                after: collections.abc.Callable[[Program], str] = lambda program: "") -> None:
        """Runs programs in turn, each round in the other order, and adds a row for each.

        What is printed is the median of all rounds, and a ratio is the median of the ratios within each round.
        `limit` is the name of the one that the others are measured by.
        """
        print(f"   {workload}", file=sys.stderr)
        for number in range(self.rounds):
            for program in programs if number % 2 == 0 else reversed(programs):
                if program.error or (program.rounds is not None and number >= program.rounds):
                    continue
                before()
                result = self.run_whole(program)
                program.error = result.get("error") or after(program)
                program.results.append(result)
                if program.error and program.name == limit:
                    raise SystemExit(f"{workload}: {limit}: {program.error}")
        for program in programs:
            self.add(workload, unit, limit, program, {each.name: each for each in programs})

    def add(self, workload: str, unit: str, limit: str, program: Program, programs: dict[str, Program]) -> None:
        if program.error:
            self.bench.add(workload, program.name, None, unit, note=f"failed: {program.error}")
            return
        others = [other for other in programs.values() if not other.is_ours and not other.error]
        if not program.is_ours:
            others = [programs[limit]]
        ratios = {other.name: self.ratio(program, other) for other in others if other is not program}
        notes = [] if ratios else ["the limit"]
        for name, ratio in ratios.items():
            goal = program.goals.get(name)
            said = "the limit" if name == limit else name
            notes.append(f"{ratio:.2f} of {said}" + (f" (goal {goal:g})" if goal else ""))
        results = program.results
        if program.is_ours:
            # What else the machine does meets this less, and a server not at all.
            ratios["computing"] = self.ratio(programs[limit], program, "cpu_us" if "cpu_us" in results[0] else "cpu_s")
            notes.append(f"{ratios['computing']:.2f} by computing alone")
        more = {key: results[0][key] for key in ("block", "library") if results[0].get(key)}
        for key, name, scale in (("cpu_us", "cpu_us", 1), ("cpu_s", "cpu_s", 1), ("peak_kib", "peak_mib", 1024)):
            if key in results[0]:
                more[name] = statistics.median(result[key] for result in results) / scale
        rate = statistics.median(result["rate"] for result in results)
        self.bench.add(workload, program.name, round(rate), unit, note=", ".join(notes), ratios=ratios,
                       goals=program.goals, rates=[round(result["rate"], 1) for result in results], **more)

    def ratio(self, program: Program, other: Program, what: str = "rate") -> float:
        # Of the rounds in which both have run.
        pairs = zip(program.results, other.results)
        return statistics.median(one[what] / two[what] for one, two in pairs)
