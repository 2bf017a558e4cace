"""What is to be done, or what is wrong: the words of a task or ticket, without its time, owner and priority."""

import re
from datetime import datetime
from functools import cache

from crmbot.understand.bag import GONE, Facts, days, take_ref
from crmbot.understand.lexicon import any_of, meanings, table, words
from crmbot.understand.names import doubt_about
from crmbot.understand.spans import one_ref, read_ref, ref_shape
from crmbot.understand.tidy import HAN, has_han, without_marks
from crmbot.understand.whom import whom_in
from crmbot.when import Told


def read_subject(facts: Facts, wanted: frozenset[str]) -> None:
    """`call Bob tmrw 3pm, urgent`: when, how urgent, whose and about which record; the rest is the subject."""
    if _NUMBER_FIRST.match(facts.said):
        facts.doubtful(0.5)  # "task 21 …" is about that task
    if "imperative" in wanted and not _verb_first().match(facts.said):
        facts.doubtful(0.55)
    if "activity" in wanted and not _activity_first().match(facts.said):
        facts.doubtful(0.6)
    if "every" in wanted:
        take_every(facts)
        if _report().search(facts.said) and _posted().search(facts.said):
            facts.doubtful(0.3)  # a report that is to be sent by itself
    take_due(facts)
    take_priority(facts)
    take_assignee(facts)
    if "ref" in wanted:
        _about_ref(facts)
    subject = plain_subject(facts.said)
    if not re.search(r"[^\W\d_]", subject):
        return
    facts.found["subject"] = subject
    if name := whom_in(subject):
        facts.found["name"] = name
    if wanted & {"imperative", "activity"}:
        _doubt_bare(facts, subject)


_NUMBER_FIRST = re.compile(r"\s*#?\d+(?![\d:点/.\-月号日万千kK个天周小分年%]|\s*(?:am|pm|days?|weeks?|hours?|min))")


def _doubt_bare(facts: Facts, subject: str) -> None:
    """Words that nobody called a task: a private matter, something done, or a question is none."""
    if _IS.match(subject):
        facts.doubtful(0.6)  # "schedule is packed": a noun, and nothing to do
    if _ERRAND.match(subject):
        facts.doubtful(0.6)  # "call an ambulance"
    if private().search(subject):
        facts.doubtful(0.7)
    if re.search(
        r"\b(?:talked|discussed|liked|loved|wanted|said|agreed|went|asked|wants|happy|keen|interested)\b", subject
    ):
        facts.doubtful(0.5)  # "coffee w/ Nina, talked pricing" has taken place
    if re.search(
        r"了(?!解)|过了|怎么|哪|吗|谁|什么|多少|几次|几个|\?|[聊谈提]到|答应|同意了?|表示|没[接见人谈]|[a-z聊谈打开]完(?!成)",
        subject,
    ):
        facts.doubtful(0.8)


_IS = re.compile(r"[a-z]+\s+(?:is|are|was|were)\b", re.I)
_ERRAND = re.compile(r"(?:call|order|book|get|find|buy|fetch)\s+(?:me\s+)?(?:an?|some)\s+[a-z]+$")


@cache
def private() -> re.Pattern[str]:
    """Matters of one's own: a film, the children."""
    return re.compile(any_of(words("words", "private")), re.I)


def plain_subject(said: str) -> str:
    """What is left, without the words that tied it to what has been taken out."""
    if GONE in said:
        said = _GONE_AT_FIRST.sub("", said)
        said = _GONE_BEFORE_MARK.sub("", said)
        said = _GONE_WITHIN.sub(lambda gap: "" if _han_beside(gap) else " ", said)
    while (shorter := _TIED.sub("", said.strip(" ,;:-–—>→.!")).strip(" ,;:-–—>→")) != said:
        said = shorter
    return without_marks(said) if not _QUOTE.search(said) else said.strip(" ,;:!")


