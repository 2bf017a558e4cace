"""What is said to one who has come in, by an invitation or from another account of theirs."""

from collections.abc import Sequence
from dataclasses import replace

from crmbot.incoming import Sender
from crmbot.people import Member
from crmbot.reply import Button, Reply, Told, text


def joined(member: Member) -> Reply:
    return Reply(text("joined", role=member.role))


def linked(sender: Sender, name: str, role: str, accounts: Sequence[tuple[Sender, str]]) -> Reply:
    """Both sides hear of it, each with a button that parts them at once. `accounts`: all that are theirs now."""
    apart = {"channel": sender.channel, "id": sender.id}
    button = Button(text("button-unlink", channel=sender.channel.title()), "account.unlink", apart, once=True)
    words = text("linked-there", channel=sender.channel.title(), name=sender.name)
    others = [replace(each, language=language) for each, language in accounts if not same(each, sender)]
    told = tuple(Told(each, words, (button,)) for each in others)
    return Reply(text("linked", name=name, role=role), buttons=(button,), told=told)


def same(one: Sender, other: Sender) -> bool:
    return (one.channel, one.id) == (other.channel, other.id)
