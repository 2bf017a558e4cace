"""Letting people in and out, and one person's two accounts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from conftest import NOW, Chat
from sqlalchemy import func, insert, select

from crmbot.incoming import Place, Sender
from crmbot.people import Member, Role
from crmbot.words import say
from storage import MemberRow, codes, members
from storage.audit import broken_at
from storage.codes import as_kept, new_code
from storage.members import new_token
from storage.secrets import token_key
from storage.tables import Code, Guess, Invite

VOID = "This invitation does not work, or not any more. Please ask for a new one."
LOCKED = "Too many wrong codes. Try again in an hour."


@pytest.fixture
def olga(chat):
    return chat("olga", Role.OWNER)


def on_slack(chat: Chat, name: str = "U7") -> Chat:
    """The same person's other app."""
    sender = Sender("slack", name, name.title(), "en")
    return Chat(chat.app, chat.database, chat.outbox, sender, Place("slack", name))


def code_of(words: str) -> str:
    return next(word for word in words.split() if word[:2] in ("i_", "l_"))


def heard(chat: Chat, *, by: Chat) -> list[str]:
    """What was said to `by` when `chat` wrote last."""
    return [say(each.reply.text, each.language) for each in chat.all if each.place == by.place]


def members_of(database):
    return {row.name: (row.role, row.active) for row, _ in database.run(lambda store: store.members.all())}


# Invitations


def test_an_owner_invites_and_whoever_says_the_code_first_is_in(olga, chat):
    code = code_of(olga.does("member.invite", kind="manager"))
    ann, bob = chat("ann", None), chat("bob", None)
    assert ann.say(f"/start {code}").startswith("Welcome. You are a manager")
    assert bob.say(code) == VOID
    olga.does("member.list")
    assert [[say(cell, "en") for cell in row] for row in olga.last.reply.table.rows] == [
        ["U1 · Olga", "owner", "sales", "Terminal"],
        ["U2 · Ann", "manager", "sales", "Terminal"],
    ]


def test_with_the_bots_address_known_an_invitation_is_a_link(olga, database):
    database.run(lambda store: codes.learn_address("telegram", "https://t.me/acmebot", store.connection))
    said = olga.does("member.invite")
    assert f"https://t.me/acmebot?start={said.rpartition(' ')[2]}" in said


def test_an_invitation_can_be_called_back_by_its_button_or_from_the_list(olga, chat):
    first = code_of(olga.does("member.invite"))
    assert olga.press("Call it back") == "That invitation does not work any more."
    second = code_of(olga.does("member.invite", kind="viewer"))
    olga.does("member.list")
    olga.press("Call back: viewer, sales")
    assert [chat(f"mal{code}", None).say(code) for code in (first, second)] == [VOID, VOID]
    assert olga.does("member.uninvite", invite=1) == "That invitation was used, is too old or was called back."


def test_undoing_an_invitation_ends_it(olga, chat):
    code = code_of(olga.does("member.invite"))
    olga.say("undo")
    assert chat("ann", None).say(code) == VOID


def test_an_invitation_lasts_three_days(olga, chat, clock):
    code = code_of(olga.does("member.invite"))
    clock.wait(hours=73)
    assert chat("ann", None).say(code) == VOID


# Roles


def test_a_role_changes_at_once_and_the_person_hears_of_it(olga, chat):
    amy, bob = chat("amy"), chat("bob")
    bob.say("new deal Acme")
    assert amy.say("D1") == "I know no deal D1."
    assert olga.does("member.role", name="Amy", kind="manager") == "Amy is a manager now."
    assert heard(olga, by=amy) == ["You are a manager now: you see all of your team’s records."]
    assert amy.say("D1") == "This is D1."
    assert olga.does("member.role", name="Amy", kind="king").startswith("I know no role “king”")
    olga.does("member.role", ref="U2", kind="viewer")
    olga.say("undo")
    assert amy.say("won D1") == "D1 · Acme: won."


