"""Options of the command line: those of each command, those made from declared parameters, and what was typed for them.

An algorithm's or a board's parameter ``max_iter`` becomes the option ``--max-iter``; its help, bounds and default are those of
the declaration. One that is on or off takes no value; with ``--no-`` before its name it is off. Values stay text here: the
parameter parses them, so that the command line refuses what the window refuses, in the same words.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from kmeans_gui.clustering import DEFAULT, REGISTRY, SEED, Algorithm
from kmeans_gui.clustering.parameters import Bool, Parameter
from kmeans_gui.data import boards
from kmeans_gui.data.boards import Board
from kmeans_gui.data.tables import KINDS
from kmeans_gui.errors import UserError
from kmeans_gui.export.formats import formats
from kmeans_gui.export.selection import SELECTIONS

EXIT_CODES = "exit codes: 0 done; 1 something could not be used or written; 2 wrong usage; 130 stopped with Ctrl-C"
_DATA = f"A table of points ({', '.join(KINDS)}), or a session (.kmeans), whose settings hold where no option says otherwise."
_INIT_FILE = " A table is given as the path of its file."


def add_table(command: argparse.ArgumentParser) -> None:
    """Add what the points are read from."""
    command.add_argument("data", metavar="DATA", help=_DATA)
    command.add_argument(
        "--columns",
        metavar="A,B",
        help="Columns of the table to use, by name or number (from 1). Default: the first two of numbers.",
    )


def _add_data(command: argparse.ArgumentParser) -> None:
    add_table(command)
    _add_algorithms(command)


def add_run(command: argparse.ArgumentParser) -> None:
    """Add the options of ``run``."""
    _add_data(command)
    output = command.add_argument_group("output")
    output.add_argument(
        "--json",
        action="store_true",
        help="Print one JSON object: algorithm, n, d, k, seed, iterations, objective, centroids, counts.",
    )
    output.add_argument("--labels", metavar="FILE", help="Write each row's id and label (counted from 0) to this CSV file.")


def add_export(command: argparse.ArgumentParser) -> None:
    """Add the options of ``export``."""
    _add_data(command)
    known = ", ".join(f"{form.suffix} is {form.title}" for form in formats().values() if form.suffix)
    choices = "; ".join(f"{name}: {words[:1].lower()}{words[1:]}" for name, (words, _) in SELECTIONS.items())
    output = command.add_argument_group("output")
    output.add_argument(
        "--out", metavar="PATH", required=True, help=f"File to write: {known}. A folder gets numbered images (PNG)."
    )
    output.add_argument("--steps", choices=list(SELECTIONS), help=f"{choices}. Default: all for a run, final for one picture.")
    output.add_argument("--size", type=_size, default="1280x720", metavar="WxH", help="In pixels. Default: 1280x720.")
    output.add_argument("--seconds", type=float, default=0.6, help="How long each frame of an animation stays. Default: 0.6.")
    output.add_argument("--once", dest="loop", action="store_false", help="Play an animation once instead of over and over.")
    output.add_argument("--dark", action="store_true", help="Draw on a dark ground.")
    output.add_argument("--no-caption", dest="caption", action="store_false", help="Leave the caption out.")


def add_board(command: argparse.ArgumentParser) -> None:
    """Add a command for each board, with its options, and a list of them all for the help."""
    names = command.add_subparsers(title="boards", dest="board", metavar="NAME", required=True)
    for entry in boards.REGISTRY.values():
        board = names.add_parser(entry.name, help=entry.title, description=entry.summary, epilog=EXIT_CODES, allow_abbrev=False)
        add_parameters(board, "points", entry.parameters)
        board.add_argument("--out", metavar="FILE", required=True, help="The .csv file to write.")
    command.epilog = f"options, with their defaults:\n{_summaries(list(boards.REGISTRY.values()))}\n\n{EXIT_CODES}"


def given(arguments: argparse.Namespace, parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Return what was typed for ``parameters``, by name; those that were not typed are left out."""
    typed = vars(arguments)
    return {parameter.name: typed[parameter.name] for parameter in parameters if parameter.name in typed}


def given_for(arguments: argparse.Namespace, algorithm: Algorithm) -> dict[str, Any]:
    """Return what was typed for ``algorithm``, by name.

    Raises
    ------
    UserError
        If a parameter of another algorithm was typed.
    """
    own = {parameter.name for parameter in algorithm.parameters}
    foreign = [name for name in _declared() if name in vars(arguments) and name not in own]
    if foreign:
        known = ", ".join(_option(parameter.name) for parameter in algorithm.parameters)
        raise UserError(f"The algorithm {algorithm.name} has no option {_option(foreign[0])}; it has {known}.")
    return given(arguments, algorithm.parameters)


def _option(name: str) -> str:
    """Return the option of the parameter called ``name``: "--max-iter"."""
    return "--" + name.replace("_", "-")


def add_parameters(parser: argparse.ArgumentParser, title: str, parameters: Iterable[Parameter]) -> None:
    """Add an option for each of ``parameters``, and ``--seed``, under the heading ``title``."""
    group = parser.add_argument_group(title)
    for parameter in (*parameters, SEED):
        _add(group, parameter, f"{_sentence(parameter)} Default: {_shown(parameter.default)}.")


def _add_algorithms(parser: argparse.ArgumentParser) -> None:
    """Add ``--algorithm``, ``--seed``, and an option for each parameter that any algorithm declares."""
    titles = "; ".join(f"{entry.name} is {entry.title}" for entry in REGISTRY.values())
    group = parser.add_argument_group("algorithm")
    # Without a default of its own: that of a session goes before the program's.
    group.add_argument("--algorithm", choices=list(REGISTRY), help=f"{titles}. Default: {DEFAULT}.")
    for name, declared in _declared().items():
        extra = _INIT_FILE if name == "init" else ""
        _add(group, declared[0][1], f"{_meanings(declared)}{extra} Default: {_defaults(declared)}.")
    _add(group, SEED, f"{_sentence(SEED)} Default: {SEED.default}.")


def aligned(rows: Sequence[Sequence[str]], side: Callable[[str, int], str]) -> str:
    """Return ``rows`` as a table, each cell brought to its column's width by ``side``."""
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows)))]
    return "\n".join("  ".join(side(cell, width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows)


def _size(text: str) -> tuple[int, int]:
    """Return "1280x720" as two numbers; for argparse."""
    width, by, height = text.lower().replace("×", "x").partition("x")
    if not (by and width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 1280x720")
    return int(width), int(height)


def _summaries(entries: Collection[Board]) -> str:
    """Return a line for each of ``entries``, with its options and their defaults."""
    width = max(len(entry.name) for entry in entries)
    return "\n".join(
        f"  {entry.name:<{width}}  " + " ".join(f"{_option(p.name)} {_shown(p.default)}" for p in entry.parameters)
        for entry in entries
    )


def _declared() -> dict[str, list[tuple[Algorithm, Parameter]]]:
    """Return, for each name of a parameter, the algorithms that declare it and how."""
    found: dict[str, list[tuple[Algorithm, Parameter]]] = {}
    for entry in REGISTRY.values():
        for parameter in entry.parameters:
            found.setdefault(parameter.name, []).append((entry, parameter))
    return found


def _meanings(declared: list[tuple[Algorithm, Parameter]]) -> str:
    """Return what an option means, for each group of algorithms that mean the same by it."""
    groups = _grouped(declared, _sentence)
    if len(groups) > 1:
        return " ".join(f"For {', '.join(names)}: {words}" for words, names in groups.items())
    ((words, names),) = groups.items()
    return words if len(names) == len(REGISTRY) else f"{words} For {', '.join(names)}."


def _defaults(declared: list[tuple[Algorithm, Parameter]]) -> str:
    groups = _grouped(declared, lambda parameter: _shown(parameter.default))
    return next(iter(groups)) if len(groups) == 1 else ", ".join(f"{v} ({', '.join(names)})" for v, names in groups.items())


def _grouped(declared: list[tuple[Algorithm, Parameter]], key: Callable[[Parameter], str]) -> dict[str, list[str]]:
    """Return, for each text that ``key`` makes of a parameter, the names of the algorithms for which it does."""
    groups: dict[str, list[str]] = {}
    for entry, parameter in declared:
        groups.setdefault(key(parameter), []).append(entry.name)
    return groups


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sentence(parameter: Parameter) -> str:
    wanted = parameter.wanted
    return f"{parameter.help} {wanted[:1].upper()}{wanted[1:]}."


def _add(group: argparse._ActionsContainer, parameter: Parameter, words: str) -> None:
    group.add_argument(
        _option(parameter.name),
        dest=parameter.name,
        action=argparse.BooleanOptionalAction if isinstance(parameter, Bool) else "store",
        default=argparse.SUPPRESS,
        help=words.replace("%", "%%"),
    )