_GONE_BEFORE_MARK = re.compile(
    rf"(?:\s+(?:at|by|on|before|until|to|and|with|due|is)(?=\s*{GONE})|\s*,)?\s*{GONE}[{GONE}\s]*(?=[,;.]|$)"
)
_GONE_AT_FIRST = re.compile(rf"^[\s,{GONE}]*(?:(?:at|on|by|from)\s*{GONE}[{GONE}\s,]*)+")
_GONE_WITHIN = re.compile(rf"\s*{GONE}[{GONE}\s,]*")
_QUOTE = re.compile(r"[\"“「『《]")


def _han_beside(gap: re.Match[str]) -> bool:
    before, after = gap.string[max(0, gap.start() - 1) : gap.start()], gap.string[gap.end() : gap.end() + 1]
    return has_han(before) or has_han(after) or not before


_TIED = re.compile(
    r"^(?:to|that|about|is|of)\s+|^(?:要|把(?=.{0,2}$)|记得|我(?=[给跟和去要把]))|(?:(?<!美)的|[在于])$|[,\s]+(?:提醒[我下]?一?下?我?|记得提醒我?|别忘了|记一下)$",
    re.I,
)


@cache
def _report() -> re.Pattern[str]:
    return re.compile(any_of(meanings("reports")), re.I)


@cache
def _posted() -> re.Pattern[str]:
    post = any_of(words("words", "post") - words("words", "asking"))
    return re.compile(rf"#|@|群|频道|(?:^|[点半分\s{GONE},])(?:把.{{2,8}}|给我|给大家)?{post}", re.I)


@cache
def _verb_first() -> re.Pattern[str]:
    do = any_of(words("words", "do"))
    lead = rf"\s*(?:(?:{_when_words()})[\s,:]*)*(?:to\s+)?"
    return re.compile(rf"{lead}(?:{do}|把{HAN}{{1,10}}?{do})", re.I)


@cache
def _activity_first() -> re.Pattern[str]:
    listed = words("words", "activity")
    latin, han = [each for each in listed if each.isascii()], [each for each in listed if not each.isascii()]
    return re.compile(
        rf"\s*(?:(?:{_when_words()})[\s,:]*)*(?:(?:a|an|the|another|quick|short|our|my|team|sales|next)\s+)*"
        rf"(?:\w+\s+)?(?:{any_of(latin)}|.{{0,12}}{any_of(han)}(?=$|[,;\s{GONE}]))",
        re.I,
    )


@cache
def _when_words() -> str:
    listed = any_of([*table("when", "days"), *meanings("when", "weekdays"), *table("when", "parts")])
    weekday = r"[上下这本]*个?(?:周|星期|礼拜)[一二三四五六日天]"
    clock = r"(?:at\s+)?\d{1,2}(?:[:.]\d\d)?(?:\s?(?:am|pm))?(?![\w/])|[\d一二三四五六七八九十]+点(?:半|钟|\d+分?)?"
    every = any_of(meanings("every"))
    later = r"[\d一二三四五六七八九十半两]+个?(?:天|周|小时|分钟|月|钟头|星期)(?:后|之后|以后|内)?"
    latin = rf"(?:on\s+|next\s+|this\s+|by\s+|in\s+the\s+)?{listed}"
    return rf"{latin}|{weekday}|{clock}|{every}|{later}|{HAN}{{0,3}}[前底初]"


# When, how urgent, whose


def take_due(facts: Facts) -> None:
    """The day or hour at an edge of the sentence rather than one within it: "send the Q3 report by friday"."""
    told = [each for each in days(facts, past=False) if _is_due(facts, each)]
    if not told:
        return
    told = [each for each in told if _place(facts.said, each)]
    if not told:
        return
    best = max(told, key=lambda each: (_place(facts.said, each), each.sure, each.start))
    other = next((each for each in told if each is not best and _complete(facts.said, best, each)), None)
    iso = best.iso("due")
    if other:
        day, hour = (best, other) if best.clock is None else (other, best)
        if hour.clock:
            iso = datetime.combine(day.first, hour.clock).isoformat(timespec="minutes")
    facts.take("due", iso, best.start, best.end)
    if other:
        facts.take("due", iso, other.start, other.end)


