"""Every sentence in `utterances/` means what it says there, and nothing at all breaks the reading."""

import json
import subprocess
import sys
import tomllib
from calendar import month_name
from datetime import datetime, timedelta
from pathlib import Path
from time import thread_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmbot.money import SIGNS, Money, say_money
from crmbot.understand import Understood, read, understand
from crmbot.understand.explain import explained
from crmbot.understand.lexicon import LANGUAGES, lexicon
from crmbot.understand.phrases import phrases
from crmbot.understand.typos import corrections

HERE = Path(__file__).parent
# The first message loads the words of both languages.
UNHURRIED = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
NOW = datetime(2026, 5, 13, 10, tzinfo=ZoneInfo("Europe/London"))  # a Wednesday
SEEN_FROM = {"en": NOW, "zh": datetime(2026, 5, 13, 10, tzinfo=ZoneInfo("Asia/Shanghai"))}
FILES = {
    (language, file.stem): tomllib.loads(file.read_text("utf-8"))["case"]
    for language in LANGUAGES
    for file in sorted((HERE / "utterances" / language).glob("*.toml"))
}
CASES = [
    (language, said, intent) for (language, intent), cases in FILES.items() for case in cases for said in case["say"]
]


@pytest.mark.parametrize(("language", "intent"), FILES)
def test_understood(language, intent):
    wrong = {}
    for case in FILES[language, intent]:
        for said in case["say"]:
            meant = understand(said, now=SEEN_FROM[language])
            if (meant.intent, dict(meant.slots)) != (intent, case.get("slots", {})):
                wrong[said] = meant
    assert not wrong


def test_the_hint_changes_nothing():
    for language, said, _ in CASES[::20]:
        hinted = [understand(said, now=SEEN_FROM[language], language=hint) for hint in LANGUAGES]
        assert hinted[0] == hinted[1]


def test_most_of_them_surely_enough_to_act_unasked():
    known = [(language, said) for language, said, intent in CASES if intent != "unknown"]
    sure = [understand(said, now=SEEN_FROM[language]).confidence >= 0.9 for language, said in known]
    assert sum(sure) / len(sure) > 0.9


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_have_every_intent_in_phrases_and_in_sentences(language):
    said = {intent: sum(len(case["say"]) for case in cases) for (of, intent), cases in FILES.items() if of == language}
    assert said.pop("unknown") >= 40
    assert set(said) <= {phrase.intent for phrase in phrases()} - {"unknown"}
    few = {phrase.intent for phrase in phrases() if said.get(phrase.intent, 0) < 15} - {"unknown"}
    assert few == set()


