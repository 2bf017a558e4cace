"""How the sample company looks after its customers: interactions, tasks, tickets, and how well it was liked."""

import math
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.sample_company import Client, Company
from storage.sample_sales import Talk, buyer
from storage.tables import Interaction, Survey, Task, Ticket

TICKETS, NOTES, DONE, OPEN = 900, 400, 240, 60
SENT, ANSWERED = 0.85, 0.7  # of closed tickets; of surveys
WAIT_ODDS = 2.5  # of a worse score, for each doubling of 1 + the hours until the first answer
COMPLAINT_ODDS = 2.0  # of a worse score, against the other two categories
USUAL = 3.0  # hours until the first answer, in the median
LATELY = timedelta(days=8)
WORSE = (-0.3, 0.8, 1.8, 3.0)  # where a 5 becomes a 4, and so on
SAID = {
    False: ("Called about the quote", "Sent the price list", "Met them at their office", "They want a demo next month"),
    True: ("电话沟通了报价", "发送了价格表", "上门拜访", "客户希望下个月看演示"),
}
REPLIES = {False: ("Thanks, we are looking into it.", "Fixed."), True: ("收到，正在处理。", "已解决。")}
TO_DO = {
    False: ("Call back about the quote", "Send the contract", "Prepare the demo", "Ask for a reference"),
    True: ("回电确认报价", "发送合同", "准备演示", "请客户推荐"),
}
ABOUT: dict[str, dict[bool, tuple[str, ...]]] = {
    "enquiry": {False: ("How do I add a user?", "Which plan fits us?"), True: ("怎么添加用户？", "有哪些套餐？")},
    "complaint": {
        False: ("Invoice is wrong", "Cannot log in", "Late delivery"),
        True: ("发票有误", "无法登录", "发货太慢"),
    },
    "feedback": {False: ("Love the new screen", "Please add dark mode"), True: ("新界面很好用", "希望支持深色模式")},
}
COMMENTS = {False: ("Took too long", "OK", "Quick and friendly"), True: ("等太久了", "还可以", "很快，态度好")}


def add_interactions(company: Company, talks: list[Talk]) -> None:
    for talk in talks:
        end = talk.ends or company.now
        for _ in range(company.rng.randint(1, 2)):
            at = talk.begins + (end - talk.begins) * company.rng.random()
            _said(company, talk.client, talk.rep, at, deal=talk.id)
    for at in company.spread(NOTES):
        client = buyer(company, at)
        _said(company, client, company.rep(client), at)


def _said(company: Company, client: Client, rep: int, at: datetime, *, deal: int | None = None) -> None:
    kind = company.rng.choice(("call", "call", "meeting", "email", "note"))
    text = company.rng.choice(SAID[client.chinese])
    company.add(Interaction, customer_id=client.id, deal_id=deal, ticket_id=None, by=rep, kind=kind, at=at, text=text)


def add_tasks(company: Company, talks: list[Talk]) -> None:
    """What was to be done for deals that are closed, and what is to be done for those that are open."""
    closed = [talk for talk in talks if talk.ends]
    for talk in company.rng.sample(closed, DONE):
        due = talk.begins + timedelta(days=company.rng.uniform(1, 14))
        done = min(due + timedelta(hours=company.rng.gauss(0, 20)), company.now)
        _task(company, talk, due, status="done", done_at=done)
    for talk in company.rng.choices([talk for talk in talks if not talk.ends], k=OPEN):
        day = company.today + timedelta(days=company.rng.randint(-4, 20))
        morning = datetime.combine(day, time(9), ZoneInfo(company.zone))
        _task(company, talk, morning, status="open", done_at=None)


def _task(company: Company, talk: Talk, due: datetime, *, status: str, done_at: datetime | None) -> None:
    company.add(
        Task,
        subject=company.rng.choice(TO_DO[talk.client.chinese]),
        customer_id=talk.client.id,
        deal_id=talk.id,
        owner_id=talk.rep,
        due_at=due,
        due_zone=company.zone,
        remind_at=due if status == "open" and due > company.now else None,
        all_day=status == "open",
        status=status,
        priority=company.rng.choice(("normal", "normal", "normal", "high", "low")),
        created_at=talk.begins,
        done_at=done_at,
    )


def add_tickets(company: Company) -> None:
    for opened in company.spread(TICKETS):
        _ticket(company, buyer(company, opened), opened)


def _ticket(company: Company, client: Client, opened: datetime) -> None:
    rng, rep = company.rng, company.rep(client)
    category = rng.choices(("enquiry", "complaint", "feedback"), (5, 3, 2))[0]
    hours = rng.lognormvariate(math.log(USUAL), 1.5)
    if company.now - opened < LATELY and rng.random() < 0.6:
        hours += LATELY / timedelta(hours=1)  # nobody has come to it yet
    answered = opened + timedelta(hours=hours)
    closed = answered + timedelta(hours=rng.lognormvariate(math.log(20), 1))
    id = company.add(
        Ticket,
        customer_id=client.id,
        subject=rng.choice(ABOUT[category][client.chinese]),
        category=category,
        priority=rng.choice(("urgent", "high", "normal", "normal", "normal", "low")),
        status="closed" if closed < company.now else "pending" if answered < company.now else "open",
        owner_id=rep,
        channel=rng.choice(("telegram", "telegram", "slack")),
        opened_at=opened,
        answered_at=answered if answered < company.now else None,
        closed_at=closed if closed < company.now else None,
    )
    for at in (answered, closed - timedelta(minutes=5)):
        if at < company.now and rng.random() < 0.7:
            text = REPLIES[client.chinese][at is not answered]
            values = {"by": rep, "kind": "message", "at": at, "text": text}
            company.add(Interaction, customer_id=client.id, deal_id=None, ticket_id=id, **values)
    if closed + timedelta(hours=2) < company.now and rng.random() < SENT:
        _survey(company, client, id, closed + timedelta(hours=2), score(company, hours, category))


def score(company: Company, hours: float, category: str) -> int:
    """5 to 1 by a cumulative logit model, so that the odds of a worse score are the same at each step."""
    even = company.rng.uniform(1e-9, 1 - 1e-9)
    worse = math.log(even / (1 - even)) + math.log(WAIT_ODDS) * math.log2((1 + hours) / (1 + USUAL))
    worse += math.log(COMPLAINT_ODDS) if category == "complaint" else 0.0
    return 5 - sum(worse > step for step in WORSE)


def _survey(company: Company, client: Client, ticket: int, sent: datetime, score: int) -> None:
    answered = sent + timedelta(hours=company.rng.expovariate(1 / 8))
    answers = company.rng.random() < ANSWERED and answered < company.now
    words = COMMENTS[client.chinese][0 if score < 3 else 1 if score < 5 else 2]
    company.add(
        Survey,
        customer_id=client.id,
        ticket_id=ticket,
        score=score if answers else None,
        comment=words if answers and company.rng.random() < 0.3 else None,
        sent_at=sent,
        answered_at=answered if answers else None,
        expires_at=sent + timedelta(days=7),
    )
