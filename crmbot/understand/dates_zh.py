"""Days and times as Chinese says them."""

import re
from datetime import date, time

from crmbot.understand.date_words import HAN_NUMBER, YEARS, Words, han_int, han_number, han_offset
from crmbot.understand.seen import Atom, Build, Reading, add_months, day_told, edge_of, existing, moment_told, span_told
from crmbot.understand.tidy import HAN

_HAN_EDGES = {"底": "end", "末": "end", "下旬": "end", "初": "begin", "上旬": "begin", "中": "mid", "中旬": "mid"}


class ChineseDates(Words):
    def rules(self) -> dict[str, tuple[str, Build]]:
        h_month = rf"(?P<month>\d{{1,2}}|{HAN_NUMBER})月"
        h_rel = r"(?P<rel>本月|这个月|这月|当月|下下个?月|下个?月|上个?月)"
        h_day = rf"(?P<day>\d{{1,2}}|{HAN_NUMBER})"
        h_year = r"(?:(?P<year>(?:19|20)?\d\d年|今年|明年|后年|去年|[二〇零一三四五六七八九]{4}年)的?\s?)?"
        return {
            "h_full": (
                rf"(?<![\d一二三四五六七八九十]){h_year}{h_month}份?{h_day}(?:[号日](?![线])|(?![\d万千百亿个点]))",
                self.han_date,
            ),
            "h_rel": (rf"{h_rel}的?{h_day}[号日]", self.han_relative_day),
            "h_edge": (
                rf"(?<![\d一二三四五六七八九十]){h_year}(?:{h_month}份?|{h_rel}|第?(?P<quarter>[一二三四1-4])季度?|Q(?P<q>[1-4])|(?P<relq>本|这个?|下下个?|下个?|上个?)季度?|"
                rf"(?P<period>月|季度?|年)?)的?(?P<hedge>底|末|初|中旬|中(?=[,，。\s签定]|$)|上旬|下旬)(?![期级])",
                self.han_edge,
            ),
            "h_week": (
                r"(?P<hwhich>这个?|本|上上个?|上个?|(?<!一)下下个?|(?<!一)下个?)?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天末]|[1-7](?!\d))"
                r"(?![年岁])",
                self.han_weekday,
            ),
            "h_later": (
                rf"(?:再?过)?(?P<n>半|\d+|{HAN_NUMBER})(?P<half>个半)?(?:个(?=月|小时|钟头|星期|礼拜|季度)|个)?(?P<hunit>天|周|星期|礼拜|(?<=个)月|年|小时|钟头|分钟|季度)"
                rf"(?P<dir>以后|之后|过后|后|以内|之内|内|以前|之前|前)",
                self.han_later,
            ),
            "h_pass": (
                rf"再?过(?P<n>半|\d+|{HAN_NUMBER})(?P<half>个半)?个?(?P<hunit>天|周|星期|礼拜|(?<=个)月|小时|钟头|分钟)(?![以之过后内前])",
                self.han_pass,
            ),
            "h_quarter": (rf"{h_year}第?(?P<quarter>[一二三四1-4])季度", self.han_named),
            "h_period": (
                rf"(?<![\d一二三四五六七八九十])(?:{h_rel}|(?P<relw>下下个?|下个?|上个?|这个?|本)(?:周|星期|礼拜)(?!(?-i:[一-龥])?[报会])|(?P<relq>本|这个?|下下个?|下个?|上个?)季度?(?=$|[^节])|(?P<rely>今年|明年|后年|去年)(?!的?(?:\d|{HAN_NUMBER}月)))",
                self.han_period,
            ),
            "h_month": (
                rf"(?<![\d一二三四五六七八九十]){h_year}{h_month}(?:份|(?!\d)(?!{HAN})|(?=[底初中末前后内之以签定成付到交开结截办上下完再去来给要能会可的有拜见打发催联提和跟]))",
                self.han_named,
            ),
            "h_num": (rf"(?<![\d一二三四五六七八九十第.A-Za-z]){h_day}[号日](?![线楼店院])", self.han_day),
            "h_clock": (
                rf"(?<![\d.])(?!(?<![午上天晚早晨夜周日号])一点(?:{HAN}|$))(?P<hour>\d{{1,2}}|{HAN_NUMBER})点(?!五|[\d一二三四五六七八九]*[万千亿])(?:钟|(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>\d{{1,2}}|{HAN_NUMBER})分?)?",
                self.han_clock,
            ),
        }

    def han_date(self, found: re.Match[str], reading: Reading) -> Atom | None:
        month, day = han_int(found["month"]), han_int(found["day"])
        return day_told(found, reading.dated(month, day, self.year(found["year"], reading)))

    def han_relative_day(self, found: re.Match[str], reading: Reading) -> Atom | None:
        first = reading.period("month", han_offset(found["rel"]))[0]
        return day_told(found, existing(first.year, first.month, han_int(found["day"])))

    def han_edge(self, found: re.Match[str], reading: Reading) -> Atom | None:
        span = self.han_span(found, reading)
        edge = _HAN_EDGES[found["hedge"]]
        if span is None or ((span[1] - span[0]).days > 31 and edge == "mid" and found["hedge"] == "中旬"):
            return None
        day = edge_of(span, edge)
        if found["period"] == "月" and day < reading.today and not reading.past:
            day = add_months(day, 1)  # 月初 said on the 22nd is the next one
        return day_told(found, day)

    def han_span(self, found: re.Match[str], reading: Reading) -> tuple[date, date] | None:
        groups = found.groupdict()
        year = self.year(groups.get("year"), reading)
        if month := groups.get("month"):
            return reading.month(number, year) if 1 <= (number := han_int(month)) <= 12 else None
        if quarter := groups.get("quarter") or groups.get("q"):
            return reading.quarter(han_int(quarter), year)
        if rel := groups.get("rel"):
            return reading.period("month", han_offset(rel))
        if rel := groups.get("relq"):
            return reading.period("quarter", han_offset(rel))
        unit = {"月": "month", "季": "quarter", "季度": "quarter", "年": "year"}.get(groups.get("period") or "")
        if year:
            return date(year, 1, 1), date(year, 12, 31)
        return reading.period(unit, 0) if unit else None

    def han_weekday(self, found: re.Match[str], reading: Reading) -> Atom:
        said = found["hwhich"] or ""
        which = "this" if said[:1] in ("这", "本") else {"": "", "上": "last_week", "下": "next"}[said[:1]]
        which += "2" if said[:2] in ("上上", "下下") else ""
        word = found["wd"]
        number = int(word) - 1 if word.isdecimal() else "一二三四五六日天末".index(word)
        number = {7: 6, 8: 5}.get(number, number)
        return Atom("weekday", found.start(), found.end(), day := reading.weekday(number, which), day)

    def han_later(self, found: re.Match[str], reading: Reading) -> Atom | None:
        count = 0.5 if found["n"] == "半" else han_number(found["n"])
        if count is None:
            return None
        unit = self.units[found["hunit"]]
        if count == 0.5 and unit in ("year", "month"):
            count, unit = (6, "month") if unit == "year" else (15, "day")
        count += 0.5 if found["half"] else 0
        return moment_told(found, reading, -count if found["dir"].endswith("前") else count, unit)

    def han_pass(self, found: re.Match[str], reading: Reading) -> Atom | None:
        count = 0.5 if found["n"] == "半" else han_number(found["n"])
        return (
            moment_told(found, reading, count + (0.5 if found["half"] else 0), self.units[found["hunit"]])
            if count
            else None
        )

    def han_period(self, found: re.Match[str], reading: Reading) -> Atom | None:
        if found["relw"]:
            return span_told(found, reading.period("week", han_offset(found["relw"])))
        if found["rely"]:
            return span_told(found, reading.period("year", YEARS[found["rely"]]))
        return self.han_named(found, reading)

    def han_named(self, found: re.Match[str], reading: Reading) -> Atom | None:
        span = self.han_span(found, reading)
        return span_told(found, span) if span else None

    def han_day(self, found: re.Match[str], reading: Reading) -> Atom | None:
        return day_told(found, reading.day_of_month(han_int(found["day"])))

    def han_clock(self, found: re.Match[str], reading: Reading) -> Atom | None:
        minute = 30 if found["half"] else 15 * han_int(found["quarter"]) if found["quarter"] else 0
        minute = han_int(found["minute"]) if found["minute"] else minute
        hour = han_int(found["hour"])
        return (
            Atom("clock", found.start(), found.end(), clock=time(hour, minute)) if hour < 24 and minute < 60 else None
        )
