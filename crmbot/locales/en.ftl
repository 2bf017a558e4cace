# Nouns: what a sentence below may be about.
noun = { $kind ->
    [customer] customer
    [deal] deal
    [task] follow-up
    [ticket] ticket
    [member] member
    [schedule] scheduled report
    [product] product
    [campaign] campaign
   *[other] record
}
stage = { $stage ->
    [open] open
    [lead] lead
    [qualified] qualified
    [proposal] proposal
    [negotiation] negotiation
    [won] won
   *[lost] lost
}
# The names of facts on a card, and of what a command lacks.
slot = { $slot ->
    [name] Name
    [company] Company
    [phone] Phone
    [email] Email
    [tags] Tags
    [text] Note
    [title] Title
    [amount] Amount
    [stage] Stage
    [close_date] Closing
    [reason] Reason
    [when] When
    [due] Due
    [kind] Kind
    [ref] Record
    [owner] Owner
    [period] Period
    [deal] Deal
    [task] Follow-up
    [language] Language
    [zone] Time zone
    [currency] Currency
    [quiet] Quiet hours
    [notify] Notices
    [role] Role
    [accounts] Apps
    [customer] Customer
    [month_day] Day of the month
    [every] Again
    [at] At
    [priority] Priority
    [status] Status
    [category] Kind
    [ticket] Ticket
    [team] Team
    [report] Report
    [over] Over
    [days] Days without a word
    [channel] Goes to
    [next] Next
    [by] Who
    [change] What
    [product] Product
    [subject] To do
    [sentence] Saying
    [meaning] Means
    [about] What it is about
   *[other] Value
}
loss-reason = { $reason ->
    [price] Price
    [competitor] Competitor
    [budget] No budget
    [timing] Timing
   *[silence] Went silent
}
value = { $value }
day = { $day }
moment = { $at }
people = People
last-touch = Last touch
touched = { $kind ->
    [call] { $at }, call: { $words }
    [meeting] { $at }, meeting: { $words }
    [email] { $at }, email: { $words }
    [message] { $at }, message: { $words }
   *[note] { $at }: { $words }
}
deal-of = { $ref } · { $amount }
task-due = { $ref } · { $due }

button-yes = Yes
button-no = No
button-change = Change
button-stage = → { $stage }
button-won = Won
button-lost = Lost
button-done = Done
button-in-an-hour = +1 h
button-tomorrow = Tomorrow
button-pick = Pick
button-none = None
button-mute = Mute
button-unmute = Unmute
button-stop = Stop
button-full-figures = Full figures for me
button-undo = Undo
button-redo = Redo
button-new = New one
button-new-deal = New deal
button-same-as = Same as { $label }
button-more = { $count } more
button-my-deals = My deals
button-customers = Customers
button-today = Today
button-pipeline = Pipeline

# What lacks is asked for, by the name of the slot.
ask = { $slot ->
    [into] Which customer is it? Say the name or C and the number.
    [amount] How much?
    [customer] Who is it about?
    [deal] Which deal?
    [name] What is the name?
    [stage] Which stage is it in now?
    [zone] Which time zone? A city will do: Berlin.
    [currency] Which currency? EUR, say.
    [task] Which follow-up?
    [subject] What is to be done?
    [ticket] Which ticket?
    [text] What shall I say?
    [words] What shall I write to them? It goes out as you type it.
    [query] To whom? “All”, a tag such as #vip, or a group such as “at risk”.
    [due] When?
    [member] Who is it about?
    [kind] As what: owner, manager, rep or viewer?
    [schedule] Which scheduled report?
    [report] Which report: pipeline, forecast, segments, satisfaction or campaigns?
    [channel] What is the group called?
    [campaign] Which campaign?
    [title] What is it called?
    [metric] What was it: spend, revenue, leads …?
    [close_date] When will it close?
    [when] When was it?
    [phone] Which phone number?
    [email] Which email?
    [company] Which company?
    [owner] Whose is it?
    [reason] Why?
    [product] Which product?
   *[other] What shall I put down?
}
which-one = Which one do you mean?
fact = { $slot }: { $value }
fact-not = { $fact }, not { $was }
corrected = { $what }. { $now }
correct-what = What shall I change?
change-what = What is wrong about it?
sure = { $doing ->
    [customer-add] Shall I add this customer?
    [deal-add] Shall I add this deal?
    [deal-move] Shall I move this deal?
    [deal-update] Shall I change this deal?
    [customer-update] Shall I change this customer?
    [customer-delete] Shall I remove this customer?
    [deal-win] Shall I mark this deal as won?
    [deal-lose] Shall I mark this deal as lost?
    [interaction-log] Shall I note this?
    [task-add] Shall I note this follow-up?
    [task-update] Shall I change this follow-up?
    [task-done] Is this follow-up done?
    [task-delete] Shall I drop this follow-up?
    [ticket-add] Shall I open this ticket?
    [ticket-update] Shall I change this ticket?
    [csat-send] Shall I ask them how content they are?
    [ticket-close] Shall I close this ticket?
    [alert-add] Shall I set this alert?
    [schedule-add] Shall I schedule this report?
    [schedule-delete] Shall I stop this report?
    [schedule-update] Shall I change this report?
    [schedule-mute] Shall I mute this report?
    [place-link] Shall I post to this group from now on?
    [order-add] Shall I note this order?
   *[other] Shall I do this?
}

