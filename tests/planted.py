"""Customers, answers and sales whose groups, drivers and effects are known because they were put there."""

import numpy as np


def shops(seed, count=800):
    """Three kinds of customers: 70, 20 and 10 %; recency, orders and money skewed and correlated; an id column."""
    random = np.random.default_rng(seed)
    sizes = [int(count * 0.7), int(count * 0.2), count - int(count * 0.7) - int(count * 0.2)]
    middles = [(200, 2, 100), (30, 8, 800), (8, 30, 9000)]
    spread = np.array([[0.20, -0.08, -0.08], [-0.08, 0.12, 0.12], [-0.08, 0.12, 0.25]])
    parts = [
        np.exp(random.multivariate_normal(np.log(at), spread, size)) for at, size in zip(middles, sizes, strict=True)
    ]
    kinds = np.repeat([0, 1, 2], sizes)
    order = random.permutation(count)
    features = np.vstack(parts)[order]
    features[:, 1] = np.round(features[:, 1]) + 1
    rows = [
        {"customer_id": 5000 + at, "recency": r, "orders": o, "amount": a, "region": "north"}
        for at, (r, o, a) in enumerate(features.tolist())
    ]
    return rows, kinds[order]


def oddities(rows, seed, count=8):
    """The same customers and some that are 8 to 14 spreads away from the mean of everything."""
    random = np.random.default_rng(seed)
    names = ("recency", "orders", "amount")
    table = np.array([[row[name] for name in names] for row in rows])
    far = table.mean(axis=0) + table.std(axis=0) * random.uniform(8, 14, (count, 3))
    odd = [dict(zip(names, values, strict=True)) for values in far.tolist()]
    return rows + [{"customer_id": 5000 + len(rows) + at, "region": "north"} | each for at, each in enumerate(odd)]


def one_cloud(kind, seed, count=600):
    random = np.random.default_rng(seed)
    spread = [[1, 0.7, 0.3], [0.7, 1, 0.5], [0.3, 0.5, 1]]
    normal = random.multivariate_normal([3, 1, 5], spread, count)
    return {
        "round": normal,
        "skewed": np.exp(0.7 * normal),
        "even": random.uniform(0, 1, (count, 3)),
        "counts": np.column_stack(
            [random.poisson(3, count), random.gamma(2, 100, count), random.integers(1, 90, count)]
        ),
    }[kind]


def answers(seed, count, strength=1.0):
    """Tickets with stars 1, 3 or 5: waiting, complaints and reopening make people unhappy by `strength`."""
    random = np.random.default_rng(seed)
    waited = random.exponential(3, count).round(1)
    kind = random.choice(["enquiry", "feedback", "complaint"], count)
    reopened = random.random(count) < 0.15
    weight = strength * (0.35 * (waited - 3) + 1.2 * (kind == "complaint") + 1.5 * reopened)
    odds = np.exp(np.column_stack([weight - 0.4, 0.4 * weight - 0.5, np.zeros(count)]))
    shares = (odds / odds.sum(axis=1, keepdims=True)).cumsum(axis=1)
    stars = np.array([1, 3, 5])[(random.random(count)[:, None] > shares).sum(axis=1)]
    return {"waited": waited, "kind": kind, "reopened": reopened, "luck": random.normal(size=count), "stars": stars}


def months(seed, count=60, *, dated=True):
    """Sales that a budget raises by 1.0 a unit, in a December season that the budget follows, with a trend."""
    random = np.random.default_rng(seed)
    time = np.arange(count)
    season = np.isin(time % 12, [10, 11]) * 2.0 - 0.3 + np.sin(2 * np.pi * time / 12)
    budget = 10 + 4 * season + random.normal(0, 2, count)
    channel = random.choice(["email", "ads", "fair"], count)
    noise = random.normal(0, 1, count) * (2 + budget / 10)
    sales = 100 + 0.3 * time + 1.0 * budget + 10 * season + 3 * (channel == "ads") + noise
    table = {"sales": sales, "budget": budget, "channel": channel}
    return table | {"month": [f"{2020 + at // 12}-{at % 12 + 1:02d}" for at in time]} if dated else table
