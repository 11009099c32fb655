"""The journal: every page says what plain labels said then, in room for the changes alone."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_gui.clustering.journal import Journal, Page

N = 40
notes = st.lists(
    st.tuples(st.lists(st.integers(0, N - 1), unique=True, max_size=N), st.integers(-1, 6)), min_size=1, max_size=60
)


@given(notes)
def test_every_page_reads_as_the_labels_were(written: list[tuple[list[int], int]]) -> None:
    journal, plain = Journal(N, 7), np.full(N, -1)
    pages: list[Page] = []
    expected = []
    for rows, value in written:
        before = plain.copy()
        plain[rows] = value
        pages.append(journal.write(rows, value, 7))
        expected.append(plain.copy())
        assert journal.labels.tolist() == plain.tolist()
        if pages[-1] is not pages[max(len(pages) - 2, 0)]:
            assert pages[-1].changed == np.count_nonzero(plain != before)
    for page, labels in reversed(list(zip(pages, expected, strict=True))):
        assert page.labels().tolist() == labels.tolist()
        assert page.counts().tolist() == [int((labels == j).sum()) for j in range(7)]


def test_labels_given_one_by_one_or_as_an_array() -> None:
    journal = Journal(5, 300)
    page = journal.write([3, 1], [299, 7], 300)
    assert page.labels().tolist() == [-1, 7, -1, 299, -1]
    assert page.labels().dtype == np.int16
    assert not page.labels().flags.writeable
    assert (page.n, page.k, page.changed, page.label(3)) == (5, 300, 2, 299)


def test_a_note_that_changes_nothing_is_the_same_page() -> None:
    journal = Journal(5, 3)
    page = journal.write([0, 1], [2, 2], 3)
    assert journal.write([1], [2], 3) is page
    assert journal.page() is page
    assert journal.write([1], [2], 2) is not page


def test_an_unwritten_journal_has_a_page() -> None:
    assert Journal(3, 2).page().labels().tolist() == [-1, -1, -1]


def test_it_takes_room_for_the_changes_alone() -> None:
    n = 10_000
    journal = Journal(n, 2)
    pages = [journal.write([i], 1, 2) for i in range(n)]
    assert sum(page.nbytes for page in pages) == n * (4 + 1)
    assert len(journal._copies) == 2
    assert all(pages[i].counts()[1] == i + 1 for i in (0, 1, n // 2, n - 2, n - 1))


@pytest.mark.parametrize("readers", [3])
def test_pages_are_read_while_it_is_written(readers: int) -> None:
    journal, pages, wrong = Journal(50, 2), [Journal(50, 2).page()], []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            page = pages[-1]
            if page.journal is journal and page.labels().sum() != 2 * (page.length % 51) - 50:
                wrong.append(page)

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for turn in range(40):
        if turn:
            pages.append(journal.write(np.arange(50), -1, 2))
        for row in range(50):
            pages.append(journal.write([row], 1, 2))
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong
