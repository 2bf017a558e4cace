"""Groups of customers: found where they were put, not found where there are none, and called the same next week."""

from datetime import date

import numpy as np
import pandas
import pytest
from planted import oddities, one_cloud, shops
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from crmbot.analysis import segments
from crmbot.analysis._clusters import scale_of
from crmbot.analysis.rfm import customer_groups, rfm
from crmbot.analysis.segments import moves, segment


@pytest.mark.parametrize(("seed", "odd"), [(0, False), (1, True), (2, True)])
def test_planted_groups_are_found(seed, odd):
    rows, kinds = shops(seed)
    found = segment(oddities(rows, seed) if odd else rows)
    assert adjusted_rand_score(kinds, found.labels[: len(rows)]) >= 0.8
    assert found.clear and found.count >= 3 and found.score == found.scores[found.count] > 0.5
    assert found.left_out == {"customer_id": "key", "region": "words"}


def test_on_raw_figures_money_drowns_the_rest():
    """What scaling is for: the textbook's K-means on the same customers."""
    rows, kinds = shops(0)
    raw = [[row["recency"], row["orders"], row["amount"]] for row in rows]
    assert adjusted_rand_score(kinds, KMeans(3, n_init=10, random_state=0).fit_predict(raw)) < 0.5


@pytest.mark.parametrize("kind", ["round", "skewed", "even", "counts"])
def test_one_cloud_has_no_clear_groups(kind):
    found = segment(one_cloud(kind, 1))
    assert (found.clear, found.reason, found.count) == (False, "no clear groups", 1)
    assert set(found.labels) == {0} and found.scores


def test_a_count_that_is_asked_for_is_kept_though_unclear():
    found = segment(one_cloud("round", 0), count=4)
    assert (found.count, found.clear, sorted(set(found.labels))) == (4, False, [0, 1, 2, 3])


def test_two_groups_stay_two():
    random = np.random.default_rng(0)
    found = segment(np.vstack([random.normal(0, 1, (200, 3)), random.normal(6, 1, (100, 3))]))
    assert (found.count, found.clear) == (2, True)


def test_dbscan_finds_the_odd_ones_and_says_what_is_odd():
    rows, kinds = [], []
    random = np.random.default_rng(1)
    for kind, (middle, size) in enumerate([((5, 100), 300), ((50, 2000), 120), ((5, 9000), 80)]):
        drawn = np.array(middle) * np.exp(random.normal(0, 0.15, (size, 2)))
        rows += [{"orders": a, "amount": b} for a, b in drawn.tolist()]
        kinds += [kind] * size
    found = segment([*rows, {"orders": 5, "amount": 9e6}, {"orders": 4000, "amount": 100}], method="dbscan")
    assert adjusted_rand_score(kinds, found.labels[:500]) >= 0.8 and found.count == 3
    assert [each.id for each in found.outliers[:2]] in ([500, 501], [501, 500])
    assert {(each.feature, each.value) for each in found.outliers[:2]} == {("amount", 9e6), ("orders", 4000)}
    assert len(found.outliers) == found.labels.count(-1) < 25


def test_dbscan_on_one_cloud_lists_only_the_odd_ones():
    cloud = np.vstack([one_cloud("round", 0), [[30, -30, 30]]])
    found = segment(cloud, method="dbscan")
    assert (found.reason, found.count, found.labels[-1]) == ("no clear groups", 1, -1)
    assert found.outliers[0].id == 600


@pytest.mark.parametrize(
    ("rows", "reason", "missing", "groups"),
    [
        ([], "no rows", 6, 0),
        ([{"amount": 3}], "too few rows", 5, 1),
        ([{"amount": n} for n in range(5)], "too few rows", 1, 1),
        ([{"amount": 7}] * 50, "no features", 5, 1),
        ([{"name": f"a{n}", "id": n} for n in range(50)], "no features", 5, 1),
        ([{"amount": n % 2} for n in range(50)], "too few rows", 4, 1),
        ([{"amount": None}] * 3, "no features", 5, 1),
    ],
)
def test_too_little_is_an_answer(rows, reason, missing, groups):
    for method in ("kmeans", "dbscan"):
        found = segment(rows, method=method)
        assert (found.reason, found.missing, found.count) == (reason, missing, groups)
        assert len(found.labels) == len(rows)


def test_what_cannot_be_asked_for_is_an_error():
    with pytest.raises(ValueError, match="unknown method"):
        segment([], method="magic")
    with pytest.raises(ValueError, match="at least 1"):
        segment([], count=0)
    with pytest.raises(ValueError, match="differ in length"):
        segment({"a": [1, 2], "b": [1]})


def test_every_shape_of_the_same_table_gives_the_same_groups():
    rows, _ = shops(0, 60)
    names = ("recency", "orders", "amount")
    array = np.array([[row[name] for name in names] for row in rows])
    expected = segment(rows, count=3).labels
    frame = pandas.DataFrame(rows)
    by_customer = {f"C{row['customer_id']}": row for row in rows}
    for table in (frame, array, array.tolist(), by_customer, dict(zip(names, array.T, strict=True))):
        assert segment(table, count=3).labels == expected
    assert segment(by_customer, count=3).ids[:2] == ("C5000", "C5001")
    assert segment(rows, count=3).ids[:2] == (5000, 5001)
    assert segment(rows, key="amount", count=3).ids[0] == rows[0]["amount"]