def test_the_last_owner_stays_one(olga, chat, database):
    assert olga.does("member.role", name="Olga", kind="rep").startswith("Somebody has to stay an owner")
    chat("amy")
    olga.does("member.remove", name="Olga", owner="Amy")
    assert olga.press("Yes").startswith("Somebody has to stay an owner")
    olga.does("member.role", name="Amy", kind="owner")
    assert olga.does("member.role", name="Olga", kind="rep") == "Olga is a rep now."
    assert members_of(database) == {"Olga": ("rep", True), "Amy": ("owner", True)}


def test_nobody_takes_back_what_they_may_not_do_any_more(olga, chat):
    amy = chat("amy")
    olga.does("member.role", name="Amy", kind="owner")
    undo = olga.button("Undo")
    amy.does("member.role", name="Olga", kind="rep")
    assert olga.say(undo) == "A rep may not do that."


def test_of_two_owners_who_demote_each_other_one_stays(olga, chat, database):
    amy, together = chat("amy", Role.OWNER), Barrier(2)

    def demote(pair):
        one, other = pair
        together.wait()
        return one.does("member.role", name=other.sender.name, kind="rep")

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(demote, [(olga, amy), (amy, olga)]))
    assert sorted(role for role, _ in members_of(database).values()) == ["owner", "rep"]


# Removal


def test_who_is_removed_is_a_stranger_at_once_and_their_work_is_anothers(olga, chat):
    bob, amy = chat("bob"), chat("amy")
    bob.say("called Acme, 30k, call back on friday")
    bob.say("new deal Hooli")
    bob.say("won D2")
    assert olga.does("member.remove", name="Bob") == (
        "Remove Bob from the team? Olga takes over one open deal, one follow-up, 0 tickets, 2 customers."
    )
    assert bob.say("D1") == "This is D1."
    assert olga.press("To Amy").startswith("Remove Bob from the team? Amy takes over")
    assert olga.say("yes").startswith("Bob is out of the team. Amy takes over one open deal")
    assert heard(olga, by=amy)[0].startswith("Bob has left the team. You take over one open deal")
    assert bob.say("D1").startswith("Thank you. Your number is")
    assert amy.say("D1") == "This is D1."
    assert amy.say("D2") == "I know no deal D2."
    assert olga.does("member.role", name="Bob", kind="manager") == "I know no member Bob."


def test_a_removal_is_taken_back_with_all_that_it_handed_over(olga, chat):
    bob = chat("bob")
    bob.say("new deal Acme 30k")
    olga.does("member.remove", name="Bob")
    olga.press("Yes")
    olga.press("Undo")
    assert bob.say("D1") == "This is D1."


def test_the_invitations_of_one_who_is_removed_end(olga, chat):
    amy = chat("amy", Role.OWNER)
    code = code_of(amy.does("member.invite", kind="owner"))
    olga.does("member.remove", name="Amy")
    olga.press("Yes")
    assert chat("mal", None).say(code) == VOID


# Two accounts of one person


def test_two_accounts_are_one_person_with_one_undo_and_one_language(olga, chat, database):
    amy = chat("amy")
    code = code_of(amy.does("account.link"))
    slack = on_slack(amy)
    assert slack.say(code) == "Linked: here you are Amy, a rep, too."
    assert heard(slack, by=amy)[-1].startswith("U7 on Slack is you too from now on.")
    amy.say("new deal Acme 30k")
    assert slack.say("undo") == "Taken back: C1, D1."
    slack.does("settings.set", language="zh")
    assert amy.say("D9") == "没有找到商机“D9”。"
    assert len(members_of(database)) == 2


def test_each_place_has_a_dialogue_of_its_own(chat):
    amy = chat("amy")
    slack = on_slack(amy)
    slack.say(code_of(amy.does("account.link")))
    amy.say("new deal Acme")
    amy.say("new deal")
    assert slack.say("Hooli").startswith("I did not get that")
    slack.say("new deal Initech")
    assert slack.say("move to proposal") == "D2 · Initech: proposal."
    assert amy.say("Hooli") == "Added D3 for Hooli."


