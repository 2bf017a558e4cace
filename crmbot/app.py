"""The one road every message takes."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.audience import in_group, in_room, is_loud, open_form, shared
from crmbot.choices import choices
from crmbot.corrections import Mended, correcting, updating, which, with_changes
from crmbot.desk import Desk, said_below
from crmbot.dialogue import (
    SURE,
    Asked,
    Command,
    Last,
    Question,
    Resolver,
    Written,
    confirmation,
    in_place_of,
    of_the_last,
    of_whom,
    several,
    to_change,
    to_fill,
)
from crmbot.errors import NotAllowed, Refused, Unavailable
from crmbot.forms import meant_by
from crmbot.incoming import GROUP, HOME, INVITATION, LINK, Filled, Incoming, Place, Press, Sender, code_in, name_in
from crmbot.intents import Intent
from crmbot.lessons import ASKING, Lesson
from crmbot.misread import (
    about_to_undo,
    ask_what_to_undo,
    guess,
    learn,
    learned,
    meant_instead,
    takes,
    with_lesson,
    with_not_this,
)
from crmbot.monthly import with_month_day
from crmbot.people import Member, Permission, Scope
from crmbot.reply import Button, Later, Post, Reply, Told, text
from crmbot.sender import Outgoing
from crmbot.service import ServiceRules
from crmbot.turn import LONGEST, Read, Road, Turn
from crmbot.understand import Understood, understand
from crmbot.welcome import joined, linked
from crmbot.words import LANGUAGES, language_of

log = logging.getLogger(__name__)
FLOOD, WITHIN = 20, timedelta(seconds=10)  # messages of one stranger, after which the bot falls silent
STRANGERS = 10_000  # that are kept count of
NEWS = frozenset({"edit", "taught"})  # takes the place of what may have done nothing
SHOWS = {"C": "customer.show", "D": "deal.show", "T": "task.show", "K": "ticket.show"}  # what has a card
WORKING = Reply(text("working"))  # said only when it takes long, or beside something else


@dataclass(frozen=True, slots=True)
class App:
    intents: Mapping[str, Intent]
    clock: Callable[[], datetime]
    token: Callable[[], str]  # something nobody can guess
    desk: Desk
    language: str = "en"
    zone: str = "UTC"
    currency: str = "USD"
    service_open: bool = True
    _zones: dict[tuple[str, str], str] = field(default_factory=dict)  # where each sender was last known to be
    _heard: dict[tuple[str, str], deque[datetime]] = field(default_factory=dict)  # when strangers wrote

    def read(self, incoming: Incoming) -> Read:
        """What the words mean. Pure but for a guess at the sender's time zone, which `answer` checks."""
        zone = self._zones.get((incoming.sender.channel, incoming.sender.id), self.zone)
        return Read(incoming, self._meaning(incoming, zone), zone)

    def answer(self, read: Read, road: Road) -> None:
        """Take in one message inside the caller's transaction: that it came, what it changes, what is answered.

        Raises `Unavailable` when the database is away: then nothing may be kept or acknowledged.
        """
        now = self.clock()
        if road.first_time(read.incoming, now):
            self._take_in(read, road, now)
            if read.incoming.place.external:  # it may have been the team's alone before
                road.acts(None, "place.unlink", now)
                road.unlink_place(read.incoming.place)

    def _take_in(self, read: Read, road: Road, now: datetime) -> None:
        incoming = read.incoming
        member = road.member(incoming.sender)
        if incoming.overheard and not (member and self._concerns_us(incoming, road)):
            return
        if member is None:
            self._answer_stranger(incoming, road, now)
            return
        if member.name == incoming.sender.id != incoming.sender.name:  # the settings know owners by number only
            road.introduce(member, incoming.sender.name)
            member = replace(member, name=incoming.sender.name)
        member = self._with_defaults(member, incoming)
        meant = read.meant if member.zone == read.zone else self._meaning(incoming, member.zone)
        self._zones[(incoming.sender.channel, incoming.sender.id)] = member.zone
        road.acts(member, meant.intent, now)
        turn = Turn(incoming, meant, member, road.dialogue(member, incoming.place, now), road, now, self.token())
        reply = self._outcome(turn)
        road.remember(turn.dialogue, member, incoming.place, now)
        if incoming.overheard and incoming.group and (turn.missed or not turn.done):
            return
        if not incoming.place.private:
            incoming = replace(incoming, place=turn.private, message_id="")  # where slow work is told of
            reply = Reply(text("working-in-private")) if reply == WORKING else reply
        shown = self._say(reply, turn) if reply != WORKING else None
        if turn.done:
            self._tell_of_changes(reply, shown if reply.card and reply.desk else None, turn)
            for each in turn.later:
                self._tell_others(each.told, road)
                road.later(each, member, incoming.place, now, answers=_answered(incoming))

    @staticmethod
    def _concerns_us(incoming: Incoming, road: Road) -> bool:
        """Of what is said to others in a linked group: a bare D12, and what stands below the post of a ticket."""
        desk = road.about(incoming.place, incoming.reply_to).get("desk", "")
        concerns = incoming.group or said_below(incoming.said, desk)
        return bool(concerns and road.team_of(incoming.group or incoming.place))

    def _tell_of_changes(self, reply: Reply, shown: Place | None, turn: Turn) -> None:
        """Below the posts of the records that it changed, and in them. `shown`: where all of it was just said."""
        road, here = turn.road, turn.incoming.place
        live = tuple(self.desk.live(road, turn.now))
        if said := open_form(reply.text):
            news = [Post(each.ref, each.to, said, news=True) for each in live if each.ref != turn.posted]
            self._post((each for each in news if each.to == "groups"), road, shown=here)
            if here.private:  # what was done to a ticket in a group was said there
                self._post((each for each in news if each.to == "room"), road)
        for post in (*reply.posts, *live):
            self._post((post,), road, shown=here if post.ref == turn.posted else shown)

    def run_as(self, command: Command, member: Member, place: Place, road: Road, now: datetime) -> Reply | Later:
        """A command that nobody typed, such as a report that a member has scheduled. Raises `Refused`."""
        spec = self.intents.get(command.intent)
        if spec is None or not member.may(spec.needs):
            raise NotAllowed(member.role)
        resolver = Resolver(road, member, {}, {}, member.currency, now)
        sender = Sender(place.channel, "", member.name, member.language)
        things: dict[type, Any] = {Member: member, Sender: sender, Place: place, datetime: now, type(road): road}
        try:
            return spec.run(resolver.slots(spec, Understood(command.intent, command.slots)), things)
        except Asked as asked:
            raise Refused(asked.reply.text) from asked

    def apologise(self, incoming: Incoming, road: Road, error: BaseException | None = None) -> None:
        """What is kept of a message that the road itself broke on: that it came, and that it is our mistake."""
        now = self.clock()
        if road.first_time(incoming, now):
            language = language_of(incoming.sender.language, self.language)
            road.say(self.our_bug(error), incoming.place, language, self.token(), now)

    def tell_owners(self, reply: Reply, road: Road) -> None:
        self._tell(road.owners(), reply, road)

    def unreached(self, place: Place, refs: Sequence[str], road: Road) -> None:
        """What was said there of these tickets did not arrive."""
        self._post(self.desk.unreached(place, refs, road), road)

    def tell(self, reply: Reply, road: Road) -> None:
        """What others hear of what was answered elsewhere than in a chat."""
        self._tell_others(reply.told, road)
        self._post(reply.posts, road)

    def _tell(self, accounts: Sequence[tuple[Sender, str]], reply: Reply, road: Road) -> None:
        """In their private chats, wherever they talk to the bot."""
        for sender, language in accounts:
            place = Place(sender.channel, sender.id)
            road.say(reply, place, language or self.language, self.token(), self.clock())

    def _post(self, posts: Iterable[Post], road: Road, *, shown: Place | None = None) -> None:
        """Where they belong, but not in `shown`: there it has just been said."""
        for post in posts:
            road.post(post, self.token, self.clock(), self.language, shown=shown)

    def our_bug(self, error: BaseException | None) -> Reply:
        """The handled row is kept, or the platform would bring the message that breaks us for ever."""
        incident = self.token()[:8]
        log.error("incident %s", incident, exc_info=error)
        return Reply(text("our-bug", incident=incident))

    def cannot_draw(self, outgoing: Outgoing) -> None:
        """A reply that a channel cannot show: it is set aside, the chat goes on."""
        log.exception("incident %s: outgoing row %s cannot be sent", self.token()[:8], outgoing.id)

    def _meaning(self, incoming: Incoming, zone: str) -> Understood:
        if not isinstance(incoming.said, str):
            return Understood("pressed")
        if incoming.contact and not incoming.said:
            return _shared_contact(incoming)
        if incoming.files and not incoming.said:
            return Understood("file.analyse")
        if (code := code_in(incoming)).startswith((LINK, GROUP)):
            return Understood("account.link" if code.startswith(LINK) else "place.link", {"code": code})
        if name := name_in(incoming):
            return Understood("place.link", {"channel": name})
        now = self.clock().astimezone(ZoneInfo(zone))
        return understand(incoming.said[:LONGEST], now=now, language=language_of(incoming.sender.language, "en"))

    def _with_defaults(self, member: Member, incoming: Incoming) -> Member:
        return replace(
            member,
            language=self._speaks(member, incoming),
            zone=member.zone or self.zone,
            currency=member.currency or self.currency,
        )

    def _speaks(self, member: Member, incoming: Incoming) -> str:
        """The member's own choice, else their app's language, else the bot's."""
        if member.language in LANGUAGES:
            return member.language
        return language_of(incoming.sender.language, self.language)

    def _say(self, reply: Reply, turn: Turn) -> Place | None:
        """Where all of it was said, if anywhere."""
        place, pressed = turn.incoming.place, isinstance(turn.incoming.said, Press)
        language = reply.language or turn.member.language
        here, rest = reply, None
        if turn.refused and turn.incoming.aside:
            turn.road.say(reply, turn.incoming.aside, language, turn.token, turn.now, answers=_answered(turn.incoming))
            return None
        if turn.incoming.group:
            reply = here = self._share(reply, turn) if turn.shared else self._with_share(reply, turn)
        if not place.private:
            reply = here = replace(reply, form=None)  # it would show the record to whoever pressed last
            turn.posted = self._posts(reply, turn)
            reached = turn.road.reached(turn.private)
            here, rest = in_group(reply, reached=reached, outcome=turn.outcome, posts=bool(turn.posted))
        if not place.private and reply.desk and turn.road.stands(reply.desk, place):
            here, rest = in_room(reply), None
            if pressed and turn.road.about(place, turn.incoming.reply_to).get("desk") == reply.desk:
                self._tell_others(reply.told, turn.road)  # it was the post itself: that is drawn anew
                return None
        edits = turn.incoming.reply_to if pressed and here.in_place else ""
        answers = _answered(turn.incoming)
        token = self.token() if rest else turn.token
        if place.private:
            here = replace(_alone(here), menu=turn.member.role)
        else:
            here = replace(_alone(here), loud=is_loud(open_form(reply.text) or here.text))
        turn.road.say(here, place, language, token, turn.now, edits=edits, answers=answers)
        if rest:
            rest = rest if turn.done else _asked_in(place, rest)
            turn.road.say(_alone(rest), turn.private, language, turn.token, turn.now)
        self._tell_others(reply.told, turn.road)
        return turn.private if rest or place.private else None

    def _share(self, reply: Reply, turn: Turn) -> Reply:
        """Said in the group, as far as everybody there may read it; who pressed is told so."""
        group, open_ = turn.place, shared(reply, turn.member.name)
        if not turn.done or open_ is None:
            return reply
        ref = open_.card.ref if open_.card else ""
        posts = ref[:1] == "D" and not turn.road.is_posted(ref, group)
        turn.road.say(replace(open_, desk=ref if posts else ""), group, turn.member.language, self.token(), turn.now)
        return Reply(text("shared"), in_place=True)

    @staticmethod
    def _with_share(reply: Reply, turn: Turn) -> Reply:
        """What was asked for aside may be shown to the group, if the group is the team's."""
        group = turn.incoming.group
        shows = SHOWS.get(reply.card.ref[:1]) if reply.card else None
        command = Command(shows, {"ref": reply.card.ref}) if shows and reply.card else turn.read
        if not (turn.done and group and command and shared(reply, "") and turn.road.team_of(group)):
            return reply
        slots = {"place": [group.channel, group.chat, group.thread], "intent": command.intent, "slots": command.slots}
        return replace(reply, buttons=(*reply.buttons, Button(text("button-share"), "share", slots, once=True)))

    @staticmethod
    def _posts(reply: Reply, turn: Turn) -> str:
        """The deal that was changed here and has no post in this group yet: what is answered is its post."""
        ref = reply.card.ref if turn.done and reply.card else ""
        changed = ref in turn.road.changed("D") and not turn.road.is_posted(ref, turn.incoming.place)
        return ref if changed else ""

    def _tell_others(self, everybody: Sequence[Told], road: Road) -> None:
        for told in everybody:
            accounts = road.accounts(told.to) if isinstance(told.to, int) else [(told.to, told.to.language)]
            self._tell(accounts, Reply(told.text, buttons=told.buttons), road)

    def _outcome(self, turn: Turn) -> Reply:
        """What the command comes to; unless it is done, nothing that it changed stays."""
        question, turn.dialogue.question = turn.dialogue.question, None
        unconfirmed, turn.dialogue.unconfirmed = turn.dialogue.unconfirmed, None
        about = dict(turn.dialogue.about)
        turn.after_miss = turn.dialogue.missed
        reply = self._tried(turn, question, unconfirmed)
        if not turn.done:
            turn.dialogue.about = about  # nobody speaks of what was not kept
        turn.dialogue.missed = turn.missed or (turn.writes and not turn.done)
        turn.dialogue.asked = turn.token if turn.dialogue.unconfirmed else ""
        turn.dialogue.last = _last(turn)
        turn.dialogue.written = _written(turn)
        return reply

    def _tried(self, turn: Turn, question: Question | None, unconfirmed: Command | None) -> Reply:
        try:
            with turn.road.savepoint():
                meant = self._command(turn)
                self._admit(meant, turn)
                turn.meant, said = meant, turn.incoming.said
                mended = correcting(meant, unconfirmed, self.intents, turn)
                if question and not (mended and mended[0].sure) and isinstance(said, str):
                    meant = question.answered(said, meant, now=turn.local, language=turn.member.language)
                    turn.answers = meant is not turn.meant
                if mended and not turn.answers:
                    reply = self._correct(mended, unconfirmed, turn)
                else:
                    reply = self._carry_out(meant, turn, unconfirmed)
            turn.done = True
            if ask := reply.ask:
                turn.dialogue.question = Question(Command(ask.intent, ask.slots), ask.slot)
            return reply
        except Asked as asked:
            turn.dialogue.question, turn.dialogue.unconfirmed = asked.question, asked.unconfirmed
            return asked.reply
        except Refused as no:
            turn.refused = True
            turn.road.audit("refused")
            return Reply(no.text)
        except Unavailable:
            raise
        except Exception as error:
            turn.refused = True
            turn.road.audit("bug")
            return self.our_bug(error)

    def _carry_out(self, meant: Understood, turn: Turn, unconfirmed: Command | None) -> Reply:
        if turn.incoming.forwarded:
            turn.missed = True
            return Reply(text("forwarded"))  # somebody else's words are never a command
        if turn.incoming.edited_of:
            return self._amend(meant, turn)
        if meant.intent == "confirm" and not meant.slots and unconfirmed:
            turn.road.use(turn.dialogue.asked)  # [Yes] is done with too
            turn.answers = True
            return self._do(Understood(unconfirmed.intent, unconfirmed.slots), turn, confirmed=True)
        return self._all(meant, turn)

    def _command(self, turn: Turn) -> Understood:
        if isinstance(turn.incoming.said, str):
            about = turn.road.about(turn.incoming.place, turn.incoming.reply_to)
            below = said_below(turn.incoming.said, about.get("desk", ""))
            known = below or learned(turn.incoming.said, self.intents, turn)
            return known or _of_place(turn.meant, turn.incoming.place)
        if isinstance(turn.incoming.said, Filled):
            return meant_by(turn.incoming.said, turn.local, turn.member.language)
        if turn.incoming.said == HOME:
            return Understood("home")
        button = turn.road.press(turn.incoming.said, turn.incoming.place)
        if button.intent == "asked":
            button = self._answer_of_group(button.slots, turn)
        if button.intent == "share":
            if turn.incoming.group is None:  # somebody of another company may read there by now
                raise Refused(text("place-external"))
            channel, chat, thread = button.slots["place"]
            turn.shared, turn.asked_in = True, Place(channel, chat, thread, private=False)
            return Understood(button.slots["intent"], button.slots["slots"])
        return Understood(button.intent, button.slots)

    @staticmethod
    def _answer_of_group(slots: Mapping[str, Any], turn: Turn) -> Button:
        """A question of a group that is answered in private is answered in the group too, and once."""
        channel, chat, thread = slots["place"]
        turn.asked_in = Place(channel, chat, thread, private=False)
        dialogue = turn.road.dialogue(turn.member, turn.asked_in, turn.now)
        button = Button(text("button-yes"), slots["intent"], slots["slots"])
        if not dialogue.waits_for(button):
            raise Refused(text("button-used"))
        turn.road.remember(replace(dialogue, question=None, unconfirmed=None), turn.member, turn.asked_in, turn.now)
        return button

    def _admit(self, meant: Understood, turn: Turn) -> None:
        """In a group the bot answers only when it was linked to the member's team, and never where outsiders read."""
        place = turn.place
        if place.external:
            raise Refused(text("place-external"))
        if place.private or meant.intent == "place.link":
            return
        team = turn.road.team_of(place)
        if team is None:
            raise Refused(text("place-unlinked", command="/link"))
        if team != turn.member.team and turn.member.scope(Permission.READ_MEMBERS) is not Scope.ALL:
            raise Refused(text("place-of-another-team"))

    def _amend(self, meant: Understood, turn: Turn) -> Reply:
        """An edited message: what it first did is taken back, what it says now is done."""
        if meant.intent not in self.intents:
            turn.missed = True
            return Reply(text("edit-not-understood"))
        forms = turn.road.forms(turn.incoming.place, turn.incoming.edited_of)
        chain = [Command(each.intent, each.slots) for each in (meant, *meant.also)]
        again = in_place_of({"messages": list(forms), "edit": turn.road.message}, *chain)
        return self._instead(again.slots, meant, turn)

    def _correct(self, mended: Sequence[Mended], unconfirmed: Command | None, turn: Turn) -> Reply:
        """ "No, 30k not 3k"; of what waits for a yes it is another question."""
        turn.answers = True
        [first, *others] = mended
        if unconfirmed:
            return self._do(
                Understood(unconfirmed.intent, {**unconfirmed.slots, **first.slots}, ASKING), turn, confirmed=False
            )
        assert turn.dialogue.written
        if others or not first.sure:
            raise which(mended, turn.dialogue.written, turn)
        return self._mend(first.at, first.slots, turn)

    def _mend(self, at: int, slots: Mapping[str, Any], turn: Turn) -> Reply:
        written = turn.dialogue.written
        assert written
        commands = list(written.commands)
        commands[at] = Command(commands[at].intent, {**commands[at].slots, **slots})
        if update := updating(commands[at], slots, written.ref, self.intents):
            reply = self._do(update, turn, confirmed=True)
            turn.written = Written((turn.road.message, *written.messages), tuple(commands), written.ref)
        else:
            plain = [[each.intent, each.slots] for each in commands]
            reply = self._instead({"messages": written.messages}, _chained(plain), turn)
        return with_changes(slots, written.commands[at].slots, reply, turn)

    def _instead(self, given: Mapping[str, Any], meant: Understood, turn: Turn) -> Reply:
        """What a message did is taken back and `meant` is done; while something is asked about that, it stands.

        What comes of an edited message is that message's own, also when an answer stood between.
        """
        given = with_lesson(given, meant, turn)
        if meant.intent in self.intents:
            self._may(self.intents[meant.intent], turn)
        with turn.road.as_message(given.get("edit")):
            for message in given["messages"]:
                turn.road.take_back(turn.member, message, turn.now, may_be_nothing=bool(given.keys() & NEWS))
            try:
                reply = self._all(meant, turn)
            except Asked as asked:
                raise asked.in_place_of({name: given[name] for name in given if name != "commands"}) from asked
        if given.get("edit"):
            reply = replace(reply, text=text("instead", now=reply.text))
            turn.written = turn.written and replace(turn.written, messages=(given["edit"],))
        if given.get("lesson") and (now_known := learn(Lesson(**given["lesson"]), turn)):
            reply = replace(reply, text=text("and-then", first=reply.text, then=now_known))
        return reply

    def _all(self, meant: Understood, turn: Turn) -> Reply:
        """Every command of the message, done and taken back as one; what one of them lacks is asked for first."""
        chain = [Command(each.intent, each.slots) for each in (meant, *meant.also)]
        if len(chain) == 1:
            return self._do(meant, turn, confirmed=False)
        replies = []
        for at, each in enumerate(chain):
            try:
                reply = self._do(Understood(each.intent, each.slots), turn, confirmed=False)
            except Asked as asked:
                raise asked.among(chain[:at], chain[at + 1 :]) from asked
            replies.append(_among(reply, chain[:at], chain[at + 1 :]))
        return _together(replies)

    def _do(self, meant: Understood, turn: Turn, *, confirmed: bool) -> Reply:
        match meant.intent:
            case "confirm" if meant.slots:  # the [Yes] under a question
                return self._do(Understood(meant.slots["intent"], meant.slots["slots"]), turn, confirmed=True)
            case "several":  # a button under one of several commands of a message
                return self._all(_chained(meant.slots["commands"]), turn)
            case "instead":  # [Same as C12]: what a message did is taken back and done to another record
                return replace(self._instead(meant.slots, _chained(meant.slots["commands"]), turn), in_place=True)
            case "correct":  # which fact was meant
                if not turn.dialogue.written or meant.slots["messages"] != list(turn.dialogue.written.messages):
                    raise Refused(text("button-used"))
                return self._mend(meant.slots["at"], meant.slots["slots"], turn)
            case "change":  # what stands on a card is not quite what was meant
                wrong, slot = Command(meant.slots["intent"], meant.slots["slots"]), meant.slots.get("slot")
                kind = self.intents[wrong.intent]
                raise to_fill(wrong, kind, slot) if slot else to_change(wrong, kind)
            case "undo" if turn.after_miss and not meant.slots:
                ask_what_to_undo(turn)
            case "not-this":
                names = turn.road.named_in(str(meant.slots["said"]), turn.member)
                return choices(meant.slots, takes(self.intents, turn), names, turn.member, turn.local)
            case "lesson.meant":
                again = meant_instead(meant, self.intents, turn)
                return again if isinstance(again, Reply) else self._instead(*again, turn)
        if not confirmed and isinstance(turn.incoming.said, str):
            meant = self._of_what_is_spoken_of(meant, turn)
        spec = self.intents.get(meant.intent)
        if spec is None:
            turn.missed = True
            return guess(self.intents, turn)
        self._may(spec, turn)
        meant = self._of_whom(meant, spec, turn)
        if not confirmed and isinstance(turn.incoming.said, str):
            meant = with_month_day(meant, spec.slots, turn.incoming.said)
        if day := meant.impossible.get("day"):
            raise Refused(text("no-such-day", said=day))
        if amount := meant.impossible.get("amount"):
            raise Refused(text("no-such-amount", said=amount))
        unsure = meant.confidence < SURE and spec.needs.writes and "sure" not in spec.slots.model_fields
        if (spec.asks or (unsure and not self._resolver(turn).lacks(spec, meant))) and not confirmed:
            meant, record = self._resolver(turn).pinned(spec, meant)
            raise confirmation(spec, Command(spec.name, meant.slots), record, turn.member, turn.now)
        undone = about_to_undo(meant, turn) if spec.name == "undo" else None
        reply = self._run(spec, meant, turn)
        return with_not_this(reply, meant, undone, turn)

    @staticmethod
    def _of_what_is_spoken_of(meant: Understood, turn: Turn) -> Understood:
        replied = dict(turn.road.about(turn.incoming.place, turn.incoming.reply_to))
        before = {letter: ref for letter, ref in turn.dialogue.about.items() if letter not in replied}
        return of_the_last(meant, before | replied)

    @staticmethod
    def _of_whom(meant: Understood, spec: Intent, turn: Turn) -> Understood:
        said = turn.incoming.said
        about = turn.dialogue.about | dict(turn.road.about(turn.incoming.place, turn.incoming.reply_to))
        return of_whom(meant, spec, said, about) if isinstance(said, str) else meant

    def _may(self, spec: Intent, turn: Turn) -> None:
        turn.road.acts(turn.member, spec.name, turn.now)  # first of all, for a refusal is audited too
        turn.writes |= spec.needs.writes
        if not turn.member.may(spec.needs):
            raise NotAllowed(turn.member.role)

    def _run(self, spec: Intent, meant: Understood, turn: Turn) -> Reply:
        resolver = self._resolver(turn)
        slots = resolver.slots(spec, meant)
        turn.read = Command(spec.name, meant.slots) if spec.needs.reads else None
        reply = self._now(spec.run(slots, self._things(turn)), turn)
        if spec.needs.writes or spec.name == "undo":
            turn.written = _with_written(turn, Command(spec.name, meant.slots), reply)
        refs = [record.ref for slot, _, _ in spec.records if (record := getattr(slots, slot))]
        if reply.card and reply.card.ref:
            refs.append(reply.card.ref)
        for ref in refs:
            turn.dialogue.about.pop(ref[0], None)  # what was spoken of last stands last
            turn.dialogue.about[ref[0]] = ref
        if resolver.near:
            reply = replace(reply, buttons=reply.buttons + _same_as(resolver.near, spec, meant, turn))
        return reply

    def _resolver(self, turn: Turn) -> Resolver:
        replied = turn.road.about(turn.incoming.place, turn.incoming.reply_to)
        about = turn.dialogue.about | dict(replied)
        return Resolver(turn.road, turn.member, about, replied, turn.member.currency, turn.now)

    def _things(self, turn: Turn) -> Mapping[type, Any]:
        """What a handler is given when it asks for it."""
        said = turn.incoming
        things: dict[type, Any] = {Member: turn.member, Sender: said.sender, Place: turn.place, datetime: turn.now}
        things |= {Incoming: said, ServiceRules: self.desk.rules}
        return things | {type(turn.road): turn.road}

    def _now(self, reply: Reply | Later, turn: Turn) -> Reply:
        """What can be said at once: of slow work, that it is being done."""
        if isinstance(reply, Reply):
            return reply
        turn.later.append(reply)
        return WORKING

    def _answer_stranger(self, incoming: Incoming, road: Road, now: datetime) -> None:
        """An invitation is taken; else the service desk, or one neutral sentence. Groups hear nothing."""
        if not incoming.place.private or self._floods(incoming.sender, now):
            return
        road.acts(None, "stranger", now)
        language = language_of(incoming.sender.language, self.language)
        reply = self._welcome(incoming, road, now)
        if reply:
            edits = incoming.reply_to if reply.in_place else ""
            here = replace(_alone(reply), menu=reply.menu or "customer")
            road.say(here, incoming.place, reply.language or language, self.token(), now, edits=edits)
            self._tell_others(reply.told, road)
            posts = (*reply.posts, *self.desk.live(road, now))
            self._post(sorted(posts, key=lambda post: post.file is not None), road)  # files below what stands

    def _let_in(self, code: str, sender: Sender, road: Road, now: datetime) -> Reply:
        member = road.join(code, sender, now)
        if member is None:
            road.audit("refused")
            return Reply(text("too-many-tries") if road.locked(sender, now) else text("invitation-void"))
        if code.startswith(INVITATION):
            return replace(joined(member), menu=member.role)
        return replace(linked(sender, member.name, member.role, road.accounts(member.id)), menu=member.role)

    def _floods(self, sender: Sender, now: datetime) -> bool:
        """Whether a stranger wrote too much at once: then the bot falls silent and keeps nothing."""
        if len(self._heard) > STRANGERS:
            self._heard.clear()
        times = self._heard.setdefault((sender.channel, sender.id), deque(maxlen=FLOOD))
        floods = len(times) == FLOOD and now - times[0] < WITHIN
        times.append(now)
        return floods

    def _welcome(self, incoming: Incoming, road: Road, now: datetime) -> Reply | None:
        if code := code_in(incoming):
            return self._let_in(code, incoming.sender, road, now)
        return self.desk.hear(incoming, road, now, open=self.service_open)