customer-added = Added { $name } as { $ref }.
name-is-ref = { $ref } is the number of a record, so nobody can be called so. To change it, begin with it: “{ $ref } phone 415 555 2671”.
customer-maybe-same = Is { $name } one of these?
customer-completed = Added to { $ref }.
customer-shown = This is { $ref }.
customers-found = { $count ->
    [0] I found nobody.
    [one] I found one.
   *[other] I found { $count }.
}
order-added = Order { $ref } for { $customer } noted.
order-count = { $count } is no number of things to order.
deal-added = Added { $ref } for { $customer }.
deal-shown = This is { $ref }.
deal-moved = { $ref } · { $customer }: { $stage }.
deal-lost-why = { $ref } is lost. Why?
page = { $said } · { $first }–{ $last }
deals-late = { $count ->
    [0] No deal is past its closing date.
    [one] One open deal is past its closing date.
   *[other] { $count } open deals are past their closing dates.
}
deals-listed = { $stage ->
    [open] { $count ->
        [0] No open deals.
        [one] One open deal: { $sums }
       *[other] { $count } open deals: { $sums }
    }
    [won] { $count ->
        [0] No deals won.
        [one] One deal won: { $sums }
       *[other] { $count } deals won: { $sums }
    }
    [lost] { $count ->
        [0] No deals lost.
        [one] One deal lost: { $sums }
       *[other] { $count } deals lost: { $sums }
    }
   *[other] { $count ->
        [0] No deals in this stage.
        [one] One deal in this stage: { $sums }
       *[other] { $count } deals in this stage: { $sums }
    }
}
interaction-logged = { $kind ->
    [call] Call with { $customer } noted.
    [meeting] Meeting with { $customer } noted.
    [email] Email with { $customer } noted.
   *[note] Noted on { $customer }.
}
due = { $at } { $zone }
every = { $every ->
    [day] every day
    [weekday] every weekday
    [week] every week
    [month] every month{ $day ->
        [0] {""}
        [31] , on the last day
       *[other] , on day { $day }
    }
    [mon] every Monday
    [tue] every Tuesday
    [wed] every Wednesday
    [thu] every Thursday
    [fri] every Friday
    [sat] every Saturday
   *[sun] every Sunday
}
priority = { $priority ->
    [urgent] urgent
    [high] high
    [low] low
   *[normal] normal
}
task-status = { $status ->
    [open] open
    [done] done
   *[dropped] dropped
}
task-added = Noted as { $ref }.
task-shown = This is { $ref }.
task-changed = Changed { $ref }.
task-yours = { $who } has given you { $label }{ $timed ->
    [yes] , due { $due }
   *[no] {""}
}.
task-put-off = I shall remind you of { $ref } on { $due }.
task-pick = When should { $ref } be due?
task-done = Done: { $label }.
task-done-again = Done: { $label }. The next time is { $due }.
task-dropped = Dropped: { $label }.
task-over = { $status ->
    [done] { $ref } is done already.
   *[dropped] { $ref } was dropped.
}
task-line = { $day } { $label }
tasks-listed = { $which ->
    [overdue] { $count ->
        [0] Nothing is overdue.
        [one] One is overdue.
       *[other] { $count } are overdue.
    }
    [done] { $count ->
        [0] Nothing is done yet.
        [one] One is done.
       *[other] { $count } are done.
    }
    [done-then] { $count ->
        [0] Nothing was done then.
        [one] One was done then.
       *[other] { $count } were done then.
    }
    [today] { $count ->
        [0] Nothing is due today.
        [one] One is due by the end of today.
       *[other] { $count } are due by the end of today.
    }
    [period] { $count ->
        [0] Nothing is due then.
        [one] One is due then.
       *[other] { $count } are due then.
    }
   *[open] { $count ->
        [0] There is nothing to follow up.
        [one] One to follow up.
       *[other] { $count } to follow up.
    }
}
tasks-of-day = { $count ->
    [0] Nothing is due on { $day }.
    [one] One is due on { $day }.
   *[other] { $count } are due on { $day }.
}
reminder = Reminder: { $subject }
reminder-late = Late, I was away on { $due }: { $subject }
agenda = { $late ->
    [yes] { $day }, late since I was away:
   *[no] { $day }:
} { $due ->
    [0] nothing is due today
    [one] one is due today
   *[other] { $due } are due today
}{ $overdue ->
    [0] .
    [one] , one is overdue.
   *[other] , { $overdue } are overdue.
}{ $quiet ->
    [0] {""}
    [one] {" "}One deal has been quiet for { $days ->
        [one] a day
       *[other] { $days } days
    }.
   *[other] {" "}{ $quiet } deals have been quiet for { $days ->
        [one] a day
       *[other] { $days } days
    }.
}
report = { $report ->
    [pipeline] pipeline
    [forecast] forecast
    [segments] segments
    [csat] satisfaction
    [won] deals won
    [score] low scores
    [deadline] promises about to be broken
    [quiet] quiet deals
   *[campaign] campaigns
}
every-which = I can remind you every day, every weekday, every week, on a day of the week, or every month. Say it with one of these.
every-at = { $every } at { $at }
in-zone = { $when } { $zone }
at-once = at once
muted = muted
room-named = This group is “{ $room }” to me now; its clock is that of { $zone }. I post here what you schedule.
room-quiet = Alerts for { $room } wait during these hours: { $hours }.
link-in-the-group = Write that in the group that I should post to.
no-such-room = I know no group or channel “{ $name }”. Say the same in that group once, then I know it.
schedule-added = Scheduled as { $ref }.
schedule-changed = Changed { $ref }.
alert-added = Alert { $ref } is set.
schedule-shown = This is { $ref }.
schedules-listed = { $count ->
    [0] No such report is scheduled.
    [one] One report is scheduled.
   *[other] { $count } reports are scheduled.
}
schedule-line = { $ref } · { $report } · { $when }
schedule-line-in = { $ref } · { $report } · { $when } → { $room }
schedule-ended = Stopped: { $what }.
schedule-muted = { $muted ->
    [yes] Muted: { $what }.
   *[no] No longer muted: { $what }.
}
report-late = Late, I was away on { $due }: { $report }.
alert-won = Won by { $who }: { $deal }.
alert-score = { $score } of 5 from { $customer }, { $about }.
alert-deadline = { $what ->
    [answer] An answer
   *[solution] A solution
} was promised by { $due }: { $ticket }.
alert-quiet = Quiet for { $days ->
    [one] one day
   *[other] { $days } days
}: { $deal }, { $who }.
alerts-collected = { $count ->
    [one] One of { $report }:
   *[other] { $count } of { $report }:
}
alerts-more = … and { $count } more
nothing-moved = Nothing has moved since the last time: { $report }.
what-next = { $said } What comes next, and when?
no-next-step = Nothing more to do for { $customer } now.
working = Working on it. This takes a moment.
job-too-long = That took longer than { $minutes ->
    [0] a minute
    [one] a minute
   *[other] { $minutes } minutes
}, so I stopped. A shorter time span or fewer records would do.
job-too-big = That needs more memory than I may use, so I stopped. A shorter time span or fewer records would do.
and-then = { $first }
    { $then }
instead = Corrected. { $now }
undo-older = That message changed nothing. Shall I take back what you did before it: { $what }?
undo-older-plain = That message changed nothing. Shall I take back what you did before it?
undone = Taken back: { $refs }.
undone-plain = Taken back.
redone = Done again: { $refs }.
redone-plain = Done again.
help = { $role ->
    [viewer] You can look things up. Try: “open deals”, “D12”, “show me Acme”, “who has 415 555 2671”, “pipeline”.
    [owner]
        { -help-rep }
        “pipeline” · “forecast” · “every monday 9am post pipeline to #sales”
        “invite a rep” · “members” · “make Ann a manager”
    [manager]
        { -help-rep }
        “pipeline” · “forecast” · “every monday 9am post pipeline to #sales”
   *[rep] { -help-rep }
}
-help-rep =
        Just write what happened. Try:
        “new deal Acme 30k”
        “called Ann at Hooli, wants a quote by Friday”
        “D12 to negotiation” · “won D12” · “lost D12, too expensive”
        “new customer Ann Poe, Hooli, ann@hooli.com”
        “today” · “open deals” · “show me Acme” · “undo”
never-mind = All right.
nothing-to-confirm = There is nothing that waits for a yes.

