"""Command line: the same work without a window.

To add a command, write a function that obeys the parsed arguments, one in ``cli_options`` that adds its options, and its line
in ``_COMMANDS``. Only ``export``, which draws, loads Qt.
"""

from __future__ import annotations

import io
import json
import logging
import math
import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_gui import __version__, cli_choosing, cli_options, clustering
from kmeans_gui.cli_options import aligned
from kmeans_gui.clustering import SEED, Floats, Step
from kmeans_gui.clustering.notes import number
from kmeans_gui.clustering.parameters import resolve
from kmeans_gui.data import boards, tables
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.errors import UserError
from kmeans_gui.export.formats import export, for_path
from kmeans_gui.export.job import Content, Job
from kmeans_gui.export.labels import write_labels
from kmeans_gui.export.selection import frame_indices
from kmeans_gui.session import storage
from kmeans_gui.session.state import State, carried_over

DEBUG = "KMEANS_GUI_DEBUG"
"""Environment variable: if it is set, a defect shows its traceback instead of one sentence."""

_LOG = logging.getLogger("kmeans_gui")
_USAGE = "kmeans-gui [FILE]\n       kmeans-gui COMMAND …"
_ABOUT = """\
See clustering think: k-means half-step by half-step, forwards and back.

Without a command the window opens, with FILE in it if one is given: a table of points (.csv, .tsv, .npy) or a session
(.kmeans). The commands do the same work without a window; kmeans-gui COMMAND --help lists the options of each."""


def main(argv: Sequence[str]) -> int:
    """Do what ``argv`` (without the program's name) says, and return the exit code.

    0 if it is done, 1 if something could not be used or written, 2 for wrong usage, 130 after Ctrl-C.
    """
    try:
        return _obey(argv)
    except UserError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _forget_output()
        return 0
    except Exception:
        if os.environ.get(DEBUG):
            raise
        _LOG.exception("This failed: %s", " ".join(argv))
        return _complain(f"This should not have happened: it is a defect of the program. {_where_to_look()}")


def is_command(argv: Sequence[str]) -> bool:
    """Whether ``argv`` is for :func:`main`: a command, a call for help, or wrong usage, and not at most one file to open."""
    return len(argv) > 1 or any(word in COMMANDS or word.startswith("-") for word in argv)


def parse_window(argv: Sequence[str]) -> Path | None:
    """Return the file that the window opens, if one is named; for an ``argv`` that is no command."""
    return Path(argv[0]) if argv else None


def _obey(argv: Sequence[str]) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # The name of a column may have letters that the terminal's encoding lacks.
        sys.stdout.reconfigure(errors="replace")
    for trouble in clustering.load_plugins():
        _tell(trouble)
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as ending:
        return int(ending.code or 0)
    arguments.obey(arguments)
    # Not left to the interpreter's end, where a reader that has gone away could no longer be passed over in silence.
    sys.stdout.flush()
    return 0


def _tell(sentence: str) -> None:
    print(f"kmeans-gui: {' '.join(sentence.split())}", file=sys.stderr)


def _complain(sentence: str) -> int:
    _tell(sentence)
    return 1


def _where_to_look() -> str:
    files = [handler.baseFilename for handler in _LOG.handlers if isinstance(handler, logging.FileHandler)]
    return f"The details are in {files[0]}." if files else f"Set {DEBUG}=1 to see the details."


def _forget_output() -> None:
    """Send what is still buffered nowhere: whoever read the output has read enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# What there is to work on


def _state(arguments: Namespace) -> State:
    """Return the session or the table that is named, with what the options say put in its place."""
    base = _loaded(arguments.data, arguments.columns)
    _tell_left_out(base.dataset.left_out)
    method = clustering.algorithm(arguments.algorithm or base.algorithm)
    given = _with_centroids(cli_options.given_for(arguments, method), base.dataset)
    own = {parameter.name for parameter in method.parameters}
    starts_elsewhere = "init" not in own or not given.keys().isdisjoint({"k", "init"})
    kept = carried_over(base.parameters, base.algorithm, method.name)
    return replace(
        base,
        algorithm=method.name,
        parameters=resolve(method.parameters, kept | given),
        seed=SEED.parse(getattr(arguments, "seed", base.seed)),
        start=None if starts_elsewhere else base.start,
    )


def _loaded(path: str, columns: str | None) -> State:
    if Path(path).suffix.lower() == storage.SUFFIX:
        if columns:
            raise UserError("A session has its columns already; --columns is for tables. Leave it out.")
        return storage.load(Path(path))
    return State(dataset=tables.read(path, columns.split(",") if columns else None))


def _tell_left_out(rows: int) -> None:
    if rows:
        were = "1 row was" if rows == 1 else f"{rows:,} rows were"
        _tell(f"{were} left out, because a coordinate is missing or not a finite number.")


def _with_centroids(given: dict[str, Any], dataset: Dataset) -> dict[str, Any]:
    """Return ``given`` with the table read that ``init`` names, if it names one; K follows from it unless given too."""
    if Path(given.get("init", "")).suffix.lower() not in tables.KINDS:
        return given
    centroids = _centroids(given["init"], dataset)
    return {"k": len(centroids), **given, "init": centroids}


def _centroids(path: str, dataset: Dataset) -> Floats:
    """Read centroids from the columns that are called as the data's, or else from all columns of numbers."""
    info = tables.inspect(path)
    numbers = [name for name in info.numeric if name not in (*info.row_ids, *info.truth)]
    table = tables.read(path, dataset.columns if set(dataset.columns) <= set(numbers) else numbers)
    if table.left_out:
        raise UserError(f"{path} has a row with a missing value. Give each starting centroid all its coordinates.")
    return table.points


