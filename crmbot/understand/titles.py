"""What a campaign is called, and where it runs."""

import re

from crmbot.understand.bag import GONE, Facts
from crmbot.understand.tidy import without_marks


def read_named(facts: Facts) -> None:
    """What a campaign is called: quoted, or all that no other fact has taken."""
    if found := re.search(
        r"\"([^\"]{1,80})\"|“([^”]{1,80})”|(?<!\w)'([^']{1,80})'(?!\w)|[「『]([^」』]{1,80})[」』]|《([^》]{1,80})》",
        facts.said,
    ):
        facts.take("title", without_marks(next(filter(None, found.groups()))), found.start(), found.end())


def rest_is_title(facts: Facts) -> None:
    if "title" in facts.found:
        return
    rest = re.split(rf"[,;{GONE}]", facts.said.strip(f" ,:;{GONE}"), maxsplit=1)[0]
    rest = re.sub(r"^(?:called|named|titled|for|about|叫做|叫|名为|名叫|:)\s*", "", rest.strip(), flags=re.I)
    rest = re.sub(
        r"\s+(?:(?:with )?(?:a )?budget(?: of)?|(?:with|for|on)(?:\s+(?:an?|the|our))?"
        r"|costing|at|预算|worth|from|until|via|by)\s*$",
        "",
        rest,
        flags=re.I,
    )
    rest = re.sub(r"\s*(?:预算|费用|花费|的活动|活动|,)$", "", rest)
    title = without_marks(rest)
    if re.search(r"[^\W_]", title) and len(title) <= 80:
        facts.found["title"] = title


def read_source(facts: Facts) -> None:
    if found := re.search(
        r"(?<![\w])(?:on|via|through|over)\s+(?!(?:an?|the|our)\b)(?P<source>[A-Za-z][\w-]*)(?=\s*(?:$|[,;\x00]))|(?P<han>公众号|微信|抖音|微博|小红书|知乎|百度|朋友圈|短信|邮件|直播)(?=\s*(?:$|[,;\s\x00]))",
        facts.said,
        re.I,
    ):
        facts.take("source", found["source"] or found["han"], found.start(), found.end())