def _is_due(facts: Facts, told: Told) -> bool:
    before = facts.said[: told.start]
    if (
        told.last < facts.now.date()
        or ((told.first - facts.now.date()).days > 330 and _NUMERIC.search(facts.said[told.start : told.end]))
        or (_ARTICLE.search(before) and not _CALL_HER.match(f"{before[-4:]}|{facts.said[told.end :]}"))
    ):
        return False
    if told.first < facts.now.date() and _place(facts.said, told) < 3:
        return False
    if facts.said.startswith("'s ", told.end) or (not told.sure and _place(facts.said, told) < 2):
        return False
    named = facts.said[told.start : told.end].istitle() and _NAME_AFTER.match(facts.said, told.end)
    return told.sure and not (named and told.start > 0)


_ARTICLE = re.compile(r"(?:\b(?:a|an|the|our|my|their|his|her|every|each)|'s)\s+$|每个?$", re.I)
_CALL_HER = re.compile(r"her \|\s*(?:$|[,;.!]|(?:at|about|to|re|and|for|with)\b|\d)", re.I)  # and not "her friday call"
_NAME_AFTER = re.compile(r"\s[A-Z][a-z]")
_NUMERIC = re.compile(r"^\D*\d{1,2}[/.]\d{1,2}\D*$")


def _place(said: str, told: Told) -> int:
    if not said[told.end :].strip(f" ,.;!{GONE}"):
        return 4
    if not said[: told.start].strip(f" ,.;!:{GONE}"):
        return 3
    if said[told.end :].lstrip()[:1] in (",", ";", ":") or said[: told.start].rstrip()[-1:] in (",", ";"):
        return 2
    return 1 if told.first == told.last or told.clock else 0


def _complete(said: str, one: Told, other: Told) -> bool:
    """A day here and an hour there: "friday call Bob at 3pm"."""
    if (one.clock is None) == (other.clock is None):
        return False
    hour = one if one.clock else other
    return not _day_word().search(said[hour.start : hour.end])


@cache
def _day_word() -> re.Pattern[str]:
    listed = any_of([*table("when", "days"), *meanings("when", "weekdays"), *meanings("when", "months")])
    return re.compile(rf"{listed}|\d+[/.-]\d+|[号日周]|(?:in|within|after)\s|[后内]", re.I)


def take_priority(facts: Facts) -> None:
    """At the start, at the end or between commas; a word within the sentence is part of it."""
    if found := _priority().search(facts.said):
        word = " ".join(found["word"].casefold().split())
        facts.take("priority", meanings("priorities")[word], found.start(), found.end())


@cache
def _priority() -> re.Pattern[str]:
    listed = meanings("priorities")
    every = any_of(listed)
    longer = any_of(word for word in listed if len(word) > 1 and word not in ("急", "高", "中", "低"))
    noun = r"(?:priority|prio|优先级?|级别)"
    return re.compile(
        rf"(?:^|[,;({GONE}]|\s[-–—]\s|(?<=\s)|(?<={HAN})(?=\s))[\s,;:(]*"
        r"(?:(?:with|at|as|it's|this is|is|非常|比较)\s+)?"
        rf"(?:{noun}\s*(?::|=|is|是|为)?\s*)?!*(?P<word>{longer}|(?<=[:=是为级])\s*(?:{every})|(?<=[,;\s])[急高](?=$))"
        rf"(?:\s*{noun})?[\s.!)]*(?:[,;:](?=.)|(?=[{GONE}]|$))",
        re.I,
    )


def take_assignee(facts: Facts) -> None:
    found = _han_in_charge().search(facts.said) or _assignee().search(facts.said)
    who = found and (found.groupdict().get("to") or found["who"])
    if found and who and doubt_about(who.lstrip("@")) < 0.5:
        owner = who.lstrip("@")
        if owner.casefold() in words("owners", "me"):
            owner = "me"
        facts.take("owner", owner, found.start(), found.end())