greeted = Hello. Write what happened, such as “called Ann, wants a quote”, or “today” for what is due. “help” says more.
welcome = You are welcome.
not-understood = I did not get that. Try “new deal Acme 30k”, “called Ann, wants a quote”, “open deals” or “help”.
would = { $doing ->
    [interaction-log] Note a contact
    [task-add] Remind me
    [deal-add] New deal
    [customer-add] New customer
    [ticket-add] New ticket
    [deal-update] Change a deal
    [deal-move] Move a deal on
    [deal-lose] A deal is lost
    [deal-win] A deal is won
    [order-add] Note an order
    [customer-update] Change a customer
    [customer-show] Show the customer
    [deal-list] List deals
    [deal-show] Show the deal
    [task-list] What there is to do
    [task-done] A follow-up is done
    [interaction-list] What was said so far
    [ticket-list] List tickets
    [ticket-show] Show the ticket
    [ticket-close] Close a ticket
    [ticket-update] Change a ticket
    [customer-find] Find customers
    [task-update] Change a follow-up
    [pipeline-report] How we are doing
    [forecast-report] Forecast
    [csat-report] How content they are
    [csat-send] Ask how content they are
    [campaign-add] New campaign
    [campaign-log] Figures of a campaign
    [campaign-report] How a campaign did
    [segments-report] Groups of customers
    [schedule-add] Schedule a report
    [schedule-list] Scheduled reports
    [target-set] Set a target
    [target-report] How far from the target
    [task-delete] Drop a follow-up
    [customer-delete] Delete a customer
   *[other] Something else
}
would-of = { $doing }: { $about }
guesses = I am not sure what you mean. Is it one of these?
button-none-of-these = None of these
button-not-this = Not what I meant
meant-what = What did “{ $said }” mean?
learned = From now on “{ $shape }” means: { $doing }.
nothing-said = Say it first, then I can learn what it means.
lessons = { $count ->
    [0] You have taught me no sayings yet. When I get something wrong, press “Not what I meant” or write “no, that was a note”.
    [one] You have taught me one saying. It holds for your team.
   *[other] You have taught me { $count } sayings. They hold for your team.
}
lesson-shape = “{ $shape }”
lesson-by = { $who }, { $day }
lesson-gone = I have forgotten that one already.
lesson-forgotten = Forgotten.
button-forget = Forget { $number }
export-kind = { $kind ->
    [customers] the customers
    [deals] the deals
    [products] the products
    [orders] the orders
    [tasks] the follow-ups
    [tickets] the tickets
    [interactions] the contacts noted
    [surveys] the surveys
    [campaigns] the campaigns
   *[all] all records
}
export-sure = Shall I send you { $what } as a file, with phones and emails in clear? The owners will hear of it.
export-done = The file with { $what }: { $count ->
    [one] one row
   *[other] { $count } rows
}. Keep it safe.
export-told = { $who } has exported { $what }.
export-in-private = Ask me that in our private chat: such a file is for nobody else.
export-too-big = That is too much for a chat. Whoever runs me can write it with “bot.py export”.
import-how = Drop the CSV or Excel file here. I show what I would take in before anything is changed.
forwarded = That was forwarded, so I have done nothing with it. Write it yourself if I should.
edit-not-understood = I saw that you changed your message, but not what it should change. What it did before stays.
not-found = I know no { $what } { $words }.
own-data = This is all that is held on you here.
own-data-asked = Your chat came by a link, which may have been passed on. The team was asked to make sure that it is you, and to send you what is held on you by { $until }.
own-data-none = Nothing is held on you here.
forget-me-sure = Shall the team forget you? Your name, your contacts and all that you wrote are then deleted for good.
forget-me-asked = The team was asked to forget you, and will have done so by { $until }. Until then you get no surveys and no news.
wish-told = { $wish ->
    [forget] { $label } asks to be forgotten. This has to be done by { $until }.
   *[data] { $label } asks for all that is held on them, by { $until }. The chat came by a link of yours, which may have been passed on: make sure that it is they before you send it.
}
wish-task = { $wish ->
    [forget] forget { $ref }, who asked for it, by { $until }
   *[data] send { $ref } what is held on them, by { $until }
}
button-wish = { $wish ->
    [forget] Forget
   *[data] Give me the file
}
held-on = All that is held on { $label }:
audit-mark = Mark of the audit log up to entry { $rows }: { $mark }. Keep this message: { $command } tells whether anything before it was changed or cut off.
backup-failed = Last night's backup could not be made: { $why }
not-found-sealed = { $said } What follow-ups and tickets say is sealed here, so only the latest can be found by it: say the number or the customer.
not-allowed = { $role ->
    [rep] A rep
    [viewer] A viewer
    [manager] A manager
   *[owner] An owner
} may not do that.
amount-too-large = { $amount } is more than I can keep as an amount. Is there a digit too many?
no-such-day = There is no “{ $said }”. Nothing has changed: please say it again with the right day.
no-such-amount = “{ $said }” cannot be an amount. Nothing has changed: please say it again with the right one.
does-not-fit = { $slot }: I cannot take that.
already-closed = { $ref } is { $stage } already.
nothing-to-undo = There is nothing of yours to take back.
changed-since = { $who } has changed { $ref } since, so I left it as it is.
in-use = { $ref } is in use by now, so I left it as it is.
button-gone = That button is too old to work: say it in words, or ask for the card again.
button-used = That was done already.
not-saved-yet = Received, but not saved yet: something here takes longer than it should. I keep trying, and answer as soon as it is done.
our-bug = That went wrong, and it is our mistake ({ $incident }). Nothing was changed.
again = (again)
parked = A message stopped me { $times } times, so I have put it aside. The log says when.

stranger = I talk to members of the team only. If you are one, ask for an invitation.
desk-new = Thank you. Your number is { $ref }; the team will answer here.
invitation-void = This invitation does not work, or not any more. Please ask for a new one.
joined = { $role ->
    [owner] Welcome. You are an owner: you may do everything. Write “help” to see what there is.
    [manager] Welcome. You are a manager now. Write “help” to see what there is.
    [viewer] Welcome. You can look things up here. Write “help” to see what there is.
   *[rep] Welcome. You are one of the team now. Write “help” to see what there is.
}

menu = { $command ->
    [deal] Add a deal: Acme 30k
    [deals] Open deals
    [customer] Add a customer
    [find] Find a customer
    [log] Note what happened
    [move] Move a deal: D12 proposal
    [won] A deal is won: D12
    [lost] A deal is lost: D12 too expensive
    [undo] Take back your last message
    [task] Be reminded: call Bob tomorrow 3pm
    [today] What is due today
    [pipeline] How the deals stand
    [forecast] What is going to be sold
    [members] Who is in the team
    [schedules] Reports that come by themselves
    [link] Link this group to your team
    [settings] Language, time zone, quiet hours, notices
   *[help] What I can do
}
menu-customer = { $command ->
    [settings] Your language, and whether you get surveys and news
    [help] How this works
   *[start] Write to the team
}

settings = This is how I treat you. Say “speak Chinese”, “time zone Berlin”, “currency EUR”, “quiet from 21 to 8”, “notifications off”, or press.
settings-chosen = Done. From now on:
settings-not-understood = I did not get which setting you mean. Say “speak Chinese”, “time zone Berlin”, “currency EUR”, “quiet from 21 to 8” or “notifications off”.
setting-not-known = { $slot }: I do not know “{ $words }”.
language = { $language ->
    [zh] 中文
   *[en] English
}
quiet-none = none
notify = { $notify ->
    [off] off
   *[on] on
}
role-in-team = { $role ->
    [owner] owner · { $team }
    [manager] manager · { $team }
    [viewer] viewer · { $team }
   *[rep] rep · { $team }
}
button-language = { $language ->
    [zh] 中文
   *[en] English
}
button-quiet = Quiet { $hours }
button-no-quiet = No quiet hours
button-notify = { $notify ->
    [off] Notices off
   *[on] Notices on
}

