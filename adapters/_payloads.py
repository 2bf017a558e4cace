"""What Slack's payloads say, in our words. Pure: names are asked for and files fetched by who calls."""

import hashlib
import html
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from adapters import in_one_line
from crmbot.incoming import HOME, Filled, Incoming, Place, Press, Sender, key

Body = Mapping[str, Any]
AT_HOME = "home"  # the thread of a person's place that is their App Home
ONLY_FOR = "@"  # how the thread of a place begins that one person alone sees: `@U7`, in a thread `@U7/100.1`
PLAIN = ("", "file_share", "thread_broadcast")  # kinds of message that a person wrote; the others tell of something
SLACKBOT = "USLACKBOT"
HELP = "/help"  # a command, for without its slash it would be an answer to a customer in the thread of a ticket
REF = re.compile(r"\s*(?:[CDTK]-?\d{1,9}|#\d{1,9})\s*", re.I | re.A)  # that is all of a message
LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Us:
    """The bot as its workspace knows it."""

    team: str
    user: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that a message says it carries; without an address it must be asked about."""

    id: str
    name: str
    mime: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A message whose sender has no name yet and whose files are not fetched.

    `channel`: where Slack says it was. `answer_at`: an address that takes answers for half an hour. `trigger`: what
    opens one form, for three seconds.
    """

    incoming: Incoming
    channel: str
    files: Sequence[Attached] = ()
    answer_at: str = ""
    trigger: str = ""


def receive(body: Body, us: Us, commands: Set[str] = frozenset()) -> Heard | None:
    """Nothing, if it is none of those we answer. `commands`: the words that begin one after `/crm`."""
    if body.get("type") == "event_callback":
        return _event(body, us)
    if body.get("type") == "block_actions":
        return _press(body, us)
    if "command" in body:
        return _command(body, commands)
    return None


def _event(body: Body, us: Us) -> Heard | None:
    event = body.get("event") or {}
    if event.get("type") == "app_home_opened" and event.get("tab") == "home" and _is_person(event, us):
        return _home(event, us)
    if event.get("type") not in ("message", "app_mention"):
        return None
    message, edited = event, ""
    if event.get("subtype") == "message_changed":
        message, before = event.get("message") or {}, event.get("previous_message") or {}
        edited = (message.get("edited") or {}).get("ts", "")
        if not edited or edited == (before.get("edited") or {}).get("ts", ""):
            return None  # a link was unfolded, a thread grew
    channel, user, ts = event.get("channel", ""), message.get("user", ""), message.get("ts", "")
    if not (channel and ts and _is_person(message, us) and message.get("subtype", "") in PLAIN):
        return None
    private, written = channel.startswith("D"), message.get("text") or ""
    shared, named = bool(body.get("is_ext_shared_channel")), f"<@{us.user}" in written
    among_others = not (private or named or shared or edited)
    a_ref = among_others and bool(REF.fullmatch(written))
    overheard = a_ref or (among_others and _may_stand_below_ours(message, us))
    if not (private or named or overheard):
        return None
    team = _team(body, message, us)
    if not team:
        return None
    thread = _thread(message)
    sender = _sender(team, user)
    aside = group = None
    if private:
        place = Place("slack", sender.id, thread)
    elif shared and team == us.team:
        place = Place("slack", channel, ONLY_FOR + user, external=True)
    elif a_ref:
        place, group = _aside(channel, user, thread), Place("slack", channel, thread, private=False)
    else:
        place, aside = Place("slack", channel, thread or ts, private=False), _aside(channel, user, thread)
    incoming = Incoming(
        key("slack", us.team, channel, ts, edited),
        sender,
        place,
        _at(edited or ts),
        words_of(written, us),
        message_id=ts,
        reply_to=thread,
        edited_of=ts if edited else "",
        aside=aside,
        group=group,
        overheard=overheard,
    )
    files = () if edited else tuple(map(_attached, message.get("files") or ()))
    if not (incoming.said or files or edited):  # only the bot's name: what is there?
        incoming = replace(incoming, said=HELP)
    return Heard(incoming, channel, files) if incoming.said or files else None


def _may_stand_below_ours(message: Body, us: Us) -> bool:
    """In a thread that the bot began, as far as Slack says who did: what is posted of a ticket is answered there."""
    return bool(_thread(message)) and message.get("parent_user_id", us.user) == us.user


def _home(event: Body, us: Us) -> Heard:
    sender, at = _sender(us.team, event["user"]), event.get("event_ts", "")
    place = Place("slack", sender.id, AT_HOME)
    return Heard(Incoming(key("slack-home", sender.id, at), sender, place, _at(at), HOME), "")


def _aside(channel: str, user: str, thread: str = "") -> Place:
    """Where in a channel, or in a thread of it, they alone read."""
    return Place("slack", channel, ONLY_FOR + user + (f"/{thread}" if thread else ""))


