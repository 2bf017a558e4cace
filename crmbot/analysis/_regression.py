"""Least squares by QR with robust errors, and what makes its figures hard to trust; quick for millions of rows."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from crmbot.analysis._table import Figures

BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Fit:
    """Figures of the intercept first, then of each column."""

    coefficients: Figures
    errors: Figures  # classical standard errors
    robust: Figures  # HC3 (MacKinnon & White 1985), which hold where the spread differs between rows
    covariance: Figures  # robust
    vif: Figures  # of the columns: how much of the variance is due to their going together
    condition: float  # of the columns' correlations; above 30 the columns can hardly be told apart
    r_squared: float
    freedom: int
    residuals: Figures
    influence: Figures  # Cook's distance of each row

    def half_width(self) -> Figures:
        """Of the 95 % intervals."""
        return np.asarray(self.robust * stdtrit(self.freedom, 0.975))


def least_squares(columns: Figures, target: Figures) -> Fit:
    """Regression of `target` (n) on an intercept and `columns` (n × p, of full rank, n > p + 1).

    Columns are centered first and brought to unit length after, and QR is used, not the normal equations: on Longley's
    data that keeps 11 digits or more where the normal equations keep 7.
    """
    rows, width = columns.shape
    means, level = columns.mean(axis=0), float(target.mean())

    def design(at: slice) -> Figures:
        """Intercept, columns, target: the last gives what QR makes of it."""
        lying = np.empty((width + 2, at.stop - at.start))
        lying[0] = 1 / np.sqrt(rows)
        np.subtract(columns[at].T, means[:, None], out=lying[1:-1])
        np.subtract(target[at], level, out=lying[-1])
        return lying.T

    whole = _triangle(design(at) for at in _blocks(rows))
    r, turned = whole[: width + 1, :-1], whole[: width + 1, -1]
    lengths = np.sqrt(np.square(r[:, 1:]).sum(axis=0))  # QR does not mind them, what is made of it below does
    units = np.concatenate([[1.0], lengths])
    r = r / units
    inverse = np.linalg.solve(r, np.eye(width + 1))
    standard = inverse @ turned
    # Back to the columns' own units: the intercept takes up the means.
    back = np.diag(np.concatenate([[1 / np.sqrt(rows)], 1 / lengths]))
    back[0, 1:] = -means / lengths
    coefficients = back @ standard
    coefficients[0] += level
    freedom = rows - width - 1
    plain, scaled = standard / units, inverse / units[:, None]
    residuals, influence, middle = np.empty(rows), np.empty(rows), np.zeros((width + 1, width + 1))
    for at in _blocks(rows):
        part = design(at)
        rest, q = part[:, -1] - part[:, :-1] @ plain, part[:, :-1] @ scaled
        leverage = np.einsum("ij,ij->i", q, q)
        free = np.maximum(1 - leverage, 0)
        weights = np.where(free > 1e-9, rest / np.where(free > 1e-9, free, 1), 0) ** 2
        residuals[at], influence[at] = rest, weights * leverage
        middle += q.T @ (q * weights[:, None])
    half = back @ inverse
    covariance = half @ middle @ half.T
    squares, total = float(residuals @ residuals), float(whole[:, -1] @ whole[:, -1])
    spread = squares / freedom
    parted = np.linalg.svd(r[1:, 1:], compute_uv=False)
    return Fit(
        coefficients=coefficients,
        errors=np.sqrt(spread * np.einsum("ij,ij->i", half, half)),
        robust=np.sqrt(np.diag(covariance)),
        covariance=covariance,
        vif=np.einsum("ij,ij->i", inverse[1:], inverse[1:]),
        condition=float(parted[0] / parted[-1]) if width else 1.0,
        r_squared=1 - squares / total if total > 0 else 0.0,
        freedom=freedom,
        residuals=residuals,
        influence=influence / (max(spread, 1e-300) * (width + 1)),
    )


def _blocks(rows: int) -> list[slice]:
    """All rows, in parts that fit the processor's cache; the last one is never a short one."""
    count = max(1, rows // BLOCK)
    return [slice(rows * at // count, rows * (at + 1) // count) for at in range(count)]


def _triangle(blocks: Iterable[Figures]) -> Figures:
    """R of QR."""
    shapes = [np.linalg.qr(block, mode="r") for block in blocks]
    return np.asarray(shapes[0] if len(shapes) == 1 else np.linalg.qr(np.vstack(shapes), mode="r"))


def independent(columns: Figures) -> list[int]:
    """Which columns say something that those before them do not; at most as many as rows can tell apart."""
    means = columns.mean(axis=0)
    shape = _triangle(
        columns[at] - means for at in _blocks(len(columns))
    )  # its columns lie to each other as the whole ones do
    kept: list[int] = []
    basis = np.zeros((len(shape), 0))
    for at, column in enumerate(shape.T):
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)  # twice is enough (Kahan)
        length = np.linalg.norm(rest)
        if length > 1e-9 * np.linalg.norm(column) and len(kept) + 2 < len(columns):
            basis = np.column_stack([basis, rest / length])
            kept.append(at)
    return kept