category = { $category ->
    [feedback] feedback
    [complaint] complaint
   *[enquiry] enquiry
}
ticket-status = { $status ->
    [open] open
    [pending] waiting for the customer
   *[closed] closed
}
cause = { $cause ->
    [product] Product
    [delivery] Delivery
    [billing] Billing
   *[people] People
}
opened = Opened
button-claim = Claim
button-assign = Assign
button-priority = Priority
button-close = Close
button-reopen = Reopen
button-my-contact = My contact
button-tickets = Tickets
ticket-about = What is it about?
ticket-added = Opened { $ref } for { $customer }.
ticket-shown = This is { $ref }.
ticket-changed = Changed { $ref }.
ticket-claimed = { $ref }: { $colleague } has it now.
ticket-taken = { $colleague } has { $ref } already.
ticket-to-whom = Who shall look after { $ref }?
colleague = { $colleague }
ticket-how-urgent = How urgent is { $ref }?
ticket-closed = { $ref } is closed.
ticket-closed-already = { $ref } is closed already.
ticket-cause = What was the cause of { $ref }? Press, or say it.
ticket-theme = What is { $ref } about? Press, or say it.
ticket-theme-fact = Theme
ticket-theme-count = { $theme }: { $count }
button-theme = Theme
ticket-yours = { $who } has given you { $label }.
tickets-listed = { $status ->
    [unclosed] { $count ->
        [0] No open tickets.
        [one] One open ticket.
       *[other] { $count } open tickets.
    }
    [open] { $count ->
        [0] No tickets wait for us.
        [one] One ticket waits for us.
       *[other] { $count } tickets wait for us.
    }
    [pending] { $count ->
        [0] No tickets wait for customers.
        [one] One ticket waits for the customer.
       *[other] { $count } tickets wait for customers.
    }
   *[closed] { $count ->
        [0] No closed tickets.
        [one] One closed ticket.
       *[other] { $count } closed tickets.
    }
}
button-known = One we know
contact-joined = { $gone } was { $name } ({ $ref }): their chat, tickets and history are there now.
contact-itself = { $ref } is the contact itself. Which other customer is it?
contact-claimed = { $name } ({ $ref }) is a contact of yours now.
contact-taken = { $ref } is somebody’s contact already.
last-owner = Somebody has to stay an owner: make another one first.
role = { $role ->
    [owner] owner
    [manager] manager
    [viewer] viewer
   *[rep] rep
}
invited = Invitation for one person ({ $role ->
    [owner] as an owner
    [manager] as a manager
    [viewer] as a viewer
   *[rep] as a rep
}), good for 72 hours. They send me this in a private chat: { $code }
invited-by-link = Invitation for one person ({ $role ->
    [owner] as an owner
    [manager] as a manager
    [viewer] as a viewer
   *[rep] as a rep
}), good for 72 hours. They open { $link } or send me this in a private chat: { $code }
button-call-back = Call it back
button-call-back-of = { $role ->
    [owner] Call back: owner, { $team }
    [manager] Call back: manager, { $team }
    [viewer] Call back: viewer, { $team }
   *[rep] Call back: rep, { $team }
}
invitation-called-back = That invitation does not work any more.
invitation-over = That invitation was used, is too old or was called back.
members = { $count ->
    [one] You are alone in the team.
   *[other] { $count } in the team.
}
role-unknown = I know no role “{ $words }”: say owner, manager, rep or viewer.
role-already = { $role ->
    [owner] { $name } is an owner already.
    [manager] { $name } is a manager already.
    [viewer] { $name } is a viewer already.
   *[rep] { $name } is a rep already.
}
role-changed = { $role ->
    [owner] { $name } is an owner now.
    [manager] { $name } is a manager now.
    [viewer] { $name } is a viewer now.
   *[rep] { $name } is a rep now.
}
role-is-now = { $role ->
    [owner] You are an owner now: you may do everything.
    [manager] You are a manager now: you see all of your team’s records.
    [viewer] You are a viewer now: you can look things up.
   *[rep] You are a rep now: you see your own deals.
}
work = { $deals ->
    [one] one open deal
   *[other] { $deals } open deals
}, { $tasks ->
    [one] one follow-up
   *[other] { $tasks } follow-ups
}, { $tickets ->
    [one] one ticket
   *[other] { $tickets } tickets
}, { $customers ->
    [one] one customer
   *[other] { $customers } customers
}
remove-sure = Remove { $name } from the team? { $heir } takes over { $work }.
remove-needs-heir = Who takes over from { $name }? It cannot be the same person.
removed = { $name } is out of the team. { $heir } takes over { $work }.
work-handed-over = { $name } has left the team. You take over { $work }.
button-hand-to = To { $name }
link-code = From your other app, send me this in a private chat within 10 minutes: { $code } Tell it to nobody: whoever sends it becomes you.
link-code-by-link = Open { $link } or, from your other app, send me this in a private chat within 10 minutes: { $code } Tell it to nobody: whoever sends it becomes you.
link-in-private = Codes are for private chats: ask me there.
link-same = That is your own code: send it from your other app.
link-unequal = You and { $name } have different roles or teams here. An owner has to make them the same first.
link-sure = { $role ->
    [owner] Become one with { $name }, an owner? Your records and your last changes will be theirs.
    [manager] Become one with { $name }, a manager? Your records and your last changes will be theirs.
    [viewer] Become one with { $name }, a viewer? Your records and your last changes will be theirs.
   *[rep] Become one with { $name }, a rep? Your records and your last changes will be theirs.
}
linked = { $role ->
    [owner] Linked: here you are { $name }, an owner, too.
    [manager] Linked: here you are { $name }, a manager, too.
    [viewer] Linked: here you are { $name }, a viewer, too.
   *[rep] Linked: here you are { $name }, a rep, too.
}
linked-there = { $name } on { $channel } is you too from now on. If that was not you, part them at once.
button-unlink = Unlink { $channel }
which-account = Which one shall I part from you?
only-account = You talk to me from one app only.
unlinked = { $channel } is not yours any more: who writes there is a stranger.
too-many-tries = Too many wrong codes. Try again in an hour.

desk-hello = Hello. Write what it is about: you get a number, and the team answers here. Ask “status” at any time. Who wants to hear of news now and then writes “news”.
desk-settings = In which language shall I answer? Write “stop” to be asked nothing more.
desk-language = I answer in English from now on.
desk-phone = Thank you. The team can call you at this number now.
desk-heard = Added to { $ref }. The team will answer here.
files-lost = { $names }: this did not get through. A file may have up to { $most } MB, and ten go at a time; of a bigger one, send a link.
desk-file = { $ref } · { $name }
desk-file-short = { $ref }
door-none = This link does not work here. Write what it is about, and the team will answer.
door-opened = This is { $ref } ({ $subject }). The team answers here; write if there is anything to add.
door-opened-by = { $ref }: { $name } opened the link, and is answered there.
button-chat-link = Chat link
ticket-link = A link for { $name }: whoever opens it first is answered there about { $ref }. Good until { $until }.
    { $link }
ticket-code = A code for { $name }: whoever writes it to me first is answered there about { $ref }. Good until { $until }.
    { $code }
campaign-link = Who opens the chat by this link came from { $title }.
    { $link }
campaign-code = Who writes this code to me came from { $title }.
    { $code }
qr-of = The link of { $what } as a QR code
desk-nothing-said = I can pass on words, photos, voice messages and files. Write what it is about.
ticket-file = – { $ref }
ticket-answered-nothing = { $ref }: nothing went to the customer.
desk-welcome = You are welcome.
desk-kind = { $category ->
    [feedback] Feedback
    [complaint] Complaint
   *[enquiry] Question
}
desk-kind-said = { $ref }: { $category }. The team will answer here.
desk-status = { $status ->
    [open] with the team
    [pending] answered; it waits for you
   *[closed] closed
}
desk-found = { $count ->
    [one] This is how it stands.
   *[other] This is how they stand.
}
desk-nothing = I find nothing of yours under that. Write what it is about, and the team will answer here.
desk-stopped = You will be asked nothing more and sent no news. What you write here is still answered.
desk-done = { $ref }: done. Thank you for telling us. If something is missing, write here within three days.
desk-closed = { $ref } is closed. If something is missing, write here within three days and it is open again.
desk-unreached = { $ref }: what was written last did not reach { $name }, whose chat is closed to me.
desk-unreached-short = { $ref }: what was written last did not reach the customer, whose chat is closed to me.
desk-reach = { $known ->
    [none] No phone and no email is known.
   *[some] You can still reach them at { $ways }
}
desk-said = { $ref } · { $name }: { $words }
desk-said-short = { $ref }: { $words }
ticket-post = { $status ->
    [open] { $ref } waits for us. What you say in reply to this goes to the customer; with // before it, it stays here.
    [pending] { $ref } waits for the customer.
   *[closed] { $ref } is closed.
}
ticket-answer = { $words }
    – { $ref }
ticket-answered = { $ref }: { $name } has it from here.
ticket-answered-short = { $ref }: the customer has it from here.
ticket-unreachable = Noted on { $ref }, but { $name } has no chat with me: tell them yourself.
ticket-unreachable-short = Noted on { $ref }, but its customer has no chat with me: tell them yourself.

button-call = Call back
button-better = { $better ->
    [yes] Yes, thanks
   *[no] Not yet
}
csat-question = How content are you with us? 1 is not at all, 5 is very.
csat-question-on = { $ref } ({ $subject }): how content are you with how we dealt with it? 1 is not at all, 5 is very.
csat-reminder = We have not heard from you yet, and ask this once more only.
csat-how-to-stop = Write “stop” to be asked nothing more.
csat-thanks = Thank you: { $score } of 5.
csat-why = Thank you: { $score } of 5. What went wrong? Press, or write it here.
csat-reason = { $reason ->
    [slow] Too slow
    [unsolved] Not solved
    [unfriendly] Unfriendly
   *[unclear] Unclear
}
csat-heard = Thank you, the team has it.
csat-over = It is too late to answer that. What you write here still reaches the team.
csat-fixed = That cannot be changed any more. What you write here still reaches the team.
csat-better = Some days ago you were not content with us. Is it better now?
csat-good = Good to hear. Thank you.
csat-no-good = We are sorry. The team looks at it again.
csat-sent = { $name } is asked how content they are.
csat-stopped = { $name } wants to be asked nothing.
csat-unreachable = { $name } has no chat with me, so I cannot ask.
csat-about = { $ref }, { $subject }
csat-about-all = in general
csat-alarm = { $name } gave { $score } of 5 ({ $about }).
csat-context = { $category ->
    [feedback] Feedback
    [complaint] Complaint
   *[enquiry] Enquiry
}, { $has ->
    [nobody] nobody had it
   *[somebody] { $who } had it
}, { $hours ->
    [none] not answered
   *[other] answered after { $hours } h
}.
csat-context-said = { $who }: { $words }
csat-alarm-said = { $name } gave { $score } of 5 ({ $about }): { $words }
csat-said = { $name } on the { $score } of 5: { $words }
csat-no-better = { $name } says it is not better yet.
csat-taken = { $who } calls { $name } already.
csat-call = Call { $name } back
csat-called = { $who } calls { $name } ({ $ref }).
csat-fact = Content
csat-stars = { $score } of 5
csat-with-words = { $stars }: { $words }
csat-link = A survey page for { $name }: send it to them alone, and by yourself. It can be answered once, until { $until }.
    { $link }