def test_either_side_parts_the_two_at_once(chat):
    amy = chat("amy")
    slack = on_slack(amy)
    slack.say(code_of(amy.does("account.link")))
    slack.say("new deal Acme")
    assert slack.press("Won") == "D1 · Acme: won."
    amy.does("account.link", query="unlink my Slack")
    assert amy.press("Unlink Slack") == "Slack is not yours any more: who writes there is a stranger."
    assert heard(amy, by=slack) == ["Slack is not yours any more: who writes there is a stranger."]
    assert slack.say("D1").startswith("Thank you. Your number is")
    assert amy.does("account.unlink", channel="terminal", id="amy") == "You talk to me from one app only."


def test_nobody_parts_the_accounts_of_another(chat):
    amy, mal = chat("amy"), chat("mal")
    slack = on_slack(amy)
    slack.say(code_of(amy.does("account.link")))
    on_slack(mal, "U8").say(code_of(mal.does("account.link")))
    assert mal.does("account.unlink", channel="slack", id="U7") == "You talk to me from one app only."
    assert slack.say("D1") == "I know no deal D1."


def test_two_members_become_one_with_all_they_had(olga, chat, database):
    amy, second = chat("amy"), chat("amy2")
    second.say("new deal Acme 30k")
    assert second.say(code_of(amy.does("account.link"))) == (
        "Become one with Amy, a rep? Your records and your last changes will be theirs."
    )
    assert second.say("yes") == "Linked: here you are Amy, a rep, too."
    assert heard(second, by=amy)[0].startswith("Amy2 on Terminal is you too")
    assert (amy.say("D1"), second.say("D1")) == ("This is D1.", "This is D1.")
    assert amy.say("undo") == "Taken back: C1, D1."
    assert members_of(database)["Amy2"] == ("rep", False)


def test_nobody_gains_a_role_by_becoming_one_with_another(olga, chat):
    mal = chat("mal")
    code = code_of(mal.does("account.link"))
    assert olga.say(code).startswith("You and Mal have different roles or teams here.")
    assert olga.say("help").startswith("Just write what happened.")


def test_ones_own_code_and_one_of_somebody_who_left_do_nothing(olga, chat):
    amy = chat("amy")
    code = code_of(amy.does("account.link"))
    assert amy.say(code) == "That is your own code: send it from your other app."
    olga.does("member.remove", name="Amy")
    olga.press("Yes")
    assert on_slack(amy).say(code) == VOID


def test_a_code_works_once_and_for_ten_minutes_and_the_newest_only(chat, clock):
    amy = chat("amy")
    first = code_of(amy.does("account.link"))
    second = code_of(amy.does("account.link"))
    assert on_slack(amy, "U1").say(first) == VOID
    assert on_slack(amy, "U2").say(second.upper().replace("L_", "l_")).startswith("Linked")
    assert on_slack(amy, "U3").say(second) == VOID
    third = code_of(amy.does("account.link"))
    clock.wait(minutes=10, seconds=1)
    assert on_slack(amy, "U4").say(third) == VOID


def test_codes_are_for_private_chats(chat):
    amy, group = chat("amy"), chat("amy", private=False)
    code = code_of(amy.does("account.link"))
    mal = chat("mal", None, private=False)
    mal.say(code)
    assert mal.last is None
    assert "l_" not in group.does("account.link")


# Guessing


def test_after_five_wrong_codes_even_the_right_one_is_not_heard_for_an_hour(olga, chat, clock):
    mal = chat("mal", None)
    assert [mal.say(new_token()) for _ in range(5)] == [VOID] * 4 + [LOCKED]
    code = code_of(olga.does("member.invite"))
    assert mal.say(code) == LOCKED
    clock.wait(minutes=61)
    assert mal.say(code).startswith("Welcome.")


def test_a_members_wrong_codes_count_too(chat, clock):
    amy, mal = chat("amy"), chat("mal")
    for _ in range(5):
        assert mal.say(new_code("link")) == VOID
    assert mal.say(code_of(amy.does("account.link"))) == LOCKED


GUESS = {"invitation": new_token, "link": lambda: new_code("link")}