COMBINATIONS = tomllib.loads((HERE / "utterances" / "combinations.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_slots_are_said_alone_and_together_in_every_language(language):
    missing = {
        f"{intent}: {slots}"
        for intent, combinations in COMBINATIONS.items()
        for slots in combinations
        if not any(set(slots.split()) <= set(case.get("slots", {})) for case in FILES[language, intent])
    }
    assert missing == set()


def test_every_phrase_can_be_matched():
    assert all(phrase.elements or phrase.facts for phrase in phrases())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_phrase_files_name_only_lists_that_there_are(language):
    assert set(lexicon(language)) >= {
        "phrases",
        "words",
        "records",
        "refs",
        "stages",
        "kinds",
        "names",
        "facts",
        "when",
    }


@UNHURRIED
@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_anything_at_all_is_understood_or_unknown(said, language):
    meant = understand(said, now=NOW, language=language)
    assert json.dumps(dict(meant.slots)) and 0 <= meant.confidence <= 1
    assert meant.intent != "unknown" or meant.slots == {}


WORDS = sorted({word for _, said, _ in CASES for word in said.split()})


@UNHURRIED
@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(["", " ", ", ", "\n"]))
def test_any_mixture_of_our_words_is_understood_or_unknown(words, between):
    meant = understand(between.join(words), now=NOW)
    assert json.dumps(dict(meant.slots))
    assert None not in meant.slots.values() and "" not in meant.slots.values()


@UNHURRIED
@given(st.integers(1, 10**12), st.sampled_from(sorted(SIGNS)), st.sampled_from(LANGUAGES))
def test_an_amount_the_bot_prints_may_be_typed_into_a_command(minor, currency, language):
    money = Money(minor, currency)
    amount = understand(f"new deal Quill {say_money(money, language)}", now=NOW).slots["amount"]
    assert Money.of(amount, "CHF") == money


@pytest.mark.parametrize(
    "junk",
    [
        "a" * 10_000,
        "new deal " * 1_000,
        "看看紧急工单" * 1_500,
        "每周一" * 3_000,
        "，" * 10_000,
        "1" * 10_000,
        "把" * 9_000,
        "D12 " * 2_500,
        "-> " * 3_000,
    ],
)
def test_junk_of_any_length_is_read_to_its_end(junk):
    assert understand(junk, now=NOW).intent in {"unknown", "deal.add", "deal.list"}


@pytest.mark.parametrize(
    ("said", "commands"),
    [
        ("won D12 and lost D9", [("deal.win", {"ref": "D12"}), ("deal.lose", {"ref": "D9"})]),
        ("D12赢单，D9丢了", [("deal.win", {"ref": "D12"}), ("deal.lose", {"ref": "D9"})]),
        ("move D3 to lead; won D4", [("deal.move", {"ref": "D3", "stage": "lead"}), ("deal.win", {"ref": "D4"})]),
        ("new deal Quill 40k\nnew deal Nordwind 20k", [
            ("deal.add", {"name": "Quill", "amount": {"value": "40000"}}),
            ("deal.add", {"name": "Nordwind", "amount": {"value": "20000"}}),
        ]),
        ("new deal Quill 40k and new deal Nordwind 20k", [
            ("deal.add", {"name": "Quill", "amount": {"value": "40000"}}),
            ("deal.add", {"name": "Nordwind", "amount": {"value": "20000"}}),
        ]),
        ("won D12 and D13", [("deal.win", {"ref": "D12"}), ("deal.win", {"ref": "D13"})]),
        ("D12和D13丢了，没预算", [
            ("deal.lose", {"ref": "D12", "reason": "没预算"}),
            ("deal.lose", {"ref": "D13", "reason": "没预算"}),
        ]),
        ("move D3, D4 and D5 to proposal", [
            ("deal.move", {"ref": ref, "stage": "proposal"}) for ref in ("D3", "D4", "D5")
        ]),
        ("won D3 and D44, lost D9", [
            ("deal.win", {"ref": "D3"}), ("deal.win", {"ref": "D44"}), ("deal.lose", {"ref": "D9"}),
        ]),
        ("new deal Quill 30k. call Mia noted", [
            ("deal.add", {"name": "Quill", "amount": {"value": "30000"}}),
            ("interaction.log", {"name": "Mia", "kind": "call"}),
        ]),
    ],
)  # fmt: skip
def test_several_commands_in_one_message(said, commands):
    meant = understand(said, now=NOW)
    assert [(each.intent, dict(each.slots)) for each in (meant, *meant.also)] == commands


def test_one_command_has_no_others_beside_it():
    assert understand("lost D9, too expensive", now=NOW) == Understood(
        "deal.lose", {"ref": "D9", "reason": "too expensive"}, 0.97
    )


def test_a_question_is_never_as_sure_as_a_statement():
    assert understand("won D12?", now=NOW).confidence < 0.9 < understand("won D12", now=NOW).confidence


@pytest.mark.parametrize(
    ("slot", "said", "value"),
    [
        ("amount", "30k", {"value": "30000"}),
        ("amount", "about 30k usd", {"value": "30000", "currency": "USD"}),
        ("amount", "三十万", {"value": "300000"}),
        ("amount", "hello", None),
        ("close_date", "end of june", "2026-06-30"),
        ("close_date", "下月底", "2026-06-30"),
        ("due", "tomorrow 3pm", "2026-05-14T15:00"),
        ("when", "friday", "2026-05-08"),
        ("when", "soon", None),
        ("stage", "quoted", "proposal"),
        ("stage", "谈判阶段", "negotiation"),
        ("stage", "blue", None),
        ("ref", "deal #012", "D12"),
        ("ref", "12号商机", "D12"),
        ("ref", "D-12", "D12"),
        ("ref", "客户8", "C8"),
        ("ref", "7号工单", "K7"),
        ("ref", "#7", "#7"),
        ("ref", "Acme", None),
        ("phone", "07700 900123", "+447700900123"),
        ("phone", "none", None),
        ("email", "Ann@Hooli.com", "Ann@Hooli.com"),
        ("email", "ann at hooli", None),
        ("kind", "phone call", "call"),
        ("kind", "微信", "note"),
        ("kind", "dance", None),
        ("customer", "Acme", "Acme"),
        ("customer", "it's Acme.", "Acme"),
        ("name", "  李雷 ", "李雷"),
        ("title", "“Big Bang”", "Big Bang"),
        ("reason", "too expensive", "too expensive"),
        ("text", "", None),
        ("name", "it's Hooli", "Hooli"),
        ("name", "for Hooli please", "Hooli"),
        ("name", "是华为", "华为"),
        ("name", "New Balance", "New Balance"),
        ("name", "Acme Ltd.", "Acme Ltd."),
        ("name", "星空酒吧", "星空酒吧"),
        ("name", "show", None),
        ("name", "new deal", None),
        ("name", "撤销", None),
        ("name", "D12", None),
        ("name", "/deals", None),
        ("name", "?", None),
        ("amount", "it's 30k please", {"value": "30000"}),
        ("close_date", "by friday please", "2026-05-15"),
        ("close_date", "下周五吧", "2026-05-22"),
        ("stage", "谈判吧", "negotiation"),
        ("email", "it's ann@hooli.com", "ann@hooli.com"),
    ],
)
def test_the_answer_to_a_question_is_read_by_what_was_asked(slot, said, value):
    assert read(slot, said, now=NOW) == value


@pytest.mark.parametrize(
    ("said", "slots"),
    [  # a day beside the verb of contact is when it was; a later one is what comes next
        ("met Wang at Acme, wants quote by Fri", {"due": "2026-05-15"}),
        ("called Ann at Hooli, wants a quote by Friday", {"due": "2026-05-15"}),
        ("met ann on friday", {"when": "2026-05-08"}),
        ("called bob last monday", {"when": "2026-05-11"}),
        ("spoke with ann yesterday, follow up tuesday", {"when": "2026-05-12", "due": "2026-05-19"}),
        ("called ann, sends the papers on monday", {"due": "2026-05-18"}),
        ("called ann, no answer, yesterday", {"when": "2026-05-12"}),
        ("met ann about the renewal last friday", {"when": "2026-05-08"}),
        ("上周五拜访了腾讯，周三前发报价", {"when": "2026-05-08", "due": "2026-05-20"}),
        ("和王总通话，报价3万，下周二跟进", {"due": "2026-05-19"}),
        ("跟李总吃了饭，月底前给答复", {"due": "2026-05-31"}),
    ],
)
def test_when_it_was_and_what_is_due(said, slots):
    meant = understand(said, now=NOW)
    assert meant.intent == "interaction.log" and meant.confidence >= 0.9
    assert {slot: day for slot, day in meant.slots.items() if slot in ("when", "due", "close_date")} == slots


@pytest.mark.parametrize(
    "said",
    [
        "called, wants 20 seats", "called him, wants a demo", "/note prefers email", "/log wants 20 seats",
        "met them yesterday, all good", "刚打了电话，没人接", "跟他聊了，想续约", "move it to proposal", "won it",
        "show it", "lost it, too expensive", "把这单移到谈判", "这单赢了",
    ],
)  # fmt: skip
def test_whom_the_words_do_not_name_is_left_out(said):
    meant = understand(said, now=NOW)
    assert meant.intent != "unknown" and not {"name", "company", "ref"} & set(meant.slots)


def test_common_words_are_no_slips_of_the_thumb():
    common = lexicon("en")["common"]["words"].split()
    assert [word for word in common if list(corrections(word))] == []


def test_understanding_loads_neither_handlers_nor_storage_nor_pydantic():
    code = (
        "import sys, crmbot.understand; "
        "print(sorted({'handlers', 'storage', 'sqlmodel', 'pydantic', 'phonenumbers', 'babel'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=HERE.parent, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


# What is said is read back equal


FIGURES = st.integers(1, 9_999)
DAYS = st.dates(NOW.date() + timedelta(days=1), NOW.date() + timedelta(days=300))
MONTHS = list(month_name)  # January is the first, as in dates


def meant(said, language):
    return dict(understand(said, now=SEEN_FROM[language]).slots)


@UNHURRIED
@given(FIGURES)
def test_an_amount_in_words_of_either_language(count):
    assert meant(f"new deal Quill {count}k", "en")["amount"] == {"value": str(count * 1000)}
    assert meant(f"新建商机 蓝海科技 {count}万", "zh")["amount"] == {"value": str(count * 10_000)}


@UNHURRIED
@given(DAYS)
def test_a_day_of_the_year(day):
    iso = day.isoformat()
    for said in (
        iso,
        f"{day.day} {MONTHS[day.month]} {day.year}",
        f"{MONTHS[day.month]} {day.day}, {day.year}",
    ):
        assert meant(f"new deal Quill 30k close {said}", "en")["close_date"] == iso
    for said in (f"{day.year}年{day.month}月{day.day}日", f"{day.month}月{day.day}号"):
        assert meant(f"新建商机 蓝海科技 8万 {said}签", "zh")["close_date"] == iso
        assert meant(f"{said}提醒我给郑凯打电话", "zh")["due"] == iso


@UNHURRIED
@given(st.integers(0, 23), st.integers(0, 59))
def test_an_hour_of_tomorrow(hour, minute):
    due = f"2026-05-14T{hour:02}:{minute:02}"
    assert meant(f"remind me tomorrow {hour:02}:{minute:02} to call Bob", "en")["due"][:10] == due[:10]
    if hour >= 8:  # before that an hour without am is one of the afternoon
        assert meant(f"remind me tomorrow at {hour}:{minute:02} to call Bob", "en")["due"] == due
        assert meant(f"明天{hour}:{minute:02}提醒我给郑凯打电话", "zh")["due"] == due


@UNHURRIED
@given(st.integers(13_000_000_000, 19_999_999_999), st.integers(7_000_000_000, 7_999_999_999))
def test_a_phone_number(chinese, british):
    assert meant(f"新增客户 郑凯 {chinese}", "zh") == {"name": "郑凯", "phone": f"+86{chinese}"}
    assert meant(f"new customer Tom Ray 0{british}", "en") == {"name": "Tom Ray", "phone": f"+44{british}"}


SYLLABLES = st.sampled_from(["ba", "do", "ki", "lu", "mon", "ran", "sel", "tor", "vi", "zan"])
FIRST = st.lists(SYLLABLES, min_size=2, max_size=3).map(lambda each: "".join(each).capitalize())
GIVEN = st.lists(st.sampled_from("凯伟磊敏静丽强洋艳杰娟涛"), min_size=1, max_size=2).map("".join)


@UNHURRIED
@given(FIRST, FIRST, st.sampled_from("赵钱孙李周吴郑王冯陈"), GIVEN)
def test_a_name(first, last, surname, given_name):
    name, han = f"{first} {last}", surname + given_name
    assert meant(f"new customer {name}", "en") == {"name": name}
    assert meant(f"we won the {name} deal", "en") == {"name": name}
    assert meant(f"remind me to call {name} tomorrow", "en")["name"] == name
    assert meant(f"新增客户 {han}", "zh") == {"name": han}
    assert meant(f"提醒我明天给{han}打电话", "zh")["name"] == han


@UNHURRIED
@given(st.sampled_from(CASES), st.integers(0, 80), st.text(max_size=3))
def test_a_slip_of_the_thumb_breaks_nothing(case, at, slip):
    language, said, _ = case
    mutated = said[:at] + slip + said[at + 1 :]
    begun = thread_time()
    answer = understand(mutated, now=SEEN_FROM[language])
    assert thread_time() - begun < 1.0
    assert json.dumps(dict(answer.slots)) and None not in answer.slots.values()


def test_an_explanation_names_spans_and_the_phrase_that_won():
    told = explained("move D12 to proposal, 40k by friday", NOW)
    assert {"ref": "D12", "said": "D12"} in told["spans"] and told["frames"][0]["intent"] == "deal.move"


@pytest.mark.parametrize(
    "said",
    [
        "new deal Acme -5k",
        "new deal Acme 5k closing 30 Feb",
        "add customer predict Callum",
        "called Ann Poe and Bob",
        "we lost power",
        "kestrel to buy new deal 40k",
        "new deal half moon 5k",
    ],
)
def test_a_strange_name_or_figure_is_asked_about_first(said):
    assert understand(said, now=NOW).confidence < 0.9
