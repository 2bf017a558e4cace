"""What is said for politeness alone, and is answered so. Pure."""

import re
import unicodedata

THANKS = "|".join(
    (
        r"(?:many |ok(?:ay)?,? ?)?(?:thanks|thank you|thx|cheers)(?: (?:a lot|so much|very much|mate|all|everyone))?",
        r"谢谢(?:您|你|啦|了)?|多谢|好的?谢谢",
    )
)
GREETING = "|".join(
    (
        r"(?:hi|hello|hey|greetings|good (?:morning|afternoon|evening|day))(?: (?:there|all|everybody|everyone|team))?",
        r"(?:您好|你好|大家好|早上好|上午好|中午好|下午好|晚上好|嗨|哈喽|哈罗|在吗|在么|有人吗)[呀啊]?",
    )
)
ENDS = re.compile(r"^[\s.!?,;:。！？，～~]+|[\s.!?,;:。！？，～~]+$")


def tidied(said: str) -> str:
    words = unicodedata.normalize("NFKC", said).replace("’", "'").casefold()
    return ENDS.sub("", " ".join(words.split()))


def is_thanks(said: str) -> bool:
    return re.fullmatch(THANKS, tidied(said)) is not None


def is_greeting(said: str) -> bool:
    """Nothing but that: what it is about comes next."""
    return re.fullmatch(GREETING, tidied(said)) is not None
