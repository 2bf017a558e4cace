"""How far off forecasts are, how often the bands hold, and what they cost, beside the textbook's models in one run.

Series: a folder with `sets_dev_*.json`, lists of {"x": past, "xx": what came, "m": season}, or else generated ones,
of which the tourism-like have strong multiplicative seasons. Peers: ARIMA(1,1,1), exponential smoothing and Theta as
statsmodels has them, the seasonal naive rule, and with `--peers PYTHON`, an interpreter that has them, auto_arima of
pmdarima and AutoETS, AutoARIMA and the dynamic optimised Theta of statsforecast.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import ExponentialSmoothing
from threadpoolctl import threadpool_limits

from crmbot.analysis.forecast import Forecast, forecast

Rows = Sequence[Sequence[float]]
Model = Callable[[np.ndarray, int, int], np.ndarray]
OTHERS = Path(__file__).with_name("_forecast_peers.py")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # as ours has it
ENOUGH = 60  # series of a set that a peer was asked about, before it can be the best one there


@dataclass(frozen=True)
class Case:
    past: np.ndarray
    came: np.ndarray
    season: int


@dataclass(frozen=True)
class Scored:
    """One set of series: sMAPE of ours and how it stands to each peer that was asked about enough, how often the
    bands hold, and each peer's CPU in times of ours on the series that it was asked about.
    """

    name: str
    series: int
    smape: float
    held80: float
    held95: float
    ratios: dict[str, float]
    costs: dict[str, float]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path, nargs="?")
    options.add_argument("--peers", type=Path, help="a Python that has statsforecast and pmdarima")
    options.add_argument("--series", type=int, default=1000, help="at most so many of each set")
    options.add_argument("--only", default="", help="the sets whose name has this in it")
    told = options.parse_args()
    sets = {**(published(told.data) if told.data else {}), **generated()}
    sets = {name: cases for name, cases in sets.items() if told.only in name}
    with threadpool_limits(1):
        scored = [report(name, cases[: told.series], told.peers) for name, cases in sets.items()]
    print()
    missed = False
    for words, value, least, most in bars(scored):
        met = least <= value <= most
        missed |= not met
        bar = (
            f"at least {least:g}" if most == np.inf else f"at most {most:g}" if not least else f"{least:g} to {most:g}"
        )
        print(f"{words}: {value:.3f}, bar {bar}: {'met' if met else 'MISSED'}")
    return int(missed)


def bars(scored: Sequence[Scored]) -> Iterator[tuple[str, float, float, float]]:
    """What is asked for, what was measured, and between which figures it has to be."""
    for each in scored:
        textbook = each.ratios["ARIMA(1,1,1)"]
        if each.name == "m3_monthly":
            yield f"{each.name}: error as a share of ARIMA(1,1,1)'s", textbook, 0, 0.92
        if "tourism" in each.name:
            yield f"{each.name}: error as a share of ARIMA(1,1,1)'s", textbook, 0, 0.60
        if "short" in each.name:
            better = max(textbook, each.ratios["exponential smoothing"])
            yield f"{each.name}: error as a share of the better of two", better, 0, 1.05
        best = max(each.ratios, key=lambda label: each.ratios[label])
        yield f"{each.name}: error as a share of the best peer's, {best}", each.ratios[best], 0, 1.05
        if "pmdarima auto_arima" in each.costs:
            yield f"{each.name}: pmdarima's CPU in times of ours", each.costs["pmdarima auto_arima"], 10, np.inf
    for words, of, least80, least95 in (
        ("long series", [each for each in scored if "short" not in each.name], 0.74, 0.91),
        ("short series", [each for each in scored if "short" in each.name], 0.72, 0.88),
    ):
        if not of:
            continue
        sizes = [each.series for each in of]
        most80, most95 = (0.86, 0.97) if words == "long series" else (1.0, 1.0)
        counted = f"{words} ({sum(sizes)})"
        yield f"{counted}: 80 % band holds", float(np.average([e.held80 for e in of], weights=sizes)), least80, most80
        yield f"{counted}: 95 % band holds", float(np.average([e.held95 for e in of], weights=sizes)), least95, most95


def report(name: str, cases: Sequence[Case], others: Path | None) -> Scored:
    ours, spent = [], []
    for case in cases:
        began = time.process_time()
        ours.append(forecast(case.past, horizon=len(case.came), season=case.season))
        spent.append(time.process_time() - began)
    score = smape([found.mean for found in ours], cases)
    naive = np.mean([found.reason == "naive wins" for found in ours])
    print(f"\n{name}: {len(cases)} series")
    print(f"  {'ours':24}{score:7.2f}           {np.mean(spent) * 1000:6.0f} ms   naive in {naive:.0%}")
    held80, held95 = held(ours, cases, 80), held(ours, cases, 95)
    print(f"  {'':24}80 % band holds {held80:.1%}, 95 % band {held95:.1%}")
    peers = {label: measured(model, cases) for label, model in PEERS.items()}
    if others:
        peers |= elsewhere(others, cases)
    ratios, costs = {}, {}
    for label, (rows, seconds) in peers.items():
        same = cases[: len(rows)]  # the slowest peer is asked about a few only
        peer, mine = smape(rows, same), smape([found.mean for found in ours[: len(rows)]], same)
        costs[label] = seconds / sum(spent[: len(rows)])
        if len(rows) >= min(ENOUGH, len(cases)):
            ratios[label] = mine / peer
        few = f" of {len(rows)}" if len(rows) < len(cases) else ""
        print(
            f"  {label:24}{peer:7.2f}  ours {mine / peer:4.2f} x {seconds / len(rows) * 1000:6.0f} ms{few}", flush=True
        )
    return Scored(name, len(cases), score, held80, held95, ratios, costs)


def measured(model: Model, cases: Sequence[Case]) -> tuple[Rows, float]:
    """Forecasts and the CPU seconds they took."""
    began = time.process_time()
    rows = [attempted(model, case) for case in cases]
    return rows, time.process_time() - began


def attempted(model: Model, case: Case) -> np.ndarray:
    """What `model` says; the last value where it raises or says nothing finite."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            row = np.asarray(model(case.past, case.season, len(case.came)))
        except (ValueError, IndexError, np.linalg.LinAlgError):
            row = np.full(len(case.came), np.nan)
    return row if np.isfinite(row).all() else np.full(len(case.came), case.past[-1])


