"""Runs flow scripts from the command line: `python -m flow_api run SCRIPT`."""

from __future__ import annotations

import argparse
import base64
import json
import signal
import sys
from decimal import Decimal
from typing import Any, Optional, Sequence

import driver_host

from ._flow import load_script, run, trace_of


class _Terminated(BaseException):
    """SIGTERM or SIGHUP has come."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _terminate(number: int, _: object) -> None:
    raise _Terminated(number)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _as_json(value: Any) -> Any:
    """What JSON has no word for: as the host's own JSON has it."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, Decimal):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, driver_host.Result):
        return value.to_dict()
    raise TypeError(f"an output of the flow is of type {type(value).__name__}, which JSON has no word for")


def _inputs(path: Optional[str]) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        if path == "-":
            value = json.load(sys.stdin)
        else:
            with open(path, encoding="utf-8") as file:
                value = json.load(file)
    except ValueError as error:
        # Of the original only the place: its text may quote the document.
        place = f"line {error.lineno}, column {error.colno}: " if isinstance(error, json.JSONDecodeError) else ""
        raise SystemExit(f"flow_api: {path}: {place}it is no JSON document") from None
    except OSError as error:
        raise SystemExit(f"flow_api: {path}: {error.strerror}") from None
    if not isinstance(value, dict):
        raise SystemExit(f"flow_api: {path}: the inputs of a flow are an object")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flow_api", description="Runs flow scripts.")
    commands = parser.add_subparsers(dest="command", required=True)
    run_parser = commands.add_parser(
        "run",
        help="run a flow",
        description="Runs a flow: its log goes to stderr, its result to stdout, as JSON.",
        epilog="Ends with 0 if the flow succeeded, 1 if not, 2 for wrong usage, 3 without libdriverhost.so, and 130, "
        "143 or 129 after Ctrl-C, TERM or HUP, which cancel its connections.",
    )
    run_parser.add_argument("script", help="a Python file with handler(system, this, inputs)")
    run_parser.add_argument("--inputs", metavar="FILE", help="the flow's inputs, a JSON object; - is stdin")
    run_parser.add_argument("--workspace", metavar="FOLDER", help="the folder with connectors and vaults")
    run_parser.add_argument(
        "--driver-path", metavar="PATH", action="append", default=[], help="a folder or a file with drivers"
    )
    run_parser.add_argument(
        "--history", metavar="FILE", help="a database that keeps the connections; they are in memory if it is left out"
    )
    run_parser.add_argument("--name", help="what the flow is called; the script's name if it is left out")
    run_parser.add_argument("--max-runtime", metavar="SECONDS", type=float, help="how long the flow may take")
    return parser


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs the command line.

    Args:
        arguments: Without the program's name; None are those of the process.

    Returns:
        The exit code.
    """
    options = _parser().parse_args(arguments)
    inputs = _inputs(options.inputs)
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Under nohup it stays ignored.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _terminate)
    try:
        handler = load_script(options.script)
    except OSError as error:
        _say(f"flow_api: {options.script}: {error.strerror}")
        return 2
    except SyntaxError as error:
        # Without the line itself.
        _say(f"flow_api: {options.script}, line {error.lineno}: {error.msg}")
        return 2
    except Exception as error:
        _say(f"flow_api: {options.script}: {type(error).__name__}: {error}")
        return 2

    def log_host(line: driver_host.LogLine) -> None:
        _say(f"{line.level}: {line.driver + ': ' if line.driver else ''}{line.message}")

    try:
        with driver_host.Host(
            driver_paths=options.driver_path,
            workspace=options.workspace or driver_host.STANDARD,
            history=options.history or "memory",
            log=log_host,
        ) as host:
            name = options.name or options.script.rsplit("/", 1)[-1].rsplit(".", 1)[0]
            outcome = run(handler, inputs, host=host, name=name, log=_say, max_runtime=options.max_runtime)
    except KeyboardInterrupt:
        _say("flow_api: interrupted; the connections were cancelled")
        return 130
    except _Terminated as error:
        _say("flow_api: terminated; the connections were cancelled")
        return 128 + error.number
    except driver_host.HostError as error:
        _say(f"flow_api: {error}")
        return 2
    except ImportError as error:
        # The library is not there: what a flow raises does not come here.
        _say(f"flow_api: {error}")
        return 3
    if outcome.error is not None:
        _say("\n".join(["The flow was ended by an exception:", *trace_of(outcome.error)]))
        _say(f"{type(outcome.error).__name__}: {outcome.message}")
    document = {
        "id": outcome.id, "name": outcome.name, "status": outcome.status, "message": outcome.message,
        "output_value": outcome.output_value, "duration": round(outcome.duration, 6),
    }  # fmt: skip
    try:
        print(json.dumps(document, default=_as_json, ensure_ascii=False), flush=True)
    except TypeError as error:
        _say(f"flow_api: {error}")
        return 1
    return 0 if outcome.status == "ENDED_SUCCESS" else 1


if __name__ == "__main__":
    sys.exit(main())
