"""What the bot can do, and letting go of a question."""

from crmbot.intents import NoSlots, intent
from crmbot.people import Member, Permission
from crmbot.reply import Button, Reply, text


@intent("help", needs=Permission.TALK)
def help_member(slots: NoSlots, member: Member) -> Reply:
    buttons = (
        Button(text("button-today"), "home", {}),
        Button(text("button-my-deals"), "deal.list", {"owner": "me"}),
        Button(text("button-customers"), "customer.find", {}),
        Button(text("button-tickets"), "ticket.list", {}),
        Button(text("button-pipeline"), "pipeline.report", {}),
        Button(text("button-settings"), "settings.set", {}),
    )
    return Reply(text("help", role=member.role), buttons=buttons)


@intent("cancel", needs=Permission.TALK)
def never_mind(slots: NoSlots) -> Reply:
    return Reply(text("never-mind"))


@intent("confirm", needs=Permission.TALK)
def nothing_to_confirm(slots: NoSlots) -> Reply:
    """A yes while nothing waits for one; the road itself takes the others."""
    return Reply(text("nothing-to-confirm"))