def elsewhere(python: Path, cases: Sequence[Case]) -> dict[str, tuple[Rows, float]]:
    """The peers that need an environment of their own."""
    asked = [{"x": case.past.tolist(), "m": case.season, "h": len(case.came)} for case in cases]
    run = subprocess.run(
        [python, OTHERS], input=json.dumps(asked), stdout=subprocess.PIPE, text=True, env=os.environ | ONE_THREAD
    )
    if run.returncode:  # they could not be installed
        return {}
    return {label: (each["rows"], each["seconds"]) for label, each in json.loads(run.stdout).items()}


def textbook(past: np.ndarray, season: int, horizon: int) -> np.ndarray:
    return ARIMA(past, order=(1, 1, 1)).fit().forecast(horizon)


def smoothing(past: np.ndarray, season: int, horizon: int) -> np.ndarray:
    seasonal = ("mul" if past.min() > 0 else "add") if len(past) >= 2 * season + 4 and season > 1 else None
    model = ExponentialSmoothing(
        past, trend="add", damped_trend=True, seasonal=seasonal, seasonal_periods=season if seasonal else None
    )
    return model.fit().forecast(horizon)


def theta(past: np.ndarray, season: int, horizon: int) -> np.ndarray:
    seasonal = len(past) >= 2 * season
    return ThetaModel(past, period=season if seasonal else 1, deseasonalize=seasonal).fit().forecast(horizon)


def naive(past: np.ndarray, season: int, horizon: int) -> np.ndarray:
    return np.resize(past[-season:] if len(past) >= season else past[-1:], horizon)


