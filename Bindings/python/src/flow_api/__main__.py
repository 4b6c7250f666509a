"""Runs flow scripts from the command line: `python -m flow_api run SCRIPT`."""

from __future__ import annotations

import argparse
import base64
import json
import math
import signal
import sys
from decimal import Decimal
from typing import Any, Optional, Sequence, Union

import driver_host

from ._run import run, trace_of
from ._script import load_script


class _Terminated(BaseException):
    """SIGTERM or SIGHUP has come."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _terminate(number: int, _: object) -> None:
    raise _Terminated(number)


def _say(text: str) -> None:
    print(text.encode(errors="backslashreplace").decode(), file=sys.stderr, flush=True)


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


class _UsageError(Exception):
    """What is wrong with the command line, in words."""


class _InputsError(ValueError):
    """What is wrong with the inputs, in words that quote none of them."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _InputsError("an object has a name twice")
    return made


def _number(text: str) -> Union[float, Decimal]:
    """A float where it is the number that stands there, else a Decimal."""
    number, exact = float(text), Decimal(text)
    return number if math.isfinite(number) and Decimal(repr(number)) == exact else exact


def _constant(text: str) -> Any:
    raise _InputsError(f"{text} is no JSON")


def _inputs(path: Optional[str]) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        if path == "-":
            document = sys.stdin.buffer.read().decode()
        else:
            with open(path, encoding="utf-8") as file:
                document = file.read()
        value = json.loads(document, object_pairs_hook=_object, parse_float=_number, parse_constant=_constant)
    except _InputsError as error:
        raise _UsageError(f"{path}: {error}") from None
    except (ValueError, ArithmeticError, RecursionError) as error:
        # Of the original only the place: its text may quote the document.
        place = f"line {error.lineno}, column {error.colno}: " if isinstance(error, json.JSONDecodeError) else ""
        raise _UsageError(f"{path}: {place}it is no JSON document") from None
    except OSError as error:
        raise _UsageError(f"{path}: {error.strerror}") from None
    if not isinstance(value, dict):
        raise _UsageError(f"{path}: the inputs of a flow are an object")
    return value


def _line(document: dict[str, Any]) -> str:
    """The result as a line of JSON.

    Raises:
        TypeError: An output is what JSON has no word for; the text quotes none.
    """
    try:
        line = json.dumps(document, default=_as_json, ensure_ascii=False, allow_nan=False)
        line.encode()
    except UnicodeEncodeError:
        raise TypeError("an output of the flow has a lone surrogate, which UTF-8 has no word for") from None
    except RecursionError:
        raise TypeError("an output of the flow is nested too deeply, or holds itself") from None
    except ValueError as error:
        if "ircular" in str(error):
            raise TypeError("an output of the flow holds itself") from None
        raise TypeError("an output of the flow is NaN, infinite, or a number too long for JSON") from None
    return line


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
    try:
        inputs = _inputs(options.inputs)
    except _UsageError as error:
        _say(f"flow_api: {error}")
        return 2
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
    except SystemExit:
        _say(f"flow_api: {options.script}: it calls sys.exit() when it is read")
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
        line = _line(document)
    except TypeError as error:
        _say(f"flow_api: {error}")
        return 1
    # In UTF-8, whatever the locale is.
    sys.stdout.flush()
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()
    return 0 if outcome.status == "ENDED_SUCCESS" else 1


if __name__ == "__main__":
    sys.exit(main())
