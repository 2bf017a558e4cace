"""What a sentence about settings asks for: "speak Chinese", "quiet from 21 to 8", 以后说中文. Pure."""

import re
import unicodedata
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from crmbot.money import ISO, read_money

CHINESE = r"chinese|mandarin|中文|汉语|国语|普通话"
ENGLISH = r"english|英文|英语"
ABOUT_ZONE = r"time ?zone|timezone|zone|时区|i am in|i'm in|我在|我人在|现在在"
ABOUT_MONEY = r"(?:default )?currency|amounts? in|默认货币|默认币种|货币|币种|使用|用|use"
NOTICES = r"notif(?:y|ication|ications)|reminders?|alerts?|通知|提醒"
OFF = r"off|no|stop|mute|disable|don't|do not|without|关闭?|关掉|停止?|取消|不要|别|静音|没有"
QUIET = (
    r"quiet(?: hours?| time)?|do not disturb|don't disturb|dnd|silent|免打扰|勿扰|不要打扰|别打扰|安静(?:时间|时段)?"
)
CLOCK = (
    r"(?P<{0}_part>早上|早晨|上午|中午|下午|晚上|夜里|夜晚|凌晨)?\s*(?P<{0}_hour>\d{{1,2}})"
    r"(?:\s*[:.：时点h]\s*(?P<{0}_minute>\d{{2}}|半)?)?\s*(?P<{0}_half>am|pm|a\.m\.|p\.m\.)?\s*(?:点|时)?"
)
SPAN = re.compile(CLOCK.format("begin") + r"\s*(?:to|till|until|and|-|–|—|~|至|到)\s*" + CLOCK.format("end"), re.I)
# cities that people name and the time zone database does not, or not so
CITIES = {
    "beijing": "Asia/Shanghai",
    "shenzhen": "Asia/Shanghai",
    "guangzhou": "Asia/Shanghai",
    "hangzhou": "Asia/Shanghai",
    "chengdu": "Asia/Shanghai",
    "china": "Asia/Shanghai",
    "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles",
    "boston": "America/New_York",
    "washington": "America/New_York",
    "munich": "Europe/Berlin",
    "frankfurt": "Europe/Berlin",
    "hamburg": "Europe/Berlin",
    "geneva": "Europe/Zurich",
    "barcelona": "Europe/Madrid",
    "milan": "Europe/Rome",
    "mumbai": "Asia/Kolkata",
    "delhi": "Asia/Kolkata",
    "bangalore": "Asia/Kolkata",
} | dict.fromkeys(("北京", "上海", "深圳", "广州", "杭州", "成都", "中国", "北京时间"), "Asia/Shanghai")
CITIES |= {"香港": "Asia/Hong_Kong", "台北": "Asia/Taipei", "台湾": "Asia/Taipei", "澳门": "Asia/Macau"}
CITIES |= {"新加坡": "Asia/Singapore", "东京": "Asia/Tokyo", "日本": "Asia/Tokyo", "首尔": "Asia/Seoul"}
CITIES |= {"伦敦": "Europe/London", "英国": "Europe/London", "巴黎": "Europe/Paris", "柏林": "Europe/Berlin"}
CITIES |= {"纽约": "America/New_York", "洛杉矶": "America/Los_Angeles", "旧金山": "America/Los_Angeles"}
CITIES |= {"悉尼": "Australia/Sydney", "迪拜": "Asia/Dubai", "莫斯科": "Europe/Moscow", "多伦多": "America/Toronto"}


def read_wishes(said: str) -> dict[str, Any]:
    """The columns of a member and their new values; nothing when the sentence asks for none."""
    words = " ".join(unicodedata.normalize("NFKC", said).replace("’", "'").split())
    if re.search(QUIET, words, re.I) and (quiet := read_quiet(words)) is not None:
        return {"quiet": quiet}
    if re.search(NOTICES, words, re.I) or re.fullmatch(r"(?:un)?mute|静音|取消静音", words, re.I):
        return {"notify": _wants_notices(words)}
    if language := _language(words):
        return {"language": language}
    if zone := read_zone(_after(ABOUT_ZONE, words)):
        return {"zone": zone}
    currency = read_currency(_after(ABOUT_MONEY, words))
    return {"currency": currency} if currency else {}


