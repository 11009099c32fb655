"""The command ``choose-k``: how many clusters a table has."""

from __future__ import annotations

import json
import math
import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from kmeans_gui import cli_options
from kmeans_gui.clustering import SEED, Floats
from kmeans_gui.clustering.choosing_k import PARAMETERS, Choices, choose_k
from kmeans_gui.clustering.notes import number


def add_options(command: ArgumentParser) -> None:
    """Add the options of ``choose-k``."""
    cli_options.add_table(command)
    cli_options.add_parameters(command, "search", PARAMETERS)
    output = command.add_argument_group("output")
    output.add_argument(
        "--json",
        action="store_true",
        help="Print one JSON object: n, sampled, hopkins, nothing_to_find, and for each criterion its values by K, the K it "
        "suggests and why.",
    )


def answer(points: Floats, arguments: Namespace) -> str:
    """Return what ``choose-k`` prints for ``points``."""
    choices = choose_k(
        points,
        **cli_options.given(arguments, (*PARAMETERS, SEED)),
        publish=_show_progress if sys.stderr.isatty() else lambda choices: None,
    )
    return json.dumps(_as_json(choices), allow_nan=False) if arguments.json else _as_text(choices)


def _show_progress(choices: Choices) -> None:
    last = max(choices.fits)
    gap = next(criterion for criterion in choices.criteria if criterion.name == "gap")
    compared = sum(map(math.isfinite, gap.values.tolist()))
    done = f"K = {last}"
    for count, words in ((choices.mixed, "fitted with mixtures"), (compared, "compared with references")):
        if count:
            done = f"{count} of {last} {words}"
    sys.stderr.write(f"\r{done}\x1b[K" + "\n" * choices.complete)
    sys.stderr.flush()


def _as_json(choices: Choices) -> dict[str, Any]:
    """Return the result for ``--json``: None where there is no value, since JSON has no NaN."""
    found: dict[str, Any] = {"n": choices.n, "sampled": choices.sampled, "hopkins": choices.hopkins}
    found["nothing_to_find"] = choices.nothing_to_find
    for criterion in choices.criteria:
        pairs = zip(criterion.ks.tolist(), criterion.values.tolist(), strict=True)
        found[criterion.name] = {
            "values": {str(k): value if math.isfinite(value) else None for k, value in pairs},
            "suggested": criterion.suggested,
            "why": criterion.why,
        }
    return found


def _as_text(choices: Choices) -> str:
    """Return the result for people."""
    facts = [("points", f"{choices.n:,}")]
    if choices.sampled < choices.n:
        facts.append(("sampled", f"{choices.sampled:,}"))
    if choices.hopkins is not None:
        facts.append(("Hopkins", number(choices.hopkins)))
    rows = [("K", *(criterion.title for criterion in choices.criteria))]
    for i, k in enumerate(choices.criteria[0].ks.tolist()):
        values = (float(criterion.values[i]) for criterion in choices.criteria)
        rows.append((str(k), *(number(value) if math.isfinite(value) else "" for value in values)))
    reasons = [
        (criterion.title, "-" if criterion.suggested is None else str(criterion.suggested), criterion.why)
        for criterion in choices.criteria
    ]
    parts = [
        cli_options.aligned(facts, str.ljust),
        cli_options.aligned(rows, str.rjust),
        cli_options.aligned([("criterion", "K", "why"), *reasons], str.ljust),
    ]
    if choices.nothing_to_find:
        parts.append(choices.nothing_to_find)
    return "\n\n".join(parts).replace("\N{MINUS SIGN}", "-")  # for those who paste it into something that calculates
