"""Where a channel lets the bot speak to one person alone: refusals stay there, and what is read there may be shared."""

import pytest
from conftest import Chat
from servers.blocks import buttons_of, people_see
from servers.slack import BOT
from test_parity import OnSlack as Direct
from test_parity import World, until

from crmbot.incoming import Place
from crmbot.people import Role
from crmbot.words import say

GROUP, ASIDE = Place("slack", "C1", private=False), Place("slack", "C1", "@amy")


@pytest.fixture
def amy(chat) -> Chat:
    amy = chat("amy", Role.MANAGER)
    amy.say("new deal Acme 30k, close end of march")
    amy.place = GROUP
    amy.does("place.link")
    return amy


def read_in(place, chat):
    return [say(each.reply.text, each.language) for each in chat.all if each.place == place]


@pytest.mark.parametrize("said", ["won D9", "make Acme an owner", "D1 is now 99999999999999999999"])
def test_a_refusal_is_for_who_asked_and_says_all(said, amy):
    amy.say(said, aside=ASIDE)
    assert len(read_in(ASIDE, amy)) == len(amy.all) == 1
    amy.say(said)
    assert read_in(GROUP, amy), "where nobody can be spoken to alone the group reads that it was not done"


def test_where_the_bot_says_nothing_it_says_so_to_who_asked_alone(chat):
    amy = chat("amy", Role.MANAGER)
    amy.place = GROUP
    amy.say("open deals", aside=ASIDE)
    assert read_in(ASIDE, amy)[0].startswith("This group is not linked") and not read_in(GROUP, amy)


def test_a_stale_button_says_so_to_who_pressed_alone(amy):
    part = amy.button("Unlink")
    amy.say(part, aside=ASIDE)
    amy.does("place.link")
    amy.say(part, aside=ASIDE)
    assert read_in(ASIDE, amy) == ["That was done already."] and not read_in(GROUP, amy)


def test_what_was_asked_aside_is_shared_by_a_button_without_names_and_amounts(amy):
    amy.place = ASIDE
    assert amy.say("D1", group=GROUP) == "This is D1."
    assert amy.facts["Amount"] == "$30,000"
    shares = amy.button("Share to channel")
    amy.say(shares, group=GROUP)
    shown = next(each for each in amy.all + amy.posted if each.place == GROUP)
    assert say(shown.reply.text, "en") == "Amy shares: This is D1."
    assert (shown.reply.card.title, [say(value, "en") for _, value in shown.reply.card.facts]) == (
        "D1",
        ["lead", "Wed 31 Mar 2027"],
    )
    assert read_in(ASIDE, amy) == ["Shared with the channel, without names and amounts."]
    assert amy.say(shares, group=GROUP) == "That was done already."


def test_a_deal_that_was_shared_stands_there_and_what_changes_it_is_seen_there(amy):
    amy.place = ASIDE
    amy.say("D1", group=GROUP)
    amy.say(amy.button("Share to channel"), group=GROUP)
    amy.place = Place("terminal", "amy")
    amy.say("won D1")
    assert [say(each.reply.text, "en") for each in amy.posted if each.place == GROUP] == ["D1: won."] * 2


def test_counts_can_be_shared_too_and_nothing_where_nothing_is_open(amy):
    amy.place = ASIDE
    amy.say("open deals", group=GROUP)
    amy.say(amy.button("Share to channel"), group=GROUP)
    assert read_in(GROUP, amy) == ["Amy shares: One open deal."]
    for said in ("show me Acme", "help", "settings"):
        amy.say(said, group=GROUP)
        assert "Share to channel" not in amy.labels, said


def test_nothing_is_shared_with_a_group_that_is_not_the_teams(amy):
    amy.place = ASIDE
    amy.say("D1", group=Place("slack", "C2", private=False))
    assert "Share to channel" not in amy.labels
    amy.say("D1", group=GROUP)
    shares = amy.button("Share to channel")
    amy.database.run(lambda store: store.unlink_place(GROUP))
    assert amy.say(shares, group=GROUP).startswith("This group is not linked")


def test_nothing_is_shared_where_another_company_reads_along_by_now(amy):
    amy.place = ASIDE
    amy.say("D1", group=GROUP)
    assert amy.say(amy.button("Share to channel")).startswith("People of another company")
    assert not read_in(GROUP, amy)


def test_a_bare_ref_among_others_is_answered_to_who_wrote_it_or_not_at_all(amy, chat):
    amy.place = ASIDE
    overheard = {"group": GROUP, "overheard": True}
    assert amy.say("D1", **overheard) == "This is D1." and [each.place for each in amy.all] == [ASIDE]
    for said in ("D9", "C77", "K4"):
        amy.say(said, **overheard)
        assert not amy.all, said
    amy.say("D1", group=Place("slack", "C2", private=False), overheard=True)
    assert not amy.all, "a channel that is not linked"
    mal = chat("mal", None)
    mal.place = Place("slack", "C1", "@mal")
    mal.say("D1", **overheard)
    assert not mal.all


