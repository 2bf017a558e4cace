"""What is logged: what happened, ids, classes of errors; never a name, a phone, a token or a message."""

import logging
import re
import traceback
from types import TracebackType

ExceptionTriple = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}|xox[a-z]-[\w-]+|xapp-[\w-]+|\b[iso]_[A-Za-z0-9_-]{20,}")
# At INFO some of them print URLs that hold the token, and the first chart says that fonts were listed.
CHATTY = (
    "httpx",
    "httpcore",
    "aiohttp.client",
    "telegram",
    "slack_sdk",
    "slack_bolt",
    "sqlalchemy",
    "alembic",
    "matplotlib",
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
PHONE = re.compile(r"(?<![\w.:-])(?!\d{4}-\d\d-\d\d)\+?\d[\d ()-]{7,16}\d(?![\w.:-])")


class Redacting(logging.Formatter):
    """The second line: nothing of the kind should come here, and what does is struck out."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))

    def formatException(self, ei: ExceptionTriple) -> str:
        """Where it happened and what class of error it was: the message may hold what somebody wrote."""
        frames = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(ei[2])]
        return "\n".join([*frames, ei[0].__name__ if ei[0] else "no error"])


def redacted(words: str) -> str:
    return PHONE.sub("[phone]", EMAIL.sub("[email]", TOKEN.sub("[token]", words)))


def set_up(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
