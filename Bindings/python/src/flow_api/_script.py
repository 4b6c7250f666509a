"""Reads the scripts of flows."""

from __future__ import annotations

import builtins
import hashlib
import importlib.machinery
import importlib.util
import os
import sys
import threading
from types import ModuleType
from typing import Any, Callable, Optional, Sequence, Union

Handler = Callable[..., object]


class _ScriptLoader(importlib.machinery.SourceFileLoader):
    """Reads scripts, and leaves no compiled copy beside them: what stands in a script stays there alone.

    What they import is looked for beside them first: see `_folder_package`.
    """

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """Writes nothing."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs it, with an `import` of its folder's own."""
        package = module.__dict__.get("__flow_package__") or module.__name__.partition(".")[0]
        vars(module)["__builtins__"] = {**vars(builtins), "__import__": _import_of(package)}
        super().exec_module(module)


class _SiblingFinder:
    """Finds the modules beside scripts: those of the packages that stand for their folders."""

    def find_spec(
        self, name: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if name.partition(".")[0] not in _folders:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
            spec.loader = _ScriptLoader(name, spec.loader.path)
        return spec


# By the names of their packages.
_folders: dict[str, str] = {}
_folders_lock = threading.Lock()
# These mean the same in every script.
_COMMON = {"flow_api", "driver_host", *sys.builtin_module_names, *getattr(sys, "stdlib_module_names", ())}


def _folder_package(folder: str) -> str:
    """The name of a package that stands for a folder with scripts.

    A module beside a script is one of this package, though the script imports it by its bare name: scripts of different
    folders have their own modules of one name, also when they run at once or import while they run.
    """
    name = f"flow_folder_{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    with _folders_lock:
        if name not in _folders:
            if not any(isinstance(finder, _SiblingFinder) for finder in sys.meta_path):
                sys.meta_path.insert(0, _SiblingFinder())
            package = ModuleType(name)
            package.__path__ = [folder]
            sys.modules[name] = package
            _folders[name] = folder
    return name


def _import_of(package: str) -> Callable[..., Any]:
    folder = _folders[package]

    def is_sibling(name: str) -> bool:
        if name in _COMMON:
            return False
        if f"{package}.{name}" in sys.modules:
            return True
        spec = importlib.machinery.PathFinder.find_spec(name, [folder])
        # A mere folder is no module that could hide another one.
        return spec is not None and spec.has_location

    def import_(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        top = name.partition(".")[0]
        if level or not is_sibling(top):
            return builtins.__import__(name, globals, locals, fromlist, level)
        module = builtins.__import__(f"{package}.{name}", globals, locals, fromlist, 0)
        return module if fromlist else sys.modules[f"{package}.{top}"]

    return import_


def load_script(path: Union[str, os.PathLike[str]]) -> Handler:
    """The `handler` of a flow script. Modules beside the script can be imported by it, and are its folder's own.

    Raises:
        ValueError: The script has none.
        Exception: Whatever the script raises when it is read.
    """
    file = os.path.abspath(os.fspath(path))
    folder, name = os.path.split(file)
    package = _folder_package(folder)
    module_name = f"flow_script_{os.path.splitext(name)[0]}_{package.rpartition('_')[2]}"
    spec = importlib.util.spec_from_file_location(module_name, file, loader=_ScriptLoader(module_name, file))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module)["__flow_package__"] = package
    # What was written just now is seen, too.
    importlib.invalidate_caches()
    # For importlib.import_module and pickle, which know nothing of packages for folders.
    if folder not in sys.path:
        sys.path.insert(0, folder)
    # Data classes and pickles look their module up there.
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    handler = getattr(module, "handler", None)
    if not callable(handler):
        raise ValueError(f"{name} has no function `handler(system, this, inputs)`")
    found: Handler = handler
    return found