csat-no-page = Survey pages need an address of the bot in the web: public_url under [web] in its settings.
button-link = Survey link
survey-page-title = How did we do?
survey-page-score = { $score ->
    [1] 1, not at all
    [5] 5, very
   *[other] { $score }
}
survey-page-end = { $end ->
    [low] 1 not at all
   *[high] 5 very
}
survey-page-words = Would you like to add anything? (optional)
survey-page-send = { $what ->
    [change] Change my answer
   *[send] Send
}
survey-page-thanks = Thank you: { $score } of 5. You may change it here for a day.
survey-page-wrong = { $what ->
    [score] Please choose a number from 1 to 5.
   *[length] That is too long to send. Please shorten it.
}
survey-page-closed = { $state ->
    [over] It is too late to answer this. Thank you all the same.
   *[answered] This has been answered. Thank you.
}
survey-page-none = This link does not work. Please ask whoever sent it to you for a new one.
survey-page-wait = Please try again in a minute.
csat-mean = { $mean } of 5 ({ $count ->
    [one] one answer
   *[other] { $count } answers
})
# Analyses: groups of customers, what goes with satisfaction, what goes with sales.
and-also = { $first }, { $second }
segments-found = { $method ->
    [kmeans] { $count } groups among { $rows } customers (K-means, score { $score } of 1).
    [dbscan] { $count } groups among { $rows } customers (DBSCAN, score { $score } of 1).
   *[rfm] { $rows } customers form no clear groups. By how recently, how often and for how much they bought:
}
segments-none = { $reason ->
    [no-rows] There are no customers yet. Groups can be seen from { $missing } different ones on.
    [too-few-rows] Too few to see groups: { $rows } so far, { $missing } more different ones are needed.
    [no-features] Nothing here tells customers apart: it takes figures that differ, such as amounts, visits or days since the last order.
   *[no-clear-groups] No clear groups: these { $rows } customers are one crowd with gradual differences.
}
segments-unclear = The groups are not clear: the borders between them are a matter of taste.
segments-odd = { $count ->
    [one] One of a kind: { $examples }.
   *[other] One of a kind, { $count } in all: { $examples }.
}
segment-outlier = { $who } ({ $feature } { $value })
segment-line = { $name }: { $size } ({ $share } %){ $worth }{ $tickets }{ $score }.{ $needs }{ $known }
segment-needs = {""} { $needs }
segment-known = {""} You know: { $known }
segment-worth = {""}, worth { $value }
segment-tickets = {""}, { $count ->
    [1] 1 ticket
   *[other] { $count } tickets
} each
segment-score = {""}, { $score } of 5 stars
one-more-sentence = { $first } { $second }
segment-theme = { $feature ->
    [category] Their tickets are mostly { $word } ({ $share } %, among all { $overall } %).
    [product] They mostly buy { $word } ({ $share } %, among all { $overall } %).
   *[other] Above all { $word }: { $share } %, { $overall } % among all.
}
segment-name = { $name ->
    [champions] Champions
    [loyal] Loyal
    [big-spenders] Big spenders
    [new] New
    [regulars] Regulars
    [at-risk] At risk
    [slipping] Slipping away
    [lost] Lost
    [one-of-a-kind] One of a kind
    [everyone] Everyone
   *[typical] Typical
}
segment-trait = { $level ->
    [high] high { $feature }
   *[low] low { $feature }
}
segment-advice = { $name ->
    [champions] Thank them and ask for referrals.
    [loyal] Offer them the next bigger thing.
    [big-spenders] Ask what would bring them back more often.
    [new] A second order decides: follow up soon.
    [regulars] Keep in touch.
    [at-risk] They used to buy a lot: call them now.
    [slipping] A good reason to come back is needed.
    [lost] One last offer, then let them go.
   *[other] Get in touch.
}
segments-same = Nobody has changed groups.
segments-moved = Since last time: { $moved ->
    [one] one has changed groups
   *[other] { $moved } have changed groups
}, { $joined } came, { $left } left.
segment-move = { $who }: { $before } → { $now }
goes-with = This is what goes with low scores. It need not be what causes them.
drivers-none = { $reason ->
    [no-rows] There are no answers yet: { $missing } are needed.
    [too-few-answers] Too few answers to look for reasons: { $answers } so far, { $missing } more are needed.
    [one-class] { $answers ->
        [one] There is one answer only
       *[other] All { $answers } answers are alike
    }, so nothing can be seen to make a difference.
    [class-too-small] Of some kind of answer there are too few among { $answers }: { $missing } more are needed.
   *[no-columns] Besides the score nothing is known about { $answers ->
        [one] this one answer
       *[other] these { $answers } answers
    }.
}
drivers-not-found = No driver found. What is known about these { $answers } answers guesses { $right } % of the scores right, always guessing the most frequent one { $guess } %.
drivers-basis = From { $answers } answers. On answers held back { $right } % are guessed right, always guessing the most frequent score { $guess } %.
driver-line = { $what }: the odds of { $worst } instead of { $best } are { $times } times as high ({ $lower } to { $upper }).
score-class = { $name ->
    [low] a low score
    [mid] a middle score
    [high] a high score
   *[other] { $words }
}
instead-of = { $name } { $level } instead of { $against }
yes-instead-of-no = { $name }
from-to = { $name } { $high } instead of { $low }
as-much = Without end more { $name }
control = { $name ->
    [trend] the trend
   *[season] the season
}
one-more = Each 1 more { $name }
effect-line = { $sure ->
    [yes] { $what } goes with { $change } { $target } ({ $lower } to { $upper }).
   *[no] { $what }: no clear link with { $target } ({ $lower } to { $upper }).
}
effect-lasts = { $name } lasts: { $share } % of its effect goes over to the next period.
effect-wears-off = { $name } wears off: half of all it can do is reached at { $half }.
effects-basis = { $held ->
    [yes] { $rows ->
        [one] One row
       *[other] { $rows } rows
    }. With trend and season, which are held constant, this explains { $explained } % of the ups and downs of { $target }.
   *[no] { $rows ->
        [one] One row
       *[other] { $rows } rows
    }. This explains { $explained } % of the ups and downs of { $target }.
}
effects-more = To be sure of “{ $what }” it would take about { $more } more rows, if it is as it seems.
effects-hardly = Of “{ $what }” ten times as many rows would not make sure: if it does anything, it is little.
effect-measured = { $campaign }, measured against those left out at random: { $change } { $currency } won a customer since it was sent ({ $lower } to { $upper }); { $reached } reached, { $out } left out.
effects-none = { $reason ->
    [no-rows] There are no rows yet: { $missing } are needed.
    [too-few-rows] Too few rows to tell effects apart: { $rows } so far, { $missing } more are needed.
    [constant-target] There is nothing to explain: it is the same in all { $rows } rows.
   *[no-terms] There is nothing to explain it with: the columns are the same in all { $rows } rows.
}
effects-warned = { $kind ->
    [collinear] { $name } and { $other } move together, so which of them it is can hardly be told.
    [condition] Some columns are almost the same thing: the figures would jump with a few rows more.
    [same] { $name } says the same as the columns before it and was left out.
    [drifting] Something else is at work: what is left unexplained drifts over time, so the intervals are too narrow.
    [one-row-decides] Row { $value } alone decides much of this: have a look at it.
    [no-dates] Without dates, trend and season could not be held constant: a season that the budget follows would be credited to the budget.
   *[season-not-seen] Less than two seasons, so the season could not be held constant.
}
not-the-cause = This says what goes together, not what causes what. To measure an effect, leave a random group out of the next campaign.
feature = { $name ->
    [recency] days since the last order
    [frequency] number of orders
    [tickets] tickets
    [satisfaction] stars given
   *[monetary] amount bought
}
level-empty = (empty)
odds-lower = less often low
odds-higher = more often low
drivers-chart = { $times } times the odds of a low score: { $what }
drivers-chart-note = Odds with 95 % intervals, { $answers } answers. A full dot is sure; what crosses 1 is not.
target-less = less { $target }
target-more = more { $target }
effects-chart-note = With 95 % intervals, { $rows } rows. A full dot is sure. Goes with, need not cause.
segments-chart = { $name }: { $share } % of the customers, { $worth } % of what was bought
# Groups: what is said where everybody reads along.
done-in-private = Done.
asked-in-private = I have a question first.
not-done = That was not done.
short-and-private = { $short } The rest is in our private chat.
short-and-unreached = { $short } The rest is for your eyes: write to me in a private chat once, and I can send it there.
working-in-private = I am working on it; the answer comes to our private chat.
added-short = Added { $ref }.
deal-moved-short = { $ref }: { $stage }.
deals-listed-short = { $stage ->
    [open] { $count ->
        [0] No open deals.
        [one] One open deal.
       *[other] { $count } open deals.
    }
    [won] { $count ->
        [0] No deals won.
        [one] One deal won.
       *[other] { $count } deals won.
    }
    [lost] { $count ->
        [0] No deals lost.
        [one] One deal lost.
       *[other] { $count } deals lost.
    }
   *[other] { $count ->
        [0] No deals in this stage.
        [one] One deal in this stage.
       *[other] { $count } deals in this stage.
    }
}
place-unlinked = This group is not linked to a team, so I say nothing here. An owner or a manager can link it: { $command } (on Slack with my name before it)
place-external = People of another company read along here, so I say nothing. Ask me in a private chat.
place-of-another-team = This group belongs to another team. Ask me in a private chat.
place-linked = This group is linked to the team { $team } now. Here I give counts and numbers of records only; names, amounts and contacts go to the private chat of whoever asks.
place-parted = This group is linked to no team any more.
place-not-linked = This group is linked to no team.
place-code = Add me to the group, then send this there within 72 hours: { $code } (on Slack with my name before it)
place-code-by-link = Open { $link } and choose the group; or add me to it and send this there within 72 hours: { $code }
button-part = Unlink
button-link-group = Link a group
button-link-app = Link another app