@cache
def _han_in_charge() -> re.Pattern[str]:
    """小杨负责, said after what is to be done."""
    who = rf"(?P<who>[小老阿]{HAN}|{any_of(words('names', 'surnames'))}{HAN}{{1,2}})"
    in_charge = rf"(?:由|归|让)?{who}(?:负责|跟进|来做|去做|处理)"
    handed = f"(?:给|派给|分给){who.replace('<who>', '<to>')}"
    return re.compile(rf"[\s,;{GONE}](?:{in_charge}|{handed})(?=\s*(?:$|[,;{GONE}]))")


@cache
def _assignee() -> re.Pattern[str]:
    who = r"(?P<who>@?[A-Z][\w.-]*(?:\s[A-Z][\w-]+)?|@?[a-z][\w.-]*|[小老阿]?[\u3400-\u9fff]{1,3}?)"
    cue = any_of(words("owners", "before"))
    return re.compile(rf"(?:^|[\s,;{GONE}])(?i:{cue})\s*:?\s*{who}(?=\s*(?:$|[,;.!{GONE}]|负责|处理|跟进))")


def take_every(facts: Facts) -> None:
    said_so = _every().finditer(facts.said)
    found = next((each for each in said_so if not _is_a_thing(each, facts.said)), None)
    if not found:
        return
    said = " ".join(found[0].casefold().split())
    every = meanings("every")[said]
    facts.found["every"] = every
    if any(each.clock and each.start <= found.end() + 8 for each in days(facts, past=False)):
        weekday = re.search(
            r"(?:周|星期|礼拜)[一二三四五六日天]$|mon\w*$|tue\w*$|wed\w*$|thu\w*$|fri\w*$|sat\w*$|sun\w*$", said
        )
        keep = len(weekday[0]) if weekday else 0
        gone = found.end() - keep
        facts.said = facts.said[: found.start()] + GONE * (gone - found.start()) + facts.said[gone:]
    else:
        facts.said = facts.said[: found.start()] + GONE * (found.end() - found.start()) + facts.said[found.end() :]


def _is_a_thing(found: re.Match[str], said: str) -> bool:
    """ "send the weekly summary" is to be done once."""
    return found[0].casefold().endswith("ly") and bool(
        re.search(r"\b(?:the|a|my|our)\s+$", said[: found.start()], re.I)
    )


def leading_every(text: str) -> tuple[str, int] | None:
    """ "every friday remind me": how often, and where the words after it begin."""
    if not (found := _every().match(text)):
        return None
    weekday = re.search(r"[A-Za-z]+$|(?:周|星期|礼拜)[一二三四五六日天]$|(?:早上|晚上|早|晚)$", found[0])
    has_clock = re.match(r"\s*(?:at\s+)?\d|\s*[上下中早晚]|[一二三四五六七八九十]{1,2}点", text[found.end() :])
    end = weekday.start() if weekday and has_clock and weekday.start() else found.end()
    return meanings("every")[" ".join(found[0].casefold().split())], end


@cache
def _every() -> re.Pattern[str]:
    listed = [
        word
        for word in meanings("every")
        if word.startswith(("every", "each", "每", "工作日", "on ", "at ", "once", "daily", "weekly", "monthly"))
        or (word.endswith("s") and word.endswith("days"))
    ]
    return re.compile(any_of(listed), re.I)


def _about_ref(facts: Facts) -> None:
    """ "about D12: check legal" says of which record; within the sentence it stays where it is."""
    if not one_ref("CDKM").search(facts.said):
        return
    first, last = _ref_at_an_edge()
    kept = facts.said
    if found := first.match(facts.said) or last.search(facts.said):
        facts.take("ref", read_ref(found[1]), found.start(), found.end())
        if re.search(r"\w", facts.said.replace(GONE, "")):
            return
    else:
        take_ref(facts, "CDKM")
    facts.said = kept


@cache
def _ref_at_an_edge() -> tuple[re.Pattern[str], re.Pattern[str]]:
    led = rf"(?:(?:about|re|for|on|关于|针对)\s*:?\s*)?({ref_shape('CDKM')})"
    return (
        re.compile(rf"[\s,:;{GONE}]*{led}\s*[:,\-–]\s*", re.I),
        re.compile(rf"[\s,;(]+{led}\)?\s*(?=[{GONE}\s.!]*$)", re.I),
    )
