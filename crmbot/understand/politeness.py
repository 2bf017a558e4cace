"""Politeness and punctuation around a command."""

import re
from functools import cache

from crmbot.understand.lexicon import any_of, words
from crmbot.understand.tidy import EMOJI, HAN, has_han, without_ends

LONGEST_FRAME = 40
MOST_FRAMES = 12  # "now now now …" is no politeness


def unframed(text: str) -> tuple[str, bool]:
    """Without politeness and punctuation around it, and whether it was put as a question."""
    asked = bool(_ASKING.search(text))
    text = _SLACK.sub("/", text)
    for sign, shape, plain in _PLAINER:
        if sign in text:
            text = shape.sub(plain, text)
    before, after = _frame()
    for _ in range(MOST_FRAMES):
        shorter = without_ends(text)
        if led := (has_han(shorter[:1]) and _fillers().match(shorter)) or (
            not _POINTING.match(shorter) and not _A_NAME.match(shorter) and before.match(shorter)
        ):
            shorter = shorter[led.end() :]
        if followed := after.search(shorter, max(0, len(shorter) - LONGEST_FRAME)):
            shorter = shorter[: followed.start()]
        if shorter == text:
            break
        text = shorter
    return text, asked


_POINTING = re.compile("那[个单笔条家位边场张次]|早[上晨班]|快[到递要]")  # 那 and 早 alone are politeness
_A_NAME = re.compile(r"(?:Ah|Eh|Yo|Oh) [A-Z]")  # Ah Huat Trading
_ASKING = re.compile(rf"\?[\s!.{EMOJI}]*$|(?:吗|没有|什么|谁|为什么|怎么办|多少)了?$")
_SLACK = re.compile(r"^/crm\s+(?=\w)", re.I)
_PLAINER = (
    ("@", re.compile(r"^(/\w+)@\w+"), r"\1"),
    ("+", re.compile(r"(?<=[\w)]) \+ (?=[A-Za-z])"), " and "),
    (":", re.compile(r"(?<=\w) (?:please|pls|plz)\s*(?=:)", re.I), ""),
    ("了", re.compile(r"(?<=[\da-z])了$"), ""),
    ("!", re.compile(r"^[A-Za-z]{2,9}!+\s+(?=\S)"), ""),  # Boom!!
    (" ", re.compile(r"^[A-Za-z]*?([A-Za-z])\1{2,}[A-Za-z]*[\s,!.]+(?=\S)"), ""),  # yesss, woooo
    ("", re.compile(r"(?<=\d)\s*[✅☑✔]\ufe0f?\s*$"), " done"),
    (
        "",
        re.compile(r"(?<=[\u3400-\u9fff\d])(?<![酒网书贴娃哈哒哦啊])[吧哈呗哦呀嘛哟哒啦](?=\s*[,:;])"),
        "",
    ),  # 加个客户吧,何静
)


@cache
def _fillers() -> re.Pattern[str]:
    """What one says while looking for words, as voice input writes it.

    那个 and 就是 only where they point at nothing; "嗯 做吧" says yes.
    """
    fillers, pointing = any_of(words("frame", "fillers")), any_of(words("frame", "pointing"))
    begins = any_of(word for word in words("words", "add") | words("otherwise", "first") if len(word) > 1)
    after_filler = rf"(?:{pointing}(?![月周季年天单客工任活人联公提待会报项样]))?"
    alone = rf"{pointing}(?:[\s,.…]+|(?={pointing}|{begins}|[帮把查看]|提醒|[CDTKMRcdtkmr]\d))"
    return re.compile(rf"^(?:{fillers}[\s,.…]*{after_filler}[\s,.…]*|{alone})(?=..)(?!\s*{HAN}{{1,4}}$)")


@cache
def _frame() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Politeness around a command."""
    before, after = any_of(words("frame", "before")), any_of(words("frame", "after"))
    return (
        re.compile(rf"^(?:{before})[\s,:;!.~-]*(?=\S)", re.I),
        re.compile(rf"(?<=\S)(?<!干)[\s,;!.~-]*(?:{after})$", re.I),
    )