edit-how = What should change in { $ref }? Say it in one line: { $kind ->
    [deal] “{ $ref } is now 45k”, “{ $ref } closes on 31 March”, “give { $ref } to Bob”.
    [task] “push { $ref } to friday”, “give { $ref } to Bob”, “{ $ref } is urgent”.
   *[customer] “{ $ref } phone 020 7946 0958”, “{ $ref } email ann@hooli.com”, “{ $ref } works at Hooli”, “assign { $ref } to Bob”.
}
record-changed = Changed { $ref }.
customer-yours = { $who } has given you { $label }.
deal-yours = { $who } has given you { $label }.
load-part = { $kind ->
    [deal] { $count ->
        [one] one open deal
       *[other] { $count } open deals
    }
    [interaction] { $count ->
        [one] one contact noted
       *[other] { $count } contacts noted
    }
    [task] { $count ->
        [one] one follow-up
       *[other] { $count } follow-ups
    }
   *[ticket] { $count ->
        [one] one open ticket
       *[other] { $count } open tickets
    }
}
load-nothing = no other records
delete-sure = Delete { $label }? It has { $moved }. Its follow-ups are dropped; deals and figures stay.
customer-deleted = Deleted { $label }.
merge-which = Which two? Say “merge C12 into C15”: the second one stays.
merge-sure = Put { $gone } into { $stays }? It brings { $moved }.
merged = { $gone } is { $stays } now, with { $moved }. You can take that back for a week.
history = What was changed in { $ref }:
no-history = Nothing was changed in { $ref } in the time that I keep.
history-whole = { $what ->
    [added] added
    [restored] put back
   *[deleted] deleted
}
history-field = { $field }: { $was } → { $then }
no-contact-yet = No contact with { $customer } is noted yet.
interactions-listed = { $count ->
    [0] No contacts noted.
    [one] One contact:
   *[other] { $count } contacts, the newest first:
}
contact-kind = { $kind ->
    [call] call
    [meeting] meeting
    [email] email
    [message] message
   *[note] note
}
# Reports
period = { $period ->
    [this-day] Today
    [this-week] This week
    [this-month] This month
    [this-quarter] This quarter
    [this-year] This year
    [last-day] Yesterday
    [last-week] Last week
    [last-month] Last month
    [last-quarter] Last quarter
    [next-day] Tomorrow
    [next-week] Next week
    [next-month] Next month
    [next-quarter] Next quarter
    [next-year] Next year
   *[last-year] Last year
}
period-days = { $first } to { $last }
in-period = { $period }: { $words }
activity = { $period }: { $count ->
    [0] no contact with customers
    [one] one contact with customers
   *[other] { $count } contacts with customers
}{ $people ->
    [0] {""}
    [one] {""}
   *[other] {" "}by { $people } people
} (before that: { $before }).
contacts = { $kind ->
    [call] Calls
    [meeting] Meetings
    [email] Emails
   *[note] Notes
}
column = { $column ->
    [week] Week
    [total] All
    [stage] Stage
    [deals] Deals
    [amount] Amount
    [period] Period
    [expected] Expected
    [range] 4 in 5
    [owner] Who
    [score] Satisfied
    [answers] Answers
    [sure] 95 %
    [answered] Answered
    [target] Target
    [won] Won
    [percent] Done
   *[rate] Won
}
percent-usual = { $percent } % (usual)
percent = { $percent } %
target-progress = { $whose }, { $period }: { $won } won of { $plan } ({ $percent } %), { $state ->
    [reached] the target is reached, { $gap } above it.
    [open] { $gap } to go, { $days ->
        [one] this is the last day.
       *[other] { $days } days left.
    }
   *[over] it was missed by { $gap }.
}
target-others = Won beside it in other currencies, not counted: { $sums }.
target-team = Team { $team }
target-cell = { $whose }: { $plan }
target-none = No target is set for that. Write one: “target 200k Q1” or “Amy's target is 40k this month”.
target-nothing = A target is an amount above zero, such as “target 200k Q1”.
target-periods = Targets are for a month, a quarter or a year: “target 200k Q1”.
pipeline-open = { $count ->
    [0] No open deals.
    [one] One open deal: { $sums }.
   *[other] { $count } open deals: { $sums }.
}
pipeline-weighted = { $basis ->
    [record] Weighted by how many were won of { $deals ->
        [one] the one closed deal
       *[other] { $deals } closed deals
    }: { $sums }.
    [unknown] Weighted by usual rates, as too few of the { $deals } closed deals are known to have been in these stages: { $sums }.
   *[usual] Weighted by usual rates, for { $deals ->
        [0] no deal is closed
        [one] only one deal is closed
       *[other] only { $deals } deals are closed
    } so far: { $sums }.
}
pipeline-closed = { $period }: { $won } won ({ $gained }), { $lost } lost.
pipeline-expected = Planned to close by { $day }: { $sums }.
pipeline-moved = In the last seven days: { $added } new, { $moved } moved on.
pipeline-slipping = { $count ->
    [one] One is past its closing date: { $deals }
   *[other] { $count } are past their closing date: { $deals }
}
pipeline-chart-title = Open deals by stage: { $sums }
button-chart = Chart
# The first page, and forms.
home = { $name }
    { $today }
    { $overdue }
    { $deals }
