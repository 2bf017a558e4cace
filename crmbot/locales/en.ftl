# Nouns: what a sentence below may be about.
noun = { $kind ->
    [customer] customer
    [deal] deal
    [task] follow-up
    [member] member
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
button-stage = → { $stage }
button-won = Won
button-lost = Lost
button-undo = Undo
button-redo = Redo
button-new = New one
button-new-deal = New deal
button-same-as = Same as { $label }
button-more = { $count } more
button-my-deals = My deals
button-customers = Customers

# What lacks is asked for, by the name of the slot.
ask = { $slot ->
    [customer] Who is it about?
    [deal] Which deal?
    [name] What is the name?
    [stage] Which stage is it in now?
   *[other] What shall I put down?
}
which-one = Which one do you mean?
sure = { $doing ->
    [customer-add] Shall I add this customer?
    [deal-add] Shall I add this deal?
    [deal-move] Shall I move this deal?
    [deal-win] Shall I mark this deal as won?
    [deal-lose] Shall I mark this deal as lost?
    [interaction-log] Shall I note this?
   *[other] Shall I do this?
}

customer-added = Added { $name } as { $ref }.
customer-maybe-same = Is { $name } one of these?
customer-completed = Added to { $ref }.
customer-shown = This is { $ref }.
customers-found = { $count ->
    [0] I found nobody.
    [one] I found one.
   *[other] I found { $count }.
}
deal-added = Added { $ref } for { $customer }.
deal-shown = This is { $ref }.
deal-moved = { $ref } · { $customer }: { $stage }.
deal-lost-why = { $ref } is lost. Why?
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
and-then = { $first }
    { $then }
instead = Corrected. { $now }
undone = Taken back: { $refs }.
redone = Done again: { $refs }.
help = { $role ->
    [viewer] You can look things up. Try: “open deals”, “D12”, “show me Acme”, “who has 415 555 2671”.
   *[other] Just write what happened. Try:
        “new deal Acme 30k”
        “called Ann at Hooli, wants a quote by Friday”
        “D12 to negotiation” · “won D12” · “lost D12, too expensive”
        “new customer Ann Poe, Hooli, ann@hooli.com”
        “open deals” · “show me Acme” · “undo”
}
never-mind = All right.
nothing-to-confirm = There is nothing that waits for a yes.

not-understood = I did not get that. Try “new deal Acme 30k”, “called Ann, wants a quote”, “open deals” or “help”.
forwarded = That was forwarded, so I have done nothing with it. Write it yourself if I should.
edit-not-understood = I saw that you changed your message, but not what it should change. What it did before stays.
not-found = I know no { $what } { $words }.
not-allowed = { $role ->
    [rep] A rep
    [viewer] A viewer
    [manager] A manager
   *[owner] An owner
} may not do that.
does-not-fit = { $slot }: I cannot take that.
already-closed = { $ref } is { $stage } already.
nothing-to-undo = There is nothing of yours to take back.
changed-since = { $who } has changed { $ref } since, so I left it as it is.
in-use = { $ref } is in use by now, so I left it as it is.
button-gone = That button does not work any more.
button-used = That was done already.
our-bug = That went wrong, and it is our mistake ({ $incident }). Nothing was changed.
again = (again)
parked = A message stopped me { $times } times, so I have put it aside. The log says when.

stranger = I talk to members of the team only. If you are one, ask for an invitation.
stranger-heard = Thank you. Your number is { $ref }; the team will answer here.
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
   *[help] What I can do
}
