"""The linear system of one Newton step, and its inverse: the covariance of the estimates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.sparse.linalg import LinearOperator, cg

from talimger.core.measurement.ratings import Floats, Ints

# Up to here a step inverts the whole information; above, conjugate gradients find it and the diagonal stands for the inverse.
DENSE = 400
SOLVED_DENSE = 1500
# Above this many parameters an inverse would not fit beside the ratings; standard errors come from the diagonal then.
LARGEST_INVERSE = 8000
CG_PRECISION = 1e-8


@dataclass(frozen=True, eq=False)
class System:
    """Information in two parts (sparse ``first``, dense ``cross`` and ``second``), prior precisions on the ``diagonal``.

    ``fixed`` parameters do not move. Each set of ``centred`` parameters has no origin of its own: their sum is held where it is.
    """

    first: sparse.csr_matrix
    cross: Floats
    second: Floats
    diagonal: Floats
    fixed: NDArray[np.bool_]
    centred: tuple[Ints, ...]

    @property
    def size(self) -> int:
        return int(self.diagonal.size)

    @cached_property
    def free(self) -> Ints:
        return np.flatnonzero(~self.fixed)

    def solve(self, right: Floats) -> Floats:
        """The step for a slope; zero where parameters are fixed."""
        step = np.zeros(self.size)
        if self.size <= SOLVED_DENSE:
            step[self.free] = linalg.cho_solve(self._factor, right[self.free])
        else:
            step[self.free] = self._by_conjugate_gradients(right)[self.free]
        return step

    def variances(self) -> Floats:
        """Variances of the parameters about their centre: exact for small systems, from the diagonal for large ones."""
        if self.size <= DENSE:
            return np.diag(self.covariance())
        return self._inverse_diagonal()

    def covariance(self) -> NDArray[Any]:
        """The inverse of the information, zero where parameters are fixed; of large systems with seven digits."""
        if self.size <= SOLVED_DENSE:
            inverse: NDArray[Any] | None = linalg.cho_solve(self._factor, np.eye(self.free.size))
        elif self.size <= LARGEST_INVERSE:
            inverse = _inverse_in_place(self._dense(np.float32))
        else:
            inverse = None
        if inverse is None:
            return np.diag(self._inverse_diagonal())
        if not self.fixed.any():
            return inverse
        full = np.zeros((self.size, self.size), dtype=inverse.dtype)
        full[np.ix_(self.free, self.free)] = inverse
        return full

    def _dense(self, kind: type[np.floating[Any]] = np.float64) -> NDArray[Any]:
        n = self.first.shape[0]
        matrix = np.zeros((self.size, self.size), dtype=kind)
        first = self.first.tocoo()
        first.sum_duplicates()
        matrix[first.row, first.col] = first.data
        matrix[:n, n:], matrix[n:, :n] = self.cross, self.cross.T
        matrix[n:, n:] = self.second
        matrix[np.arange(self.size), np.arange(self.size)] += self.diagonal.astype(kind)
        for members in self.centred:
            matrix[np.ix_(members, members)] += kind(self._hold(members))
        return matrix[np.ix_(self.free, self.free)] if self.fixed.any() else matrix

    def _hold(self, members: Ints) -> float:
        return float(self._raw_diagonal[members].mean()) / members.size

    @cached_property
    def _raw_diagonal(self) -> Floats:
        return np.concatenate((self.first.diagonal(), np.diag(self.second))) + self.diagonal

    def _inverse_diagonal(self) -> Floats:
        variances = np.zeros(self.size)
        variances[self.free] = 1 / np.maximum(self._raw_diagonal[self.free], 1e-12)
        return variances

    @cached_property
    def _factor(self) -> tuple[Floats, bool]:
        matrix = self._dense()
        index = np.arange(matrix.shape[0])
        scale = np.maximum(np.abs(matrix[index, index]), 1e-8)
        # Far from the top the information need not be positive: lean on the diagonal as much as is needed.
        lean = 0.0
        while True:
            try:
                factor: tuple[Floats, bool] = linalg.cho_factor(matrix, lower=True)
            except linalg.LinAlgError:
                lean = max(10 * lean, 1e-6)
                matrix[index, index] += lean * scale
            else:
                return factor

    def _by_conjugate_gradients(self, right: Floats) -> Floats:
        n = self.first.shape[0]
        free = (~self.fixed).astype(np.float64)
        holds = [(members, self._hold(members)) for members in self.centred]

        def times(vector: Floats) -> Floats:
            moved = vector * free
            out = self.diagonal * moved
            out[:n] += self.first @ moved[:n] + self.cross @ moved[n:]
            out[n:] += self.cross.T @ moved[:n] + self.second @ moved[n:]
            for members, hold in holds:
                out[members] += hold * moved[members].sum()
            return out * free + vector * (1 - free)

        diagonal = np.where(self.fixed, 1.0, np.maximum(self._raw_diagonal, 1e-12))
        cross = self.cross * free[:n, None] * free[n:]
        # The second part is solved exactly, the first by its diagonal: what couples them is most of the work.
        inner = self.second * np.outer(free[n:], free[n:]) + np.diag(self.diagonal[n:] * free[n:] + (1 - free[n:]))
        inner -= cross.T @ (cross / diagonal[:n, None])
        values, vectors = np.linalg.eigh(inner)
        inverse = (vectors / np.maximum(values, 1e-8 * values.max())) @ vectors.T

        def precondition(vector: Floats) -> Floats:
            second = inverse @ (vector[n:] - cross.T @ (vector[:n] / diagonal[:n]))
            return np.concatenate(((vector[:n] - cross @ second) / diagonal[:n], second))

        shape = (self.size, self.size)
        solution, _info = cg(
            LinearOperator(shape, matvec=times), right * free, rtol=CG_PRECISION, maxiter=500, M=LinearOperator(shape, matvec=precondition)
        )
        return np.asarray(solution)


def _inverse_in_place(matrix: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """The inverse of a positive matrix, written over it; ``None`` if it is not positive."""
    # A symmetric matrix is its own transpose, and LAPACK wants columns.
    factor, info = linalg.lapack.spotrf(matrix.T, lower=1, clean=0, overwrite_a=1)
    if info:
        return None
    inverse, info = linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    full: NDArray[np.float32] = inverse.T
    # What stands is the upper triangle now; copy it down in strips, so that no second matrix is needed.
    for start in range(0, full.shape[0], 256):
        stop = start + 256
        full[stop:, start:stop] = full[start:stop, stop:].T
        strip = full[start:stop, start:stop]
        strip[...] = np.triu(strip) + np.triu(strip, 1).T
    return full