# run


def _run(arguments: Namespace) -> None:
    state = _state(arguments)
    step = clustering.fit(state.algorithm, state.dataset.points, seed=state.seed, **state.run_parameters())
    if arguments.labels:
        write_labels(state.dataset, step.labels, Path(arguments.labels))
    print(json.dumps(_as_json(state, step), allow_nan=False) if arguments.json else _as_text(state, step))


def _as_json(state: State, step: Step) -> dict[str, Any]:
    """Return the result for ``--json``: the row of a dropped centroid is None, since JSON has no NaN."""
    rows = [] if step.centroids is None else [row.tolist() if np.isfinite(row).all() else None for row in step.centroids]
    measured = step.objective is not None and math.isfinite(step.objective)
    return {
        "algorithm": state.algorithm,
        "n": state.dataset.n,
        "d": state.dataset.d,
        "k": step.k,
        "seed": state.seed,
        "iterations": step.iterations,
        "objective": step.objective if measured else None,
        "centroids": rows,
        "counts": step.counts().tolist(),
        "unassigned": int(np.count_nonzero(step.labels < 0)),
    }


def _as_text(state: State, step: Step) -> str:
    """Return the result for people; clusters bear the numbers that the window shows, from 1."""
    facts = [
        ("points", f"{state.dataset.n:,}"),
        ("K", f"{step.k:,}"),
        ("iterations", f"{step.iterations:,}"),
    ]
    if step.objective is not None:
        facts.append((step.objective_name, number(step.objective)))
    if unassigned := np.count_nonzero(step.labels < 0):
        facts.append(("in no cluster", f"{unassigned:,}"))
    if step.centroids is None:
        rows: list[tuple[str, ...]] = [("cluster", "points")]
        places: list[tuple[str, ...]] = [()] * step.k
    else:
        rows = [("centroid", "points", *state.dataset.columns)]
        places = [("dropped",) if np.isnan(row).any() else tuple(map(number, row.tolist())) for row in step.centroids]
    for j, (count, place) in enumerate(zip(step.counts().tolist(), places, strict=True)):
        rows.append((str(j + 1), f"{count:,}", *place))
    text = aligned(facts, str.ljust) + "\n\n" + aligned(rows, str.rjust)
    return text.replace("\N{MINUS SIGN}", "-")  # for those who paste it into something that calculates


# export


def _export(arguments: Namespace) -> None:
    from kmeans_gui.qt_check import start_gui_application

    which = arguments.steps or ("all" if for_path(arguments.out).content is Content.RUN else "final")
    state = _state(arguments)
    trace = clustering.run(state.algorithm, state.dataset.points, seed=state.seed, **state.run_parameters())
    frames = frame_indices(trace, which)
    form = for_path(arguments.out, len(frames))
    application = start_gui_application(offscreen=True)

    from kmeans_gui.ui.canvas.frame import Style
    from kmeans_gui.ui.canvas.picture import Pictures
    from kmeans_gui.ui.theme import DARK, LIGHT

    style = Style(DARK if arguments.dark else LIGHT, layers=state.layers)
    job = Job(
        dataset=state.dataset,
        trace=trace,
        frames=frames,
        render=Pictures(state.dataset, trace, style, state.colors, state.viewport, arguments.caption),
        width=arguments.size[0],
        height=arguments.size[1],
        seconds=arguments.seconds,
        loop=arguments.loop,
    )
    export(job, arguments.out, form, _show_progress)
    del application  # fonts and images need it until here


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\rframe {done:,} of {total:,}", end="\n" if done == total else "", file=sys.stderr, flush=True)


# choose-k


def _choose_k(arguments: Namespace) -> None:
    dataset = _loaded(arguments.data, arguments.columns).dataset
    _tell_left_out(dataset.left_out)
    print(cli_choosing.answer(dataset.points, arguments))


# board


def _board(arguments: Namespace) -> None:
    target = Path(arguments.out)
    if target.suffix.lower() != ".csv":
        raise UserError(f"{target.name} does not end in .csv; a board is written as CSV. Choose such a name.")
    values = cli_options.given(arguments, boards.REGISTRY[arguments.board].parameters)
    seed = SEED.parse(getattr(arguments, "seed", SEED.default))
    tables.write_csv(boards.board(arguments.board, seed=seed, **values), target)


# The parser


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="kmeans-gui",
        usage=_USAGE,
        description=_ABOUT,
        epilog=cli_options.EXIT_CODES,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"kmeans-gui {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    for name, (words, add, obey) in _COMMANDS.items():
        command = commands.add_parser(
            name,
            prog=f"kmeans-gui {name}",
            help=words,
            description=words,
            epilog=cli_options.EXIT_CODES,
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        add(command)
        command.set_defaults(obey=obey)
    return parser


_COMMANDS: dict[str, tuple[str, Callable[[ArgumentParser], None], Callable[[Namespace], None]]] = {
    "run": ("Run an algorithm and print where it ends.", cli_options.add_run, _run),
    "export": (
        "Run an algorithm and write pictures of its half-steps, an animation or the labels.",
        cli_options.add_export,
        _export,
    ),
    "choose-k": ("Weigh how many clusters there are, by several criteria.", cli_choosing.add_options, _choose_k),
    "board": ("Make a board of points and write it as CSV.", cli_options.add_board, _board),
}
"""Name → (what it does, adds its options, obeys them)."""

COMMANDS = tuple(_COMMANDS)
"""The names that, as first argument, mean a command and not a file."""
