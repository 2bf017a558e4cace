"""What can go wrong on the road. A mistake a person can put right carries the sentence that says how."""

from crmbot.reply import Text, text


class Refused(Exception):
    """Raise anywhere below `App`: the sentence is the reply, and nothing else is saved."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.id)
        self.text = text


class NotFound(Refused):
    """`sealed`: they were looked for as far as that is possible in what is sealed."""

    def __init__(self, kind: str, words: str, *, sealed: bool = False) -> None:
        said = text("not-found", what=text("noun", kind=kind), words=words)
        super().__init__(text("not-found-sealed", said=said) if sealed else said)


class NotAllowed(Refused):
    def __init__(self, role: str) -> None:
        super().__init__(text("not-allowed", role=role))


class LastOwner(Refused):
    """Somebody must always be able to let others in."""

    def __init__(self) -> None:
        super().__init__(text("last-owner"))


class AlreadyClosed(Refused):
    def __init__(self, ref: str, stage: str) -> None:
        super().__init__(text("already-closed", ref=ref, stage=text("stage", stage=stage)))


class Unavailable(Exception):
    """The database is away or busy: nothing is saved, nothing acknowledged, the message comes again."""


class Lost(Unavailable):
    """A deadlock or another race: the same transaction may well succeed when it is tried again."""


class BadInput(Exception):
    """A command line, a setting or a file that cannot be used: one line for the person at the terminal."""


class Passing(Exception):
    """The platform will not take a message just now; try again `after` so many seconds.

    `doubtful`: it may have arrived all the same, so the next try is marked as a repeat.
    """

    def __init__(self, after: float, *, doubtful: bool = False) -> None:
        super().__init__(f"again in {after} s")
        self.after = after
        self.doubtful = doubtful


class Permanent(Exception):
    """The platform will never take a message for this address."""


class Moved(Exception):
    """The address has become another one: a group that was made a supergroup."""

    def __init__(self, chat: str) -> None:
        super().__init__("the chat has a new id")
        self.chat = chat
