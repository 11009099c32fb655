"""The other side of the engine benchmark: k-means as other libraries have it.

scikit-learn must be there; faiss and mlpack are compared with if they are installed.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from engine_ours import Fitted
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from kmeans_gui.clustering import Floats

LLOYD = "scikit-learn lloyd"
ELKAN = "scikit-learn elkan"
ELKAN_32 = "scikit-learn elkan, float32"
FAISS = "faiss, float32"
PELLEG_MOORE = "mlpack pelleg-moore"
PLUS_PLUS = "scikit-learn kmeans_plusplus"


Fit = Callable[[int], Fitted]
"""Makes a run of at most so many iterations. An exact peer's labels are those of the nearest of the final centroids."""


@dataclass(frozen=True)
class Peer:
    """A way to run k-means.

    Parameters
    ----------
    prepare : callable
        Takes the points and the starting centroids, brings them into the form that the library wants, and returns the fit.
        This is not timed.
    exact : bool
        Whether it works in float64 and so must make the same iterations and find the same labels. One that does not is
        compared by the iteration: it may stop earlier or later.
    needs : str
        The package that must be installed.
    """

    prepare: Callable[[Floats, Floats], Fit]
    exact: bool = True
    needs: str = "sklearn"


def scikit_learn(algorithm: str, dtype: type[np.floating[Any]] = np.float64) -> Callable[[Floats, Floats], Fit]:
    def prepare(X: Floats, init: Floats) -> Fit:
        points, start = X.astype(dtype, copy=False), init.astype(dtype, copy=False)

        def fit(max_iter: int) -> Fitted:
            found = KMeans(len(init), algorithm=algorithm, init=start, n_init=1, tol=0, max_iter=max_iter).fit(points)
            return Fitted(found.cluster_centers_, found.labels_, found.n_iter_)

        return fit

    return prepare


def faiss_kmeans(X: Floats, init: Floats) -> Fit:
    import faiss

    points, start = X.astype(np.float32), init.astype(np.float32)

    def fit(max_iter: int) -> Fitted:
        found: Any = faiss.Kmeans(
            X.shape[1], len(init), niter=max_iter, max_points_per_centroid=len(X), min_points_per_centroid=1
        )
        found.train(points, init_centroids=start)
        return Fitted(iterations=len(found.obj))

    return fit


def mlpack_pelleg_moore(X: Floats, init: Floats) -> Fit:
    from mlpack import kmeans

    def fit(max_iter: int) -> Fitted:
        start = init.copy()  # written into; what is returned may be this memory, which must live until it is copied
        found = kmeans(
            input_=X,
            clusters=len(init),
            algorithm="pelleg-moore",
            initial_centroids=start,
            max_iterations=max_iter,
            labels_only=True,
        )
        return Fitted(found["centroid"].copy(), found["output"].ravel())

    return fit


PEERS = {
    LLOYD: Peer(scikit_learn("lloyd")),
    ELKAN: Peer(scikit_learn("elkan")),
    ELKAN_32: Peer(scikit_learn("elkan", np.float32), exact=False),
    FAISS: Peer(faiss_kmeans, exact=False, needs="faiss"),
    PELLEG_MOORE: Peer(mlpack_pelleg_moore, needs="mlpack"),
}


def installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


@contextmanager
def use_threads(count: int) -> Iterator[None]:
    """Load the libraries and let them use ``count`` threads while the context lasts: only what is loaded can be limited."""
    with ExitStack() as stack:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what their bindings are built with is not this program's business
            if installed("mlpack"):
                importlib.import_module("mlpack")
            if installed("faiss"):
                faiss = importlib.import_module("faiss")
                stack.callback(faiss.omp_set_num_threads, faiss.omp_get_max_threads())
                faiss.omp_set_num_threads(count)
        stack.enter_context(threadpool_limits(count))
        yield
