"""Algorithms from other packages, by the entry-point group ``kmeans_gui.algorithms``.

A package adds one by naming its :class:`~kmeans_gui.clustering.algorithms.base.Algorithm` in its ``pyproject.toml``::

    [project.entry-points."kmeans_gui.algorithms"]
    my-method = "my_package.my_method:ALGORITHM"

From then on it is in the window, on the command line and in session files like those that are built in. What is broken is left
out and told of; the program goes on without it.
"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from importlib.metadata import EntryPoint, entry_points

from kmeans_gui.clustering.algorithms.base import Algorithm
from kmeans_gui.clustering.parameters import Parameter
from kmeans_gui.errors import UserError

GROUP = "kmeans_gui.algorithms"

_log = logging.getLogger(__name__)


def load(registry: MutableMapping[str, Algorithm]) -> list[str]:
    """Add the algorithms of installed packages to ``registry``, in the order of their names.

    Returns
    -------
    list of str
        A sentence, fit for the user, for each one that cannot be used. The log says why.
    """
    troubles = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            algorithm = _loaded(entry)
            if registry.get(algorithm.name, algorithm) is not algorithm:
                raise UserError(f"there is an algorithm of the name {algorithm.name!r} already")
            registry[algorithm.name] = algorithm
        except Exception as defect:  # noqa: BLE001  somebody else's code may fail in any way
            _log.warning("the entry point %s = %s cannot be used", entry.name, entry.value, exc_info=defect)
            package = entry.dist.name if entry.dist is not None else entry.module
            troubles.append(f"The algorithm {entry.name!r} of the package {package} cannot be used: {_cause(defect)}.")
    return troubles


def _loaded(entry: EntryPoint) -> Algorithm:
    found = entry.load()
    if not isinstance(found, Algorithm):
        raise UserError(f"{entry.value} is not an Algorithm")
    if not found.name or not found.title or not all(isinstance(parameter, Parameter) for parameter in found.parameters):
        raise UserError("its name, its title or its parameters are not such as they should be")
    for parameter in found.parameters:
        parameter.parse(parameter.default)
    return found


def _cause(defect: Exception) -> str:
    return str(defect).rstrip(".") or type(defect).__name__
