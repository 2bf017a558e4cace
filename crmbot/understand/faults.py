"""What is wrong, and with whom: the words of a ticket."""

import re
from functools import cache

from crmbot.understand.bag import GONE, Facts
from crmbot.understand.lexicon import any_of, meanings, words
from crmbot.understand.names import clean, doubt_about, is_organisation, is_person, read_whom
from crmbot.understand.spans import one_ref
from crmbot.understand.subjects import plain_subject, take_assignee, take_priority
from crmbot.understand.tidy import has_han
from crmbot.understand.whom import is_everyday


def read_fault(facts: Facts, wanted: frozenset[str]) -> None:
    """`hooli can't log in, urgent`: who has the trouble, and what it is."""
    bare = "bare" in wanted
    if re.match(r"\s*#?\d+(?=[\u3400-\u9fff])(?![个台套次天月年家])", facts.said):
        facts.doubtful(0.5)  # 工单105 … is about that ticket
    take_priority(facts)
    take_assignee(facts)
    if "category" in wanted:
        _take_category(facts)
    said = _AND_ASKS.sub("", plain_subject(facts.said))
    if "given" in wanted:
        whom, rest, doubt = dict[str, str](), said, 0.0
    else:
        whom, rest, doubt = _labelled(said) or who_and_what(said, bare=bare)
    if not re.search(r"\w", rest):
        return
    if one_ref().fullmatch(whom.get("name", "")):
        doubt = 1.0
    facts.doubtful(doubt)
    if "name" not in facts.found:
        facts.found |= whom
    facts.found["subject"] = rest


_AND_ASKS = re.compile(
    r"\s*[,;.]\s*(?:(?:帮我|麻烦|请|给我|先)?(?:新建|建|开|提|记|录)(?:一个|一张|个|张|一下)?工单(?:吧|一下)?"
    r"|(?:so |and )?(?:please |pls |can you )?(?:open|create|raise|log|file|make) (?:a |an? new )?(?:support )?ticket"
    r"(?: for (?:it|that|this))?)$",
    re.I,
)


def _labelled(said: str) -> tuple[dict[str, str], str, float] | None:
    """同步失败,客户京东: the customer after the fault, by its label."""
    if found := _CUSTOMER_LAST.search(said):
        whom, doubt = read_whom(found["whom"], "customers")
        if whom and doubt < 0.3:
            return whom, said[: found.start()] + found["rest"], doubt
    return None


_CUSTOMER_LAST = re.compile(
    r"[,;]\s*(?:客户|顾客|customer|client)(?:是|为|\s*:)?\s*(?P<whom>[^,;:\s][^,;:]{1,19})(?P<rest>$|[,;].*)", re.I
)


def _take_category(facts: Facts) -> None:
    listed = any_of(meanings("categories"))
    if found := re.search(
        rf"(?:^|[,;{GONE}])\s*(?:category|类别|类型)?\s*:?\s*({listed})\s*(?=$|[,;:{GONE}])", facts.said, re.I
    ):
        facts.take("category", meanings("categories")[found[1].casefold()], found.start(), found.end())


def who_and_what(said: str, *, bare: bool) -> tuple[dict[str, str], str, float]:
    """The customer in front of a fault, and the fault: split at punctuation, at a verb, or where capitals stop."""
    if found := re.match(r"([^,:;]{1,50}?)\s*(?::|,|\s[-–—]\s)\s*(?=\S)(.+)", said):
        whom, doubt = read_whom(found[1], "customers")
        if (
            whom
            and doubt < 0.3
            and not _thing_word(found[1])
            and not _FAULT_VERB.search(found[1])
            and len(found[1].split()) < 6
        ):
            return whom, _without_lead(found[2]), 0.0
    if has_han(said):
        return _han_fault(said, bare=bare)
    if found := re.fullmatch(r"(.+?)\s+(?:for|at|from)\s+((?:[A-Z][\w.&'-]*\s?)+|[a-z]\w+)", said):
        whom, doubt = read_whom(found[2], "customers")
        if doubt == 0 and not _thing_word(found[2]) and not is_everyday(found[2]) and not bare:
            return whom, found[1], 0.03
    verb = _FAULT_VERB.search(said, 1)
    head = said[: verb.start()] if verb else ""
    if verb and re.match(r"(?:[A-Z][\w.&'-]*\s+)+[a-z]", f"{head} ") and not re.search(r"\s(?:at|from|@|of)\s", head):
        return _lead_name(said, bare=bare)  # "Acme freezer keeps tripping"
    if verb and len(head.split()) <= 4 and not _thing_word(head):
        whom, doubt = read_whom(head, "customers")
        if whom and doubt < 0.3 and (head[0].isupper() or not is_everyday(head.split()[0])):
            return whom, _without_lead(said[verb.start() :]).strip(), 0.0
    possessive = re.match(r"((?:[A-Z][\w.&-]*\s)*[A-Za-z][\w.&-]*)'s\s+(.+)", said)
    if possessive and not is_everyday(possessive[1]):
        return {"name": possessive[1]}, possessive[2], 0.05
    return _lead_name(said, bare=bare)