def _is_person(message: Body, us: Us) -> bool:
    return bool(message.get("user")) and message["user"] not in (us.user, SLACKBOT) and not message.get("bot_id")


def _team(body: Body, message: Body, us: Us) -> str:
    """The workspace of who wrote: in a shared channel the payload's own is ours. Nothing if it cannot be told."""
    said = message.get("user_team") or message.get("source_team") or message.get("team") or ""
    if said.startswith("T"):
        return str(said)
    return "" if body.get("is_ext_shared_channel") else us.team


def _press(body: Body, us: Us) -> Heard | None:
    user, container = body.get("user") or {}, body.get("container") or {}
    channel, actions = (body.get("channel") or {}).get("id", ""), list(body.get("actions") or ())
    team, ts = user.get("team_id", ""), container.get("message_ts", "")
    at_home = (body.get("view") or {}).get("type") == "home"
    if not (team and (at_home or (channel and ts)) and len(actions) == 1):
        return None
    [action] = actions
    posted = body.get("message") or container
    thread = _thread({"ts": ts, "thread_ts": posted.get("thread_ts", "")})
    sender = _sender(team, user["id"])
    there, beside = Place("slack", channel, thread, private=False), _aside(channel, user["id"], thread)
    aside = group = None
    if at_home:
        place = Place("slack", sender.id, AT_HOME)
    elif container.get("is_ephemeral"):
        place, group = beside, there
    elif channel.startswith("D"):
        place = Place("slack", sender.id, thread)
    else:
        place, aside = there, beside
    same = key("slack-press", us.team, channel, ts, action["action_id"], action.get("action_ts", ""))
    said = Press.read(action["action_id"])
    incoming = Incoming(
        same, sender, place, _at(action.get("action_ts", "")), said, reply_to=ts, aside=aside, group=group
    )
    return Heard(incoming, channel, (), body.get("response_url", ""), body.get("trigger_id", ""))


def _command(body: Body, commands: Set[str]) -> Heard | None:
    """`/crm deal Acme 30k` is `/deal Acme 30k`; `/crm` alone asks what there is."""
    team, user, channel = body.get("team_id", ""), body.get("user_id", ""), body.get("channel_id", "")
    if not (team and user and channel and body.get("trigger_id")):
        return None
    words = plain(body.get("text") or "").strip() or HELP
    first = words.split(maxsplit=1)[0]
    said = f"/{words}" if first.casefold() in commands else words
    same, group = key("slack-command", team, body["trigger_id"]), Place("slack", channel, private=False)
    sender, place = _sender(team, user), _aside(channel, user)
    incoming = Incoming(same, sender, place, datetime.now(UTC), said, group=group)
    return Heard(incoming, channel, (), body.get("response_url", ""), body["trigger_id"])


def submitted(body: Body, said: str | Filled, us: Us) -> Heard | None:
    """A form that was filled in, answered in the person's direct messages."""
    user, view = body.get("user") or {}, body.get("view") or {}
    if not (user.get("team_id") and user.get("id") and view.get("id")):
        return None
    sender = _sender(user["team_id"], user["id"])
    # the same form filled in otherwise, after a mistake, is another one
    digest = hashlib.sha256(repr(said).encode("utf-8", "replace")).hexdigest()
    same = key("slack-form", sender.id, view["id"], view.get("hash", ""), digest)
    return Heard(Incoming(same, sender, Place("slack", sender.id), datetime.now(UTC), said), "")


def words_of(written: str, us: Us) -> str:
    """What a person typed: without the bot's name, and with addresses as they were typed."""
    return plain(re.sub(rf"<@{us.user}(?:\|[^<>]*)?>[,:，：]?\s*", "", written)).strip()


def plain(written: str) -> str:
    """Slack's markup undone: `<mailto:ann@acme.example|ann@acme.example>` was an address, `&amp;` an ampersand."""
    return html.unescape(LINK.sub(_typed, written))


def _typed(link: re.Match[str]) -> str:
    target, label = link[1], link[2]
    return label or re.sub(r"^(?:mailto:|tel:|!)", "", target)


def _thread(message: Body) -> str:
    """The first message of the thread that it is in; the first itself is in none."""
    thread = message.get("thread_ts") or ""
    return "" if thread == message.get("ts") else str(thread)


def _sender(team: str, user: str) -> Sender:
    id = f"{team}:{user}"  # the same user id may be somebody else in another workspace
    return Sender("slack", id, id)


def _attached(file: Body) -> Attached:
    url = file.get("url_private_download") or file.get("url_private") or ""
    name = in_one_line(file.get("name") or "file")
    return Attached(file.get("id", ""), name, file.get("mimetype") or "", int(file.get("size") or 0), url)


def _at(ts: str) -> datetime:
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)