button-home = Home
button-overdue = Overdue
button-settings = Settings
form = { $form ->
    [edit] Edit
    [log] Log to CRM
    [task] New task
    [ticket] New ticket
   *[quick] Quick log
}
form-wrong = { $slot ->
    [amount] I cannot read an amount in that. For example: 30k, or €5,000.
    [close_date] I cannot read a date in that. For example: 31 March, or next friday.
    [due] I cannot read a time in that. For example: friday, or tomorrow 3pm.
    [phone] I cannot read a phone number in that. For example: +1 415 555 2671.
    [email] That is no email address. For example: ann@hooli.com.
   *[other] I cannot take that.
}
form-example = { $slot ->
    [amount] 30k, €5,000
    [close_date] 31 March, next friday
    [due] friday, tomorrow 3pm
    [phone] +1 415 555 2671
    [email] ann@hooli.com
    [name] Ann Poe, or Hooli
   *[other] {""}
}
form-not-empty = { $slot }: this cannot be left empty.
button-edit = Edit
form-save = Save
button-share = Share to channel
shared = Shared with the channel, without names and amounts.
shared-by = { $colleague } shares: { $said }
month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $year }
quarter = Q{ $quarter } { $year }
day-short = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
from-to-amount = { $low }–{ $high }
forecast-all = { $subject ->
    [deals] { $mean } won deals expected until { $day }.
    [tickets] { $mean } new tickets expected until { $day }.
   *[revenue] { $mean } expected until { $day }.
}
forecast-one = { $period }: { $mean } expected, four times in five between { $low } and { $high }.
forecast-opened = Opened in it so far: { $count }.
forecast-others = Only what was won in { $currency }; { $others } is not in it.
forecast-before = On { $day } I said { $said } for { $periods ->
    [one] the period that is over since; it was { $came } ({ $off } %), { $held ->
        [0] outside
       *[other] within
    } my range.
   *[other] the { $periods } periods that are over since; it was { $came } ({ $off } %), { $held } of them within my range.
}
forecast-sources = Of it, { $won } is won, { $open } may come from deals that are open now, { $rest } has to come from new ones.
forecast-target = { $period }: { $plan } is the target; by this forecast it will be { $expected }, { $gap } { $side ->
    [above] above it.
   *[below] below it.
}
forecast-part = { $part ->
    [won] won
    [pipeline] open deals
   *[new] new deals
}
forecast-mark = { $mark ->
    [said] said before
   *[target] target
}
forecast-method = Mean of Theta, exponential smoothing and { $order }; when it was tried on your past it was off by { $error } %, the simple rule by { $naive } %.
forecast-naive = On your past the simple rule did best, off by { $naive } %, so this is the simple rule; { $order } and others took part.
forecast-constant = All { $count } periods were the same, so that is carried on.
forecast-few = { $count ->
    [one] Only one period is known
   *[other] Only { $count } periods are known
}, too few to compare methods: this is the last one carried on.
forecast-nothing = There is too little to go on: I need { $subject ->
    [tickets] tickets
   *[other] won deals
} in at least two periods, and there { $count ->
    [one] is one.
   *[other] are { $count }.
}
button-again = Work it out again
segment-listed = { $name }: { $count }.
segment-empty = Nobody is in { $name } any more. Ask for “segments” again.
segment-too-many = { $name } is { $count } customers; I add follow-ups for { $most } at once. Ask for more groups, such as “/segments 8”.
segment-task = { $name }: { $advice }
segment-tasks-sure = Add { $count ->
    [one] one follow-up
   *[other] { $count } follow-ups
} for { $name }, one a customer? Each goes to whoever looks after the customer, at most { $most } a day, from { $first } to { $last }.
several-sure = Shall I remind you of { $count ->
    [one] one customer
   *[other] { $count } customers
}, one by one: “{ $what }”? At most { $most } a day, from { $first } to { $last }.
segment-tasks-added = Added { $count ->
    [one] one follow-up
   *[other] { $count } follow-ups
} for { $name }, from { $first } to { $last }.
button-segment-tasks = Follow-ups for all { $count }
csat-none = { $period }: nobody has answered yet.
csat-score = { $period }: { $percent } % satisfied (4 or 5 of 5), between { $low } and { $high } % with { $answers ->
    [one] one answer
   *[other] { $answers } answers
}.
csat-before = The period before: { $percent } % with { $answers ->
    [one] one answer
   *[other] { $answers } answers
}.
csat-asked = { $asked } asked, { $percent } % answered.
csat-few = { $period }: { $answers ->
        [0] nobody has answered yet.
        [one] one answer. A colleague's score is shown from { $least } on.
       *[other] { $answers } answers. A colleague's score is shown from { $least } on.
    }