def _lead_name(said: str, *, bare: bool) -> tuple[dict[str, str], str, float]:
    said_words = said.split()
    take = 0
    while take < len(said_words) - 1 and take < 4 and said_words[take][:1].isupper():
        take += 1
    if take == 1 and _thing_word(said_words[0]):
        take = 0
    if take == len(said_words) - 1 and take > 1 and said_words[-1][:1].isupper():
        take = 1
    if not take and len(said_words) > 1 and not bare:
        for number, word in enumerate(said_words[1:4], 1):
            if word.casefold().rstrip(".,") in words("names", "forms"):
                take = number + 1
                break
        else:
            take = 1 if not is_everyday(said_words[0]) and not _thing_word(said_words[0]) and len(said_words) > 2 else 0
    name = " ".join(said_words[:take])
    if not take or doubt_about(clean(name)) > 0.3 or take >= len(said_words):
        return {}, said, 0.5 if bare else 0.0
    return {"name": clean(name)}, _without_lead(" ".join(said_words[take:])), 0.2 if bare else 0.05


def _without_lead(said: str) -> str:
    return re.sub(
        rf"^[\s,:;-]*(?:{any_of(words('words', 'reports'))}|says?|said|told us|about|re|regarding|that"
        r"|(?:has|have|having|had|got|with)\s+(?:an?\s+)?(?:problems?|issues?|trouble)\s+(?:with|that)?)"
        r"\s*(?:to\s+us|us)?\s*(?:that|about|of)?[\s,:]+(?=\S)",
        "", said, flags=re.I,
    )  # fmt: skip


_FAULT_VERB = re.compile(
    r"\s+(?=(?:can't|cant|cannot|can|could|couldn't|is|are|isn't|aren't|was|were|has|have|had|hasn't|haven't|says?|said"
    r"|reports?|reported|complains?|complained|complaining|wants?|needs?|gets?|got|keeps?|didn't|doesn't|does|did|don't"
    r"|won't|never|still|not|unable|asks?|asking|asked|received|lost|sees|doesnt|didnt|wont|reporting|having|claims?)\b)",
    re.I,
)


def _thing_word(said: str) -> bool:
    """Whether a thing is spoken of, not a customer: "the login page", "export"."""
    bare = said.casefold().split()
    if not bare or bare[0] in ("the", "a", "an", "our", "my", "their", "his", "her", "this", "that", "there", "it"):
        return True
    return bare[-1].rstrip("s") in words("facts", "nouns") or bare[-1] in words("facts", "nouns")


def _han_fault(said: str, *, bare: bool) -> tuple[dict[str, str], str, float]:
    verb = any_of(each for each in words("facts", "tells") if has_han(each))
    if (found := re.match(rf"([^,:;]{{2,14}}?)(?:那边|那里|这边)?(?:{verb})了?[:,\s]*(?:说)?(.+)", said)) and (
        not _holds_noun(found[1]) or is_organisation(found[1])
    ):
        whom, doubt = read_whom(found[1], "customers")
        if whom and doubt < 0.4:
            return whom, found[2], 0.0
    if (found := re.match(r"(\S{2,12})\s+(.+)", said)) and not _holds_noun(found[1]):
        whom, doubt = read_whom(found[1], "customers")
        if whom and doubt < 0.3:
            return whom, found[2], 0.05
    if found := re.match(r"([^,:;\s]{2,12}?)(?:那边|那里)?的(.+)", said):
        whom, doubt = read_whom(found[1], "customers")
        if whom and doubt < 0.3 and not _holds_noun(found[1]) and (is_person(found[1]) or is_organisation(found[1])):
            return whom, found[2], 0.1
    lengths = range(min(8, len(said) - 2), 1, -1)
    for length in sorted(lengths, key=lambda each: not _any_noun().match(said, each)):
        name = said[:length]
        if is_organisation(name) or (is_person(name) and _holds_noun(said[length : length + 3])):
            return {"name": name}, said[length:], 0.05
    noun = _any_noun().search(said)
    if noun and 2 <= noun.start() <= 6 and doubt_about(said[: noun.start()]) == 0 and not bare:
        return {"name": clean(said[: noun.start()])}, said[noun.start() :], 0.15
    return {}, said, 0.45 if bare else 0.0


def _holds_noun(said: str) -> bool:
    return bool(_any_noun().search(said))


@cache
def _any_noun() -> re.Pattern[str]:
    return re.compile(any_of(each for each in words("facts", "nouns") | words("words", "fault") if has_han(each)))