def test_figures_as_files_have_them_and_gaps():
    rows = [{"amount": f"¥{1000 * (1 + n % 3):,}.5{n % 7}", "visits": "" if n == 4 else str(n % 3)} for n in range(30)]
    found = segment(rows)
    assert found.features == ("amount", "visits") and found.filled == 1 and found.count == 3


def test_groups_say_their_name_size_worth_and_whom_one_knows():
    rows, _ = shops(2)
    for row in rows:
        row["theme"] = "repair" if row["amount"] > 4000 else "delivery"
    found = segment(rows)
    best = next(group for group in found.groups if group.name == "champions")
    assert best.center["amount"] > 4000 and best.center["recency"] < 20
    assert {trait.feature: trait.level for trait in best.traits} == {
        "recency": "low",
        "orders": "high",
        "amount": "high",
    }
    assert [(theme.word, theme.share > 0.9) for theme in best.themes] == [("repair", True)]
    by_money = sorted(rows, key=lambda row: -row["amount"])
    assert best.known == tuple(row["customer_id"] for row in by_money[:3])
    assert sum(group.size for group in found.groups) == 800 == round(sum(group.share for group in found.groups) * 800)
    assert sum(group.value for group in found.groups) == pytest.approx(sum(row["amount"] for row in rows))
    assert len({group.name for group in found.groups}) == found.count


def test_names_and_customers_stay_from_week_to_week():
    rows, _ = shops(4)
    first = segment(rows)
    random = np.random.default_rng(0)
    later = [row | {"amount": row["amount"] * random.uniform(1, 1.05), "recency": row["recency"] + 7} for row in rows]
    come = [row | {"customer_id": 9000 + at} for at, row in enumerate(shops(5, 40)[0])]
    second = segment(later[20:] + come, previous=first.members)
    seen = moves(first.members, second.members)
    assert {group.name for group in second.groups} == {group.name for group in first.groups}
    assert len(seen.moved) < 0.05 * len(rows)
    assert (len(seen.joined), len(seen.left)) == (40, 20)
    for id, (before, now) in seen.moved.items():
        assert (first.members[id], second.members[id]) == (before, now) and before != now


def test_names_given_before_are_kept_even_when_they_would_change():
    rows, _ = shops(4)
    mine = {id: name.upper() for id, name in segment(rows).members.items()}
    assert segment(rows, previous=mine).members == mine
    stranger = {f"X{n}": "old" for n in range(900)}
    assert "old" not in segment(rows, previous=stranger).members.values()


def test_the_same_rows_give_the_same_result():
    rows, _ = shops(1, 200)
    assert segment(rows, count=3) == segment(rows, count=3)
    assert segment(rows, method="dbscan") == segment(rows, method="dbscan")


def test_a_fit_on_a_sample_is_as_good_as_on_all(monkeypatch):
    rows, _ = shops(6, 6000)
    points = np.array([[row["recency"], row["orders"], row["amount"]] for row in rows])
    monkeypatch.setattr(segments, "FITTED", 1000)
    found = segment(points)
    scaled = scale_of(points[np.random.default_rng(0).choice(6000, 1000, replace=False)], found.transform).apply(points)
    full = KMeans(found.count, n_init=10, random_state=0).fit(scaled)
    assert full.inertia_ * 0.999 <= found.inertia <= full.inertia_ * 1.01


def test_recency_frequency_and_money_of_purchases():
    bought = [("a", date(2026, 1, 5), 10.0), ("a", date(2026, 1, 9), 5.5), ("b", date(2026, 2, 1), 7.0)]
    assert rfm(bought, today=date(2026, 1, 19)) == {"a": {"recency": 10, "frequency": 2, "monetary": 15.5}}


def test_customers_without_clear_groups_are_named_by_rule():
    random = np.random.default_rng(3)
    people = {
        f"C{n}": {"recency": r, "frequency": f, "monetary": m}
        for n, (r, f, m) in enumerate(random.lognormal(1, 0.4, (60, 3)).tolist())
    } | {"best": {"recency": 0.1, "frequency": 40.0, "monetary": 400.0}}
    found = customer_groups(people)
    assert (found.method, found.clear, found.reason) == ("rfm", False, "no clear groups")
    assert found.members["best"] == "champions" and len(found.groups) > 3
    assert sum(group.size for group in found.groups) == 61
    assert customer_groups({"only": people["best"]}).reason == "too few rows"
    assert customer_groups(shops(0)[0]).method == "kmeans"


def test_a_large_crowd_keeps_its_outliers_few():
    rows, _ = shops(0, 12_000)
    found = segment(rows, method="dbscan")
    assert found.reason == "no clear groups" and len(found.labels) == 12_000
    assert 0 < len(found.outliers) < 300


def test_missing_in_every_way_and_figures_beyond_all_measure():
    frame = pandas.DataFrame(
        {
            "visits": pandas.array([1, 2, None, 9] * 10, dtype="Int64"),
            "kind": pandas.Categorical(["a", "b", None, "a"] * 10),
            "amount": [1e300, float("inf"), 3.0, 4.0] * 10,
        }
    )
    found = segment(frame, count=3)
    assert found.features == ("visits", "amount") and found.filled == 30