def _last(turn: Turn) -> Last | None:
    """What may still be put right: not what only speaks of it."""
    said, meant, last, message = turn.incoming.said, turn.meant, turn.dialogue.last, turn.road.message
    if meant.intent == "instead" and "taught" in meant.slots:
        return Last(message, meant.slots["taught"], meant.slots["commands"][0][0])
    if turn.answers or meant.intent in ("confirm", "instead", "several"):
        return last and replace(last, message=message)
    if not isinstance(said, str) or meant.intent in ("undo", "cancel", "help", "lesson.meant", "lesson.list"):
        return last
    return Last(message, said[:LONGEST], meant.intent)


def _with_written(turn: Turn, command: Command, reply: Reply) -> Written:
    """What is taken back cannot be put right; of several commands none is known by the last one's card."""
    before = turn.written.commands if turn.written else ()
    ref = reply.card.ref if reply.card and not before else ""
    if command.intent == "undo":
        return Written((), ())
    return Written((turn.road.message,), (*before, command), ref)


def _written(turn: Turn) -> Written | None:
    if turn.done and turn.written:
        return turn.written if turn.written.messages else None
    written = turn.dialogue.written
    return replace(written, at_once=False) if written and turn.done else written


def _of_place(meant: Understood, place: Place) -> Understood:
    """ "/link" said in a group links the group."""
    to_link = meant.intent == "account.link" and not meant.slots.get("code") and not place.private
    return Understood("place.link", confidence=meant.confidence) if to_link else meant


