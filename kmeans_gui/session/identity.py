"""Identity: color belongs to a cluster, not to its index.

When a run restarts or K changes, the new centroids are matched to those that were on screen, so that colors stay put.
"""

from __future__ import annotations

import numpy as np

from kmeans_gui.clustering import Floats

MATCHED_UP_TO = 256
"""More clusters than this cannot be told apart by color, and matching them would take seconds."""


def match_colors(old: Floats | None, old_colors: tuple[int, ...], new: Floats) -> tuple[int, ...]:
    """Return a color slot for each new centroid.

    Parameters
    ----------
    old : ndarray of shape (k, d) or None
        The centroids that were on screen; a NaN row is none.
    old_colors : tuple of int
        Their slots.
    new : ndarray of shape (m, d)
        The centroids that come.

    Returns
    -------
    tuple of int
        The slots of the old centroids, matched so that the sum of squared distances is least (the assignment problem, solved by
        ``scipy.optimize.linear_sum_assignment``); the lowest free slots for those without a partner.
    """
    slots: dict[int, int] = {}
    if old is not None and old.shape[1:] == new.shape[1:] and max(len(old), len(new)) <= MATCHED_UP_TO:
        from scipy.optimize import linear_sum_assignment

        alive = [j for j in range(min(len(old), len(old_colors))) if not np.isnan(old[j]).any()]
        cost = ((new[:, None, :] - old[None, alive, :]) ** 2).sum(axis=2)
        slots = {int(i): old_colors[alive[j]] for i, j in zip(*linear_sum_assignment(cost), strict=True)}
    taken = set(slots.values())
    free = (slot for slot in range(len(new) + len(taken)) if slot not in taken)
    return tuple(slots[i] if i in slots else next(free) for i in range(len(new)))