PEERS: dict[str, Model] = {
    "ARIMA(1,1,1)": textbook,
    "exponential smoothing": smoothing,
    "Theta": theta,
    "seasonal naive": naive,
}


# Scores


def smape(rows: Rows, cases: Sequence[Case]) -> float:
    """Mean symmetric absolute percentage error, as the M competitions have it."""
    scores = []
    for row, case in zip(rows, cases, strict=True):
        sizes = np.abs(row) + np.abs(case.came)
        scores.append(200 * np.mean(np.abs(row - case.came) / np.where(sizes > 0, sizes, 1)))
    return float(np.mean(scores))


def held(found: Sequence[Forecast], cases: Sequence[Case], percent: int) -> float:
    inside = [
        np.mean((case.came >= getattr(each, f"lower{percent}")) & (case.came <= getattr(each, f"upper{percent}")))
        for each, case in zip(found, cases, strict=True)
    ]
    return float(np.mean(inside))


# Series


def published(folder: Path) -> dict[str, list[Case]]:
    """The sets of a folder, and short pieces of the monthly ones."""
    sets = {}
    for file in sorted(folder.glob("sets_dev_*.json")):
        name = file.stem.removeprefix("sets_dev_")
        sets[name] = [
            Case(np.array(each["x"], float), np.array(each["xx"], float), each["m"])
            for each in json.loads(file.read_text())
        ]
    monthly = [case for name, cases in sets.items() if "monthly" in name for case in cases]
    return {**sets, "short pieces of the monthly": [short(case, seed) for seed, case in enumerate(monthly)]}


def short(case: Case, seed: int) -> Case:
    """8 to 24 values from somewhere in a series, and the 6 after them."""
    random = np.random.default_rng(seed)
    whole = np.concatenate([case.past, case.came])
    count = int(random.integers(8, 25))
    end = int(random.integers(count + 6, len(whole) + 1))
    return Case(whole[end - 6 - count : end - 6], whole[end - 6 : end], case.season)


def generated() -> dict[str, list[Case]]:
    tourism = [visitors(seed) for seed in range(120)]
    shops = [shop(seed) for seed in range(120)]
    return {
        "generated, like tourism": tourism,
        "generated, like a shop's months": shops,
        "generated, short": [short(case, seed) for seed, case in enumerate(shops)],
    }


def visitors(seed: int) -> Case:
    """Strong seasons that multiply a wandering level and change a little over the years."""
    random = np.random.default_rng(seed)
    count, horizon = int(random.integers(60, 240)), 24
    when = np.arange(count + horizon)
    level = np.cumsum(random.normal(random.normal(0.002, 0.003), random.uniform(0.005, 0.03), len(when)))
    season = waves(random, when, 0.35) * (1 + random.uniform(-0.001, 0.001) * when)
    values = 1000 * np.exp(level + season + random.normal(0, random.uniform(0.04, 0.2), len(when)))
    return Case(values[:count], values[count:], 12)


def shop(seed: int) -> Case:
    """Sales with a weak season or none, a level that may jump once, and orders of very different sizes."""
    random = np.random.default_rng(10_000 + seed)
    count, horizon = int(random.integers(30, 96)), 6
    when = np.arange(count + horizon)
    level = np.cumsum(random.normal(0.003, 0.03, len(when))) + (when > random.integers(0, count)) * random.normal(
        0, 0.2
    )
    season = waves(random, when, random.choice([0.0, 0.1, 0.2]))
    orders = random.gamma(random.uniform(8, 40), 1.0, len(when))
    values = orders * np.exp(level + season) * 1000
    return Case(values[:count], values[count:], 12)


def waves(random: np.random.Generator, when: np.ndarray, strength: float) -> np.ndarray:
    return sum(
        random.normal(0, strength / wave) * np.cos(2 * np.pi * wave * when / 12 + random.uniform(0, 2 * np.pi))
        for wave in range(1, 6)
    )


if __name__ == "__main__":
    sys.exit(main())