def _shared_contact(incoming: Incoming) -> Understood:
    """A contact card is a customer to be added."""
    contact = incoming.contact
    assert contact
    slots: dict[str, Any] = {"name": contact.name}
    slots |= {"company": contact.company} if contact.company else {}
    slots |= {"phone": contact.phones[0]} if contact.phones else {}
    slots |= {"email": contact.emails[0]} if contact.emails else {}
    return Understood("customer.add", slots)


def _answered(incoming: Incoming) -> str:
    """The message that is replied to; a pressed button is none."""
    return "" if isinstance(incoming.said, Press) else incoming.message_id


def _alone(reply: Reply) -> Reply:
    """Without what only the road reads."""
    if not (reply.told or reply.language or reply.posts or reply.ask):
        return reply
    return replace(reply, told=(), language="", posts=(), ask=None)


def _asked_in(group: Place, reply: Reply) -> Reply:
    """A question whose buttons are read elsewhere than where it was asked."""
    where = [group.channel, group.chat, group.thread]
    buttons = tuple(
        replace(each, intent="asked", slots={"place": where, "intent": each.intent, "slots": each.slots})
        for each in reply.buttons
    )
    return replace(reply, buttons=buttons)


def _chained(commands: Sequence[Sequence[Any]]) -> Understood:
    """The commands that a button carries, as one message would."""
    first, *others = (Understood(intent, slots) for intent, slots in commands)
    return replace(first, also=tuple(others))