def read_room(said: str) -> str:
    """The group or channel that is named: #sales, 销售 of 销售群; "here" where it is this one."""
    words = unicodedata.normalize("NFKC", said)
    if re.search(r"\b(?:this (?:group|channel)|in here)\b|本群|这个群", words, re.I):
        return "here"
    if found := re.search(r"[#@]([\w-]+)|([\u3400-\u9fff]{1,6}?)(?:群|频道)", words):
        return found[1] or re.sub("^(?:在|给|别在|不要在|免打扰|勿扰)", "", found[2])
    return ""


def _after(subject: str, words: str) -> str:
    """What a sentence says of its subject: Berlin of "time zone to Berlin"."""
    return re.sub(rf"^.*?(?:{subject})\s*(?:is|to|=|:|为|是|改成|改为|设为)?\s*", "", words, flags=re.I)


def read_quiet(said: str) -> str | None:
    """`21:00-08:00` of "from 21 to 8"; "" when no hours are to be quiet; None when the sentence says neither."""
    words = unicodedata.normalize("NFKC", said)
    if found := SPAN.search(words):
        begins, ends = _minutes(found, "begin"), _minutes(found, "end")
        if begins is None or ends is None or begins == ends:
            return None
        return f"{begins // 60:02}:{begins % 60:02}-{ends // 60:02}:{ends % 60:02}"
    return "" if re.search(rf"\b(?:{OFF}|none|never)\b|{OFF}|无", words, re.I) else None


def _minutes(found: re.Match[str], which: str) -> int | None:
    hour, minute = int(found[f"{which}_hour"]), found[f"{which}_minute"] or "0"
    half, part = (found[f"{which}_half"] or "").replace(".", "").casefold(), found[f"{which}_part"] or ""
    late = half == "pm" or part in ("下午", "晚上", "夜里", "夜晚")
    hour = hour % 12 + 12 * late if half or (late and hour <= 12) else hour
    total = hour % 24 * 60 + (30 if minute == "半" else int(minute))
    return total if hour <= 24 and total < 24 * 60 else None


def read_zone(said: str) -> str:
    """The name of a time zone, of a city or of an offset from UTC; "" if it is none of them."""
    words = unicodedata.normalize("NFKC", said).strip(" .,!。，")
    key = words.casefold().replace(" ", "_")
    if offset := re.fullmatch(r"(?:utc|gmt)([+-])(\d{1,2})(?::?00)?", key):
        name = f"Etc/GMT{'-' if offset[1] == '+' else '+'}{int(offset[2])}"
        return name if name.casefold() in _zones() else ""
    return CITIES.get(words.casefold(), "") or _zones().get(key, "")


@cache
def _zones() -> dict[str, str]:
    """Every zone by its name, and by its city where only one zone is called so."""
    names = sorted(name for name in available_timezones() if not name.startswith(("posix/", "right/")))
    cities: dict[str, set[str]] = {}
    for name in names:
        if "/" in name and not name.startswith("Etc/"):
            cities.setdefault(name.rpartition("/")[2].casefold(), set()).add(name)
    alone = {city: next(iter(zones)) for city, zones in cities.items() if len(zones) == 1}
    return alone | {name.casefold(): name for name in names}


def read_currency(said: str) -> str:
    """The ISO code of "euros", 人民币 or EUR; "" if it is none."""
    words = unicodedata.normalize("NFKC", said).strip(" .,!。，")
    if words.upper() in ISO:
        return words.upper()
    for amount in (f"1 {words}", f"{words}1", f"1{words}"):
        if words and (money := read_money(amount)) and money.get("value") == "1" and (code := money.get("currency")):
            return code
    return ""


def _language(words: str) -> str:
    if words.casefold() in ("en", "zh"):  # as the understanding of a sentence has it already
        return words.casefold()
    chinese, english = (re.search(each, words, re.I) for each in (CHINESE, ENGLISH))
    return "" if bool(chinese) == bool(english) else "zh" if chinese else "en"


def _wants_notices(words: str) -> bool:
    if re.fullmatch(r"unmute|取消静音", words, re.I):
        return True
    return not re.search(
        rf"\b(?:{OFF})\b|{'|'.join(each for each in OFF.split('|') if not each.isascii())}", words, re.I
    )