csat-time = { $what ->
    [first] First answer: half within { $hours } h
   *[closed] Solved: half within { $hours } h
} ({ $count ->
    [one] one ticket
   *[other] { $count } tickets
}).
csat-by = By { $by ->
    [owner] colleague
    [category] kind
   *[channel] channel
}
csat-split = { $by ->
    [owner] Who
    [category] Kind
   *[channel] Channel
}
button-rows = Rows
button-trend = Trend
csat-rows = { $what ->
    [silent] { $period }: { $count ->
        [0] everybody who was asked has answered.
        [one] one who was asked has not answered.
       *[other] { $count } who were asked have not answered.
    }
    [waits] { $period }: { $count ->
        [0] no ticket was answered or solved.
        [one] one ticket, with the hours until its first answer and its solution.
       *[other] { $count } tickets, the slowest first, with the hours until the first answer and the solution.
    }
   *[answers] { $period }: { $count ->
        [0] no answers.
        [one] one answer.
       *[other] { $count } answers, the lowest first.
    }
}
csat-behind = { $what ->
    [silent] Not answered
    [waits] Waiting times
   *[answers] Answers
}
csat-silent = no answer
csat-waited = { $first } h / { $closed } h
csat-row = { $stars } · { $name }
csat-trend = Share of 4 and 5 stars in { $count ->
    [one] one period
   *[other] the last { $count } periods with answers
}.
csat-no-trend = There are too few answers to draw.
csat-trend-chart = How many customers are satisfied
csat-trend-note = Share of 4 and 5 stars in percent, with 95 % interval and number of answers
csat-side = { $side ->
    [none] nobody
   *[all] everybody
}
csat-column = { $column ->
    [wait] hours to first answer
    [closing] hours to close
    [category] kind
    [priority] priority
    [channel] channel
   *[owner] who answered
}
campaign-added = Added { $ref }: { $title }.
campaign-logged = Noted for { $ref }, { $title }.
campaign-closed = { $ref }, { $title }, ends today.
campaign-shown = This is { $ref }.
campaign-how-much = { $metric ->
    [spend] How much was spent? Write it with the amount.
    [revenue] How much did it bring? Write it with the amount.
   *[other] How many were it? Write it with the number.
}
campaigns-listed = { $count ->
    [0] There are no campaigns yet.
    [one] One campaign, { $running } running.
   *[other] { $count } campaigns, { $running } running.
}
campaigns-quiet = no campaign spent or brought anything.
campaigns-effects-ever = What goes with what, worked out from all days:
campaigns-compared = { $count ->
    [one] One campaign.
   *[other] { $count } campaigns.
}
campaign-column = { $column ->
    [came] came by its link
    [campaign] Campaign
    [budget] budget
    [channel] channel
    [spend] spend
    [revenue] revenue
    [sent] sent
    [opens] opened
    [clicks] clicks
    [leads] leads
    [orders] orders
    [won] deals won
    [per-lead] a lead
    [per-deal] a won deal
   *[until] until
}
import-looked = { $rows ->
    [one] One row
   *[other] { $rows } rows
} that { $kind ->
    [customers] look like customers
    [deals] look like deals
    [products] look like products
    [orders] look like orders
    [tasks] look like tasks
    [tickets] look like tickets
    [interactions] look like notes and calls
    [surveys] look like survey answers
   *[campaigns] look like campaigns
}: { $new } new, { $changed } changed, { $same } known already, { $bad } that cannot be taken. Shall I import them?
import-columns = I read: { $mapping }
import-done = { $kind ->
    [customers] Customers
    [deals] Deals
    [products] Products
    [orders] Orders
    [tasks] Tasks
    [tickets] Tickets
    [interactions] Notes and calls
    [surveys] Survey answers
   *[campaigns] Campaigns
}: { $new } added, { $changed } changed, { $same } known already, { $bad } not taken. [Undo] takes it back, for a week.
import-reading = { $rows ->
    [one] One row
   *[other] { $rows } rows
}{ $vendor ->
    [none] {""}
   *[other] {" "}of a { $vendor } export
}: { $mapping }
import-so-far = { $done } of { $rows }
import-column = { $header } → { $field ->
    [id] id
    [name] name
    [first] first name
    [last] last name
    [company] company
    [kind] kind
    [phones] phones
    [emails] emails
    [email] email
    [tags] tags
    [ref] ref
    [owner] owner
    [note] note
    [created] created
    [currency] currency
    [price] price
    [customer] customer
    [customer_id] customer’s id
    [title] title
    [product] product
    [amount] amount
    [stage] stage
    [status] status
    [close_date] close date
    [reason] reason
    [quantity] quantity
    [at] time
    [subject] subject
    [category] kind
    [priority] priority
    [channel] channel
    [opened] opened
    [answered] answered
    [closed] closed
    [score] score
    [comment] comment
    [ticket] ticket
    [sent] sent
    [due] due
    [text] words
    [by] by whom
    [budget] budget
    [starts] starts
   *[ends] ends
}
import-before = this very file was imported before, as { $batch }
import-unused = columns not used: { $columns }
import-assumed = { $count ->
    [one] one amount without a currency was taken as { $currency }
   *[other] { $count } amounts without a currency were taken as { $currency }
}
import-day-order = { $column }: 3/4 was read as { $first ->
    [day] 3 April
   *[month] March 4
}, for { $why ->
    [other] another column is written so
   *[zone] no day tells and the time zone has it so
}
import-odd = { $what ->
    [cut] longer than 191 letters, cut
    [repeats] the same as an earlier row, which counts
    [product] taken for the product { $name }
    [no-phone] no phone that can be read, left out
    [no-email] no email that can be read, left out
   *[other-id] the id of another customer, so added as a new one
}: { $count ->
    [one] one row
   *[other] { $count } rows
} ({ $where })
import-nobody = { $count ->
    [one] one row names no customer: it is
   *[other] { $count } rows name no customer: they are
} under the customer { $customer }
import-folded = product { $written } was taken for { $known }: { $count ->
    [one] one row
   *[other] { $count } rows
}
import-named = { $count ->
    [one] { $kind ->
        [customers] one customer was not known and has been added
       *[products] one product was not known and has been added
    }
   *[other] { $count } { $kind ->
        [customers] customers were not known and have been added
       *[products] products were not known and have been added
    }
}: { $names }
import-bad = not taken, { $why ->
    [no-name] no name
    [no-subject] no subject
    [no-customer] no customer
    [no-title] no title
    [no-words] no words
    [nobody] no customer and no ticket that is known
    [no-stage] no stage that is known (lead, qualified, proposal, negotiation, won, lost)
    [no-status] no status that is known
    [no-score] no score from 1 to 5
    [no-currency] no currency that is known
    [below-zero] an amount below zero
    [no-amount] no amount that can be read
    [odd-amount] an amount or a currency that nobody can pay in
    [amount-missing] no amount
    [no-quantity] no quantity of one or more
    [no-such-day] no such day
    [no-day] no day that can be read
   *[day-missing] no day
}: { $count ->
    [one] one row
   *[other] { $count } rows
} ({ $where })
import-line = line { $line }{ $cell ->
    [none] {""}
   *[other] {" "}{ $cell }
}
import-count = { $count } { $what ->
    [new] new
    [same] same
    [changed] changed
   *[bad] bad
}
import-summary = { $kind ->
    [customers] customers
    [deals] deals
    [products] products
    [orders] orders
    [tasks] tasks
    [tickets] tickets
    [interactions] interactions
    [surveys] surveys
   *[campaigns] campaigns
} { $batch ->
    [none] (dry run, nothing was written)
   *[other] { $batch }
}: { $counts }
import-too-many = These are { $rows } rows; I take in { $most } at once here. Split the file, or let whoever runs me import it on the command line.
import-other-teams = There are other teams here, and an import meets their records too: an owner can take the file in.
no-such-button = There is no button { $label }. There are: { $there }
no-buttons = none yet
button-import = Import
button-import-as = { $kind ->
    [customers] As customers
    [deals] As deals
    [products] As products
    [orders] As orders
    [tasks] As tasks
    [tickets] As tickets
    [interactions] As notes and calls
    [surveys] As survey answers
   *[campaigns] As campaigns
}
button-analyse = Analyse instead
file-none = Send me a file: a CSV of customers, sales, scores or marketing.
file-too-big = That file is larger than { $megabytes } MB. Send me a smaller one.
file-bad = { $file }: { $why ->
    [old-excel] this is an old or locked Excel file: save it as .xlsx or .csv without a password.
    [pdf] this is a PDF, not a table: save the table as CSV or XLSX.
    [empty] the file is empty.
    [no-rows] there are no rows under the headers.
    [no-table] no table that can be read: { $detail }
    [unclosed] a quotation mark in line { $detail } is never closed.
    [large] larger than { $detail } MB: split it.
    [bomb] it unpacks to more than { $detail } MB.
    [encoding] its encoding is not known: save it as UTF-8.
   *[no-excel] no Excel file that can be read.
}
file-unreadable = I can read CSV and XLSX files with a line of headings and at least one row below it.
file-nothing = I find nothing to analyse there: I look for columns of customers, sales, scores, or budgets and channels.
file-analysis = { $analysis ->
    [segments] Groups, from { $columns }:
    [forecast] A forecast, from { $columns }:
    [csat] What goes with low scores, from { $columns }:
   *[campaign] What goes with sales, from { $columns }:
}
file-period = Period +{ $step }
file-disordered = I cannot read the days in { $column }, so I took the rows in their order.
file-unread-cells = { $count ->
    [one] One cell is neither empty nor what the others of its column are; I left it out.
   *[other] { $count } cells are neither empty nor what the others of their columns are; I left them out.
}
file-headless = There is no line of headings, so I call the columns A, B, C. With names such as sales, budget or satisfied I can say more.
file-step = { $step }: { $mean } (80 % between { $low } and { $high })
file-forecast = { $column }: { $total } in the next { $steps ->
    [one] period
   *[other] { $steps } periods
}
button-analysis = { $analysis ->
    [segments] Groups instead
    [forecast] Forecast instead
    [csat] Satisfaction instead
   *[campaign] Campaign instead
}

forget-whom = Whom? An owner can have me forget a customer: “forget C12”. Members are removed from the team instead.
forget-sure = Forget { $label } for good? It has { $moved }. Names, contacts, notes and what was said of them go; amounts, dates and ratings stay without a name. Nothing brings them back.
forgotten = { $ref } is forgotten. Backups made before still hold it until they are replaced.
data-mine = This is what I hold on you. What you wrote and changed is kept with your number for the audit.
records = Open work

promised = { $what ->
    [solution] Solve by
   *[answer] Answer by
}
ticket-due = { $what ->
    [solution] { $ref }: a solution was promised by { $by }.
   *[answer] { $ref }: an answer was promised by { $by }.
}
desk-joined = You will hear of news now and then. Write “stop” when you want no more.
news = { $words }

    You get this because you asked for news on { $day }. Write “stop” to get no more.
already-sent = Some of it was sent already, so it cannot be taken back.
send-sure = { $label } goes to { $count ->
    [one] one customer
   *[other] { $count } customers
}. { $all ->
    [one] One is meant
   *[other] { $all } are meant
}; only who asked for news and has a chat with us is written to{ $out ->
    [0] {""}
   *[other] {""}, and { $out } are left out to compare with
}:

    { $words }

    Shall I send it?
sending = { $ref } goes to { $count ->
    [one] one customer
   *[other] { $count } customers
} from { $at } on. Until then it can be taken back.
nobody-agreed = Of { $all } customers nobody asked for news and has a chat with us, so there is nobody to write to. Customers who write “news” to the bot get it.
no-such-audience = I know no group or tag “{ $query }”. Say “all”, a tag such as #vip, or one of the groups of “segments”.
too-many-receivers = That are { $count } customers; I write to { $most } at once. A smaller group would do.