# On Slack itself


class Channels(Direct):
    def _note(self, message):
        if message["channel"].startswith("D"):
            super()._note(message)


@pytest.fixture
def world(database, kind_of_database):
    if kind_of_database != "sqlite":
        pytest.skip("on SQLite alone")
    with World(Channels, database).running_bot() as world:
        yield world


def does(world, doing):
    async def done():
        doing()
        await until(lambda: not world.channel.under_way)

    world.wait(done())


def test_on_slack_refusals_are_ephemeral_and_a_shared_card_becomes_the_root_of_a_thread(world):
    slack, amy = world.channel, world.open_chat("amy", Role.MANAGER, "en")
    amy.say("new deal Acme 30k, close end of march")
    does(world, lambda: slack.mentions("open deals", "UAMY"))
    assert people_see(slack.ephemerals[-1])[0].startswith("This group is not linked")
    does(world, lambda: slack.mentions("/link", "UAMY"))
    does(world, lambda: slack.mentions("won D9", "UAMY", thread="5.5"))
    refused = slack.ephemerals[-1]
    assert (refused["user"], refused["thread_ts"], people_see(refused)[0]) == ("UAMY", "5.5", "I know no deal D9.")
    assert not slack.reactions
    does(world, lambda: slack.says("D1", "UAMY", "C1"))
    does(world, lambda: slack.says("D1", "UMAL", "C1"))
    does(world, lambda: slack.says("K9", "UAMY", "C1"))
    does(world, lambda: slack.says("have you seen D1?", "UAMY", "C1"))
    assert [people_see(each)[0].split("\n")[0] for each in slack.ephemerals[2:]] == ["This is D1."]
    before = len(slack.sent)
    card = slack.ephemerals[-1]
    does(world, lambda: slack.presses_id(buttons_of(card)["Share to channel"], card, "UAMY"))
    [shown] = slack.sent[before:]
    assert shown["channel"] == "C1" and "thread_ts" not in shown and "30,000" not in str(shown)
    assert slack.responses[-1][1]["replace_original"] and "Shared" in slack.responses[-1][1]["text"]
    amy.say("move D1 to proposal")
    amy.say("won D1")
    assert slack.messages["C1", shown["ts"]]["text"].startswith("D1: won.")
    moved, won = (each for each in slack.sent[before + 1 :] if each["channel"] == "C1")
    assert moved["thread_ts"] == won["thread_ts"] == shown["ts"]
    assert won["reply_broadcast"] and "reply_broadcast" not in moved, "the channel hears of the end alone"
    amy.say("new deal Birch 5k")
    does(world, lambda: slack.mentions("lost D2, too expensive", "UAMY", thread="7.7"))
    assert slack.sent[-2]["thread_ts"] == "7.7" and slack.sent[-2]["reply_broadcast"]


def test_on_slack_a_reply_in_the_thread_of_a_ticket_answers_its_customer(world):
    slack, amy = world.channel, world.open_chat("amy", Role.OWNER, "en")
    slack.meet("ann", "en")
    amy.say("help")

    def read(where):
        return [people_see(each)[0].split("\n")[0] for each in slack.sent if where.items() <= each.items()]

    def then(doing, where, words):
        does(world, doing)
        world.wait(until(lambda: any(words in each for each in read(where))))

    room, ann = {"channel": "C1"}, {"channel": "DANN"}
    then(lambda: slack.mentions("/link support", "UAMY"), room, "This")
    then(lambda: slack.says("the export is broken", "UANN"), room, "K1 waits for us")
    post = next(each for each in slack.sent if each["channel"] == "C1" and "K1 waits" in people_see(each)[0])
    ours = {"thread": post["ts"], "parent_user_id": BOT}
    then(lambda: slack.says("Which browser?", "UAMY", "C1", **ours), ann, "Which browser?")
    does(world, lambda: slack.says("// they always say that", "UAMY", "C1", **ours))
    does(world, lambda: slack.says("lunch?", "UAMY", "C1", thread="5.5", parent_user_id="UMAL"))
    does(world, lambda: slack.says("lunch?", "UAMY", "C1", thread="6.6"))
    then(lambda: slack.mentions("It is fixed", "UAMY", thread=post["ts"]), ann, "It is fixed")
    assert read(ann) == ["Thank you. Your number is K1; the team will answer here.", "Which browser?", "It is fixed"]
    assert read({"thread_ts": post["ts"]}).count("K1: the customer has it from here.") == 2
