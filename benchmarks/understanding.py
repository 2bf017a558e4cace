"""Our understanding beside TF-IDF with logistic regression, on the same labelled messages, in one run.

    python -m benchmarks.understanding [labelled.jsonl ...]

Without a file the sentences of our own tests are the messages. A line is `{"text", "lang"?, "now"?, "tz"?, "intent",
"slots"?}`. The peer learns its intents from our test sentences (all of them, so on those it only remembers) and gives
no slots. Times are of one core, warm, a message at a time; junk is 10 kB of what is hardest to read.
"""

import argparse
import json
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from statistics import fmean
from zoneinfo import ZoneInfo

from benchmarks._scores import Answer, Case, scored
from crmbot.understand import understand

OWN = Path(__file__).parent.parent / "tests" / "utterances"
SEEN_FROM = ("2026-05-13T10:00:00", {"en": "Europe/London", "zh": "Asia/Shanghai"})
JUNK = ("new deal ", "把", "D12 ", "call a to b at c ", "1,", "明天", "。", "the deal of the deal is ", "🎉")
PEER = "TF-IDF char_wb (1,4) + logistic regression"

Reader = Callable[[Case], Answer]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, help="labelled messages, .jsonl")
    files = parser.parse_args().files
    own = list(_own())
    peer = _peer(own)
    for name, cases in [(file.name, list(_labelled(file))) for file in files] or [("our own sentences", own)]:
        print(f"{name}: {len(cases)} messages")
        means = [_report(reader, cases, called) for reader, called in ((_ours, "ours"), (peer, PEER))]
        print(f"  mean time ours / peer {means[0] / means[1]:.2f}, 10 kB of junk / mean {_junk() / means[0]:.1f}")


def _report(reader: Reader, cases: Sequence[Case], called: str) -> float:
    """Print every measure; give the mean time in seconds."""
    for case in cases:  # warm
        reader(case)
    answers, times = [], []
    for case in cases:
        begun = time.thread_time()
        answers.append(reader(case))
        times.append(time.thread_time() - begun)
    found = scored(cases, answers)
    mean, late = fmean(times), sorted(times)[int(len(times) * 0.99)]
    print(
        f"  {called}: intent {found.intent:.1%}, slot F1 {found.slot_f1:.3f}, exact {found.exact:.1%}, "
        f"false accepts {found.false_accepts:.1%}, zh behind en {found.behind:+.1%}\n"
        f"    at confidence >= 0.9: {found.sure:.1%} of them, {found.sure_exact:.1%} of those exact; "
        f"{mean * 1e3:.3f} ms a message, p99 {late * 1e3:.2f} ms"
    )
    return mean


def _ours(case: Case) -> Answer:
    now = datetime.fromisoformat(case.now)
    zone = ZoneInfo(case.tz)
    now = now.replace(tzinfo=zone) if now.tzinfo is None else now.astimezone(zone)
    meant = understand(case.text, now=now, language=case.lang)
    return Answer(meant.intent, meant.told, meant.confidence)


def _peer(learnt: Sequence[Case]) -> Reader:
    # Here, since nothing else of the benchmark needs it.
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    pipeline = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, lowercase=True),
        LogisticRegression(C=10, max_iter=1000, random_state=0),
    )
    pipeline.fit([case.text for case in learnt], [case.intent for case in learnt])

    def read(case: Case) -> Answer:
        chances = pipeline.predict_proba([case.text])[0]
        best = chances.argmax()
        return Answer(str(pipeline.classes_[best]), {}, float(chances[best]))

    return read


def _junk() -> float:
    """The longest that any 10 kB of junk takes, in seconds."""
    now = datetime.fromisoformat(SEEN_FROM[0]).replace(tzinfo=ZoneInfo("Europe/London"))
    worst = 0.0
    for piece in JUNK:
        text = (piece * 10_000)[:10_000]
        understand(text, now=now)
        begun = time.thread_time()
        understand(text, now=now)
        worst = max(worst, time.thread_time() - begun)
    return worst


def _own() -> Iterator[Case]:
    now, zones = SEEN_FROM
    for lang, zone in zones.items():
        for file in sorted((OWN / lang).glob("*.toml")):
            for case in tomllib.loads(file.read_text("utf-8"))["case"]:
                for said in case["say"]:
                    yield Case(said, lang, now, zone, file.stem, case.get("slots", {}))


def _labelled(file: Path) -> Iterator[Case]:
    for line in file.read_text("utf-8").splitlines():
        if line.strip():
            row = json.loads(line)
            now, tz = row.get("now", SEEN_FROM[0]), row.get("tz", "Europe/London")
            yield Case(row["text"], row.get("lang", "en"), now, tz, row["intent"], row.get("slots", {}))


if __name__ == "__main__":
    sys.exit(main())