def open_codes(kind, store, *, many=100):
    """So many people, and an open code of each."""
    rows = [{"id": at, "name": "A", "role": "rep", "created_at": NOW} for at in range(1, many + 1)]
    store.connection.execute(insert(MemberRow), rows)
    for row in rows:
        member = Member(row["id"], "A", Role.REP, "sales", "en", "UTC")
        store.members.invite(Role.REP, NOW) if kind == "invitation" else store.codes.make("link", member, NOW)
    table = {"invitation": Invite.token_key, "link": Code.code_key}[kind]
    return {bytes(key) for key in store.connection.execute(select(table)).scalars()}


@pytest.mark.parametrize("kind", GUESS)
def test_a_hundred_thousand_guesses_at_a_hundred_codes_hit_none(kind, database, request):
    """Each guess has the form of a code."""
    assert hits(kind, database, 1_000_000 if request.config.getoption("--campaign") else 100_000) == 0


@pytest.mark.parametrize("kind", GUESS)
def test_guesses_at_codes_with_16_bits_would_hit(kind, database, monkeypatch):
    """So the test above would see a code that is too short."""
    monkeypatch.setattr(codes, "BYTES", 2)
    monkeypatch.setattr(members, "TOKEN", 2)
    drawn = set()
    while len(drawn) < 100:  # short ones are drawn twice now and then
        drawn.add(GUESS[kind]())
    monkeypatch.setattr(codes, "new_code", lambda _: drawn.pop())
    monkeypatch.setattr(members, "new_token", drawn.pop)
    assert hits(kind, database, 20_000) > 5


def hits(kind, database, guesses):
    """How many of so many guesses are one of a hundred open codes."""
    keys = database.run(lambda store: open_codes(kind, store))
    return sum(token_key(as_kept(GUESS[kind]())) in keys for _ in range(guesses))


@pytest.mark.parametrize("kind", GUESS)
def test_guesses_spread_over_many_accounts_let_nobody_in_and_each_account_has_five(kind, database, request):
    """Ten tries a minute of each account, through the database: all after the fifth wrong one are not looked at."""
    database.run(lambda store: open_codes(kind, store))
    attempts = 1_000_000 if request.config.getoption("--campaign") else 1_000
    accounts, seen, let_in, at = attempts // 10, 0, 0, NOW
    for first in range(0, accounts, 200):
        at += timedelta(minutes=1)
        senders = [Sender("slack", f"T1:U{number}", "Mal") for number in range(first, min(first + 200, accounts))]

        def guess(store, senders=senders, at=at):
            tries = joined = 0
            for sender in senders:
                for _ in range(10):
                    tries += not store.locked(sender, at)
                    joined += store.join(GUESS[kind](), sender, at) is not None
            return tries, joined

        tried, joined = database.run(guess)
        seen, let_in = seen + tried, let_in + joined
    assert (let_in, seen) == (0, 5 * accounts)
    assert database.run(lambda store: store.connection.execute(select(func.count()).select_from(Guess)).scalar()) <= (
        200 * 61
    ), "what is older than an hour is not kept"


@pytest.mark.parametrize("kind", ["invitation", "link"])
def test_of_two_who_say_a_code_at_once_exactly_one_is_let_in(kind, olga, chat, database):
    for round in range(10):
        amy = chat(f"amy{round}")
        said = olga.does("member.invite") if kind == "invitation" else amy.does("account.link")
        racers, together = [on_slack(amy, f"R{round}{side}") for side in "ab"], Barrier(2)

        def race(racer, code, together=together):
            together.wait()
            return racer.say(code)

        with ThreadPoolExecutor(2) as threads:
            answers = sorted(threads.map(race, racers, [code_of(said)] * 2))
        assert [answer == VOID for answer in answers].count(True) == 1, answers


def test_codes_are_not_kept_in_clear(chat, database, url):
    code = code_of(chat("amy").does("account.link"))
    with database.reading() as store:
        kept = store.connection.exec_driver_sql("SELECT code_key FROM code").scalar()
        assert broken_at(store.connection) is None
    assert len(bytes(kept)) == 32 and code.encode() not in bytes(kept)