def _among(reply: Reply, before: Sequence[Command], after: Sequence[Command]) -> Reply:
    """What would do one command to another record does the others of its message again too."""
    buttons = tuple(
        replace(each, slots={**each.slots, **several(before, Command(*each.slots["commands"][0]), after)})
        if each.intent == "instead"
        else each
        for each in reply.buttons
    )
    return replace(reply, buttons=buttons)


def _together(replies: Sequence[Reply]) -> Reply:
    """One answer to several commands: all that was said, the last card, and what may be put right in any."""
    *others, last = replies
    words = last.text
    for each in reversed(others):
        words = text("and-then", first=each.text, then=words)
    mended = tuple(button for each in others for button in each.buttons if button.intent == "instead")
    return replace(last, text=words, buttons=last.buttons + mended)


def _same_as(near: Sequence[Any], spec: Intent, meant: Understood, turn: Turn) -> tuple[Button, ...]:
    """Offered after a new customer was made: it may have been one of these."""
    message = turn.road.message
    [slot] = [slot for slot, _, mark in spec.records if mark.or_new]
    rest = {name: value for name, value in meant.slots.items() if name not in ("name", "company", "ref")}
    return tuple(
        Button(
            text("button-same-as", label=each.label),
            "instead",
            {"messages": [message], "commands": [[spec.name, {**rest, slot: each.ref}]]},
            once=True,
        )
        for each in near[:2]
    )
