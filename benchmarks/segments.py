"""Groups of customers from millions of orders: ours against `SELECT *` into pandas and K-means, in one run.

Each way has a process of its own; libraries are loaded before the clock starts, and the peak of memory includes them.
The orders are generated: three kinds of customers, 70, 20 and 10 %, by how recently, how often and for how much.
Ten millions, the size that the bars are for, take 1 GB of disk and 6 GB of memory; --orders says another.
"""

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

TODAY = 800  # days after the first order
BARS = {"CPU": 5.0, "memory": 10.0, "ARI": 0.8, "inertia": 1.01}
Figures = dict[str, float]


def generate(path: Path, orders: int) -> None:
    random = np.random.default_rng(1)
    customers = round(0.0822 * orders)
    kind = random.choice(3, customers, p=[0.7, 0.2, 0.1])
    often = 1 + random.poisson(np.array([3.5, 18.5, 50.5])[kind])
    last = np.clip(random.lognormal(np.log(np.array([200, 40, 10])[kind]), 0.4), 1, TODAY - 1)
    typical = random.lognormal(np.log(np.array([4000, 9000, 30000])[kind]), 0.35)
    who = np.repeat(np.arange(customers), often)
    random.shuffle(who)
    back = random.integers(0, 365, len(who))
    seen = np.unique(who, return_index=True)[1]
    back[seen] = 0  # one order is the last one
    days = np.maximum(TODAY - last[who].astype(int) - back, 0)
    minor = (typical[who] * random.lognormal(0, 0.3, len(who))).astype(int)
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE purchase (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, day INTEGER NOT NULL, "
            "minor INTEGER NOT NULL, currency TEXT NOT NULL, product TEXT NOT NULL, note TEXT)"
        )
        rows = zip(who.tolist(), days.tolist(), minor.tolist(), strict=True)
        database.executemany(
            "INSERT INTO purchase VALUES (NULL, ?, ?, ?, 'EUR', 'Product A', 'as agreed by phone')", rows
        )
        database.execute("CREATE TABLE kind (customer_id INTEGER PRIMARY KEY, kind INTEGER)")
        database.executemany("INSERT INTO kind VALUES (?, ?)", enumerate(kind.tolist()))
    database.close()


def ours(path: Path) -> Callable[[], Figures]:
    """Added up by the database along a covering index, streamed, fitted on a sample, every customer placed."""
    from crmbot.analysis.segments import segment

    def work() -> Figures:
        points = _streamed(path)
        found = segment(dict(zip(("recency", "frequency", "monetary"), points.T, strict=True)))
        return {"groups": found.count, "inertia": found.inertia or 0, "labels": found.labels}

    return work


def _streamed(path: Path) -> np.ndarray:
    query = "SELECT ? - max(day), count(*), sum(minor) FROM purchase GROUP BY customer_id ORDER BY customer_id"
    with sqlite3.connect(path) as database:
        parts = []
        cursor = database.execute(query, (TODAY,))
        while rows := cursor.fetchmany(20_000):
            parts.append(np.array(rows, dtype=np.float64))
    database.close()
    return np.concatenate(parts)


def everything(path: Path) -> Callable[[], Figures]:
    """The same groups fitted on all customers, to see what the sample costs."""
    from sklearn.cluster import KMeans

    from crmbot.analysis._clusters import scale_of
    from crmbot.analysis.segments import _sample, segment

    def work() -> Figures:
        points = _streamed(path)
        found = segment(points)
        scaled = scale_of(_sample(points, 0), found.transform).apply(points)
        return {"inertia": KMeans(found.count, n_init=3, random_state=0).fit(scaled).inertia_}

    return work


def textbook(path: Path) -> Callable[[], Figures]:
    """`SELECT *` into pandas, groupby, standardised K-means with ten starts."""
    import pandas
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    def work() -> Figures:
        with sqlite3.connect(path) as database:
            orders = pandas.read_sql_query("SELECT * FROM purchase", database)
        by_customer = orders.groupby("customer_id")
        table = by_customer.agg(last=("day", "max"), frequency=("id", "count"), monetary=("minor", "sum"))
        table["last"] = TODAY - table["last"]
        labels = KMeans(3, n_init=10, random_state=0).fit_predict(StandardScaler().fit_transform(table))
        return {"groups": 3, "labels": labels}

    return work


WAYS = {"ours": ours, "everything": everything, "textbook": textbook}


def _ari(path: Path, labels: object) -> float:
    from sklearn.metrics import adjusted_rand_score

    with sqlite3.connect(path) as database:
        kinds = [row[0] for row in database.execute("SELECT kind FROM kind ORDER BY customer_id")]
    database.close()
    return float(adjusted_rand_score(kinds, labels))


def peak() -> float:
    """MB that this process took at most; what it was forked from does not count."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def measure(way: str, path: Path) -> None:
    """In the process that was started for it."""
    work = WAYS[way](path)
    begun = time.process_time()
    found = work()
    spent = time.process_time() - begun
    if (labels := found.pop("labels", None)) is not None:
        found["ari"] = _ari(path, labels)
    print(json.dumps(found | {"cpu": spent, "mb": peak()}))


def run(way: str, path: Path) -> Figures:
    command = [sys.executable, "-m", "benchmarks.segments", "--way", way, "--database", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: Figures = json.loads(done.stdout)
    print(f"{way:12}" + "  ".join(f"{name} {value:,.3f}" for name, value in found.items()), flush=True)
    return found


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--orders", type=int, default=10_000_000)
    options.add_argument("--way", choices=WAYS)
    options.add_argument("--database", type=Path)
    chosen = options.parse_args()
    if chosen.way:
        measure(chosen.way, chosen.database)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = chosen.database or Path(folder) / "orders.db"
        if not path.exists():
            generate(path, chosen.orders)
        peer = run("textbook", path)
        begun = time.process_time()
        with sqlite3.connect(path) as database:
            database.execute("CREATE INDEX IF NOT EXISTS covering ON purchase (customer_id, day, minor)")
        database.close()
        print(f"covering index: {time.process_time() - begun:.2f} CPU s, once", flush=True)
        mine, full = run("ours", path), run("everything", path)
    figures = {
        "CPU": peer["cpu"] / mine["cpu"],
        "memory": peer["mb"] / mine["mb"],
        "ARI": mine["ari"],
        "inertia": mine["inertia"] / full["inertia"],
    }
    missed = False
    for name, value in figures.items():
        met = value <= BARS[name] if name == "inertia" else value >= BARS[name]
        missed |= not met
        print(f"{name}: {value:.3f}, bar {BARS[name]}: {'met' if met else 'MISSED'}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
