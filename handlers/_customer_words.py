"""What a customer's words ask for: how it stands, to be left alone, a score. Pure."""

import re
import unicodedata

from crmbot.courtesy import tidied

STOP = "|".join(
    (
        "(?:please )?stop(?: all| it| that| asking(?: me)?| messaging me| sending)?(?: please)?",
        "unsubscribe(?: me)?(?: please)?|stop please|no more (?:surveys|messages|questions)",
        "停止|停|停止发送|退订|取消订阅|(?:回)?td|(?:请)?(?:别|不要|不用)(?:再)?(?:发|问|打扰)(?:我|消息|调查|问卷)?了",
    )
)
LANGUAGE = {
    "en": "english|(?:in |speak |use )english(?: please)?|英文|说英文|用英文|英语|说英语",
    "zh": "中文|说中文|用中文|讲中文|汉语|chinese|(?:in |speak |use )chinese(?: please)?",
}
JOIN = "news|start news|send me news|subscribe|sign me up|订阅|订阅消息|我要订阅|接收消息|想收到消息"
STATUS = "|".join(
    (
        r"(?:what(?:'s| is) the )?(?:status|state|progress)(?: of| on)?",
        r"any (?:news|updates?|progress)|how is it going",
        r"进度|进展|查进度|查询进度|什么情况|怎么样了|处理得怎么样了|到哪一步了|处理好了吗|有进展吗",
        r"(?:进度|进展|情况|现在)怎么样了?|有(?:什么)?(?:消息|结果)(?:了)?吗|解决了吗|处理完了吗",
    )
)
DATA = "(?:数据|信息|资料)"
EXPORT = "|".join(
    (
        r"/?export(?: me| my data)?|(?:please )?(?:send|give|show) me (?:all )?(?:my|the) data(?: you have)?",
        r"(?:what|which)(?: data| information)? (?:do|have) you (?:know|hold|have|store|keep|got) (?:about|on|of) me",
        rf"(?:请)?(?:导出|查看|发给我|给我)?我的(?:全部|所有|个人)?{DATA}",
        rf"你们?(?:有|知道|存了|保存了)(?:我的?)?(?:哪些|什么)(?:我的)?(?:个人)?{DATA}",
    )
)
FORGET = "|".join(
    (
        r"/?forget me|(?:please )?(?:delete|erase|remove) (?:me|(?:all )?my (?:data|information|account))",
        rf"(?:请)?(?:忘记|忘掉|删除|删掉|抹掉)(?:我|我的(?:全部|所有|个人)?(?:{DATA}|账号))",
    )
)
HELLO, SETTINGS = r"/(?:start|help)", r"/settings|settings|设置"
OF = "how is|how's|what about|what's up with|where is|where's|any (?:news|updates?|progress) (?:on|about|of)"
STANDS = "going|doing|coming along|standing|looking|done|ready|solved"
MINE = "(?:my|our|the) (?:ticket|case|request|issue)|我的?(?:工单|单子|问题)"
REF = r"#?k[- ]?0*(\d{1,9})"
DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
SCORE = re.compile(
    r"(?:i(?:'d| would)? (?:give|say)(?: (?:it|you|that))?(?: an?)?\s+|(?:我)?[给打](?:你们|个)?\s*)?"
    r"([1-5一二两三四五])\s*(?:/\s*5|out of (?:5|five)|分吧?|颗?星|stars?)?"
    r"(?:\s*(?:[,，.。;；:：!！—–-]+|(?=\bbut\b|但))\s*((?!\d)\S.*))?[\s.!~]*",
    re.I | re.S,
)


def is_stop(said: str) -> bool:
    return re.fullmatch(rf"/?(?:{STOP})", tidied(said)) is not None


def is_join(said: str) -> bool:
    return re.fullmatch(rf"/?(?:{JOIN})", tidied(said)) is not None


def is_export(said: str) -> bool:
    return re.fullmatch(EXPORT, tidied(said)) is not None


def is_forget(said: str) -> bool:
    return re.fullmatch(FORGET, tidied(said)) is not None


def is_hello(said: str) -> bool:
    return re.fullmatch(HELLO, said.strip().casefold()) is not None


def is_settings(said: str) -> bool:
    return re.fullmatch(SETTINGS, said.strip().casefold()) is not None


def read_language(said: str) -> str:
    """The one that they want to be answered in; "" when they ask for none."""
    words = tidied(said)
    return next((each for each, asked in LANGUAGE.items() if re.fullmatch(asked, words)), "")


def read_status(said: str) -> str | None:
    """The ref of the ticket that is asked about, "" for whichever there is; None when it asks for something else."""
    words = tidied(said)
    asked = rf"(?:(?:{STATUS}|{OF})\s*)?(?:工单)?(?:{REF}|{MINE})\s*(?:的?(?:{STATUS}|{STANDS}))?"
    if found := re.fullmatch(asked, words):
        return f"K{found[1]}" if found[1] else ""
    return "" if re.fullmatch(STATUS, words) else None


def read_score(said: str) -> tuple[int, str] | None:
    """1 to 5 and what was said with it: "4, but slow", 三分，太慢."""
    found = SCORE.fullmatch(unicodedata.normalize("NFKC", said).strip())
    if not found:
        return None
    return DIGITS.get(found[1]) or int(found[1]), (found[2] or "").strip()
