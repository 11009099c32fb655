"""Labels: which cluster each row of the data belongs to, as CSV with the header ``id,label``."""

from __future__ import annotations

from pathlib import Path

from kmeans_gui.clustering import Labels
from kmeans_gui.data.dataset import Dataset
from kmeans_gui.export.job import Content, Format, Job, Progress
from kmeans_gui.files import atomic_write


def write_labels(dataset: Dataset, labels: Labels, path: Path, progress: Progress = lambda done, total: None) -> None:
    """Write each row's id and label to ``path``, all or nothing.

    Parameters
    ----------
    dataset : Dataset
        The points; their ``row_ids`` say which row is which where the points came from.
    labels : ndarray of shape (n,), signed integer
        The cluster of each, counted from 0; −1 for none.
    path : Path
        The file.
    progress : callable
        Told once, when all is written.
    """
    import polars

    with atomic_write(path) as temporary:
        polars.DataFrame({"id": dataset.row_ids, "label": labels}).write_csv(temporary)
        progress(1, 1)


def write(job: Job, path: Path, progress: Progress) -> None:
    """Write the labels of the last frame of ``job``."""
    write_labels(job.dataset, job.trace[job.frames[-1]].labels, path, progress)


FORMAT = Format(
    name="labels",
    title="Labels with row ids (CSV)",
    suffix=".csv",
    content=Content.DATA,
    write=write,
    summary="The cluster of each point at the end of the run, counted from 0, with the id of its row; −1 for none.",
)
