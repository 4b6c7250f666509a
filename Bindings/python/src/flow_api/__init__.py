"""Flow scripts: Python that calls connectors.

    import flow_api

    def handler(system: flow_api.System, this: flow_api.Execution, inputs: dict):
        models = this.connect('my_openai_connector').get('output_value')
        return this.success('all done')

`python -m flow_api run SCRIPT` runs one; an engine calls `flow_api.run`. See `Execution`.
"""

from ._connection import Connection
from ._errors import (
    DependencyFailedError,
    DependencyTimeoutError,
    ExtraInputError,
    FlowError,
    InputError,
    InvalidInputError,
    MissingInputError,
    ResourceNotFoundError,
    SchemaValidationError,
    TimeoutExceededError,
)
from ._execution import Execution
from ._outcome import Outcome
from ._run import run
from ._script import load_script
from ._system import System
from ._urls import SplitURL, split_url
from ._wait_for import ALL_ENDED, ALL_SUCCEEDED, FIRST_ENDED, ReturnWhen

__all__ = [
    "ALL_ENDED",
    "ALL_SUCCEEDED",
    "FIRST_ENDED",
    "Connection",
    "DependencyFailedError",
    "DependencyTimeoutError",
    "Execution",
    "ExtraInputError",
    "FlowError",
    "InputError",
    "InvalidInputError",
    "MissingInputError",
    "Outcome",
    "ResourceNotFoundError",
    "ReturnWhen",
    "SchemaValidationError",
    "SplitURL",
    "System",
    "TimeoutExceededError",
    "load_script",
    "run",
    "split_url",
]

# Tracebacks name them as scripts do.
for _name in __all__:
    _public = globals()[_name]
    if isinstance(_public, type):
        _public.__module__ = __name__
