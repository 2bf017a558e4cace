# 名词
noun = { $kind ->
    [customer] 客户
    [deal] 商机
    [task] 跟进
    [member] 成员
   *[other] 记录
}
stage = { $stage ->
    [open] 进行中
    [lead] 线索
    [qualified] 需求确认
    [proposal] 报价
    [negotiation] 谈判
    [won] 赢单
   *[lost] 输单
}
# 卡片上各项的名称，也是提问时的名称
slot = { $slot ->
    [name] 名称
    [company] 公司
    [phone] 电话
    [email] 邮箱
    [tags] 标签
    [text] 备注
    [title] 标题
    [amount] 金额
    [stage] 阶段
    [close_date] 预计成交
    [reason] 原因
    [when] 时间
    [due] 到期
    [kind] 方式
    [ref] 编号
    [owner] 负责人
    [period] 期间
    [deal] 商机
    [task] 跟进
   *[other] 内容
}
loss-reason = { $reason ->
    [price] 价格
    [competitor] 竞争对手
    [budget] 没有预算
    [timing] 时机不对
   *[silence] 没有回音
}
value = { $value }
day = { $day }
moment = { $at }
people = 联系人
last-touch = 最近联系
touched = { $kind ->
    [call] { $at } 通话：{ $words }
    [meeting] { $at } 拜访：{ $words }
    [email] { $at } 邮件：{ $words }
    [message] { $at } 消息：{ $words }
   *[note] { $at }：{ $words }
}
deal-of = { $ref } · { $amount }
task-due = { $ref } · { $due }

button-yes = 是
button-no = 否
button-stage = → { $stage }
button-won = 赢单
button-lost = 输单
button-undo = 撤销
button-redo = 恢复
button-new = 新建
button-new-deal = 新建商机
button-same-as = 就是 { $label }
button-more = 还有 { $count } 个
button-my-deals = 我的商机
button-customers = 客户

# 缺什么就问什么
ask = { $slot ->
    [customer] 是哪位客户？
    [deal] 哪个商机？
    [name] 叫什么名字？
    [stage] 现在是哪个阶段？
   *[other] 要填什么？
}
which-one = 您指的是哪一个？
sure = { $doing ->
    [customer-add] 要新建这位客户吗？
    [deal-add] 要新建这个商机吗？
    [deal-move] 要推进这个商机吗？
    [deal-win] 这个商机赢单了吗？
    [deal-lose] 这个商机输单了吗？
    [interaction-log] 要记下来吗？
   *[other] 要这样做吗？
}

customer-added = 已新建客户 { $ref }：{ $name }。
customer-maybe-same = { $name } 是不是下面这位？
customer-completed = 已补充到 { $ref }。
customer-shown = 这是 { $ref }。
customers-found = { $count ->
    [0] 没有找到客户。
   *[other] 找到 { $count } 位客户。
}
deal-added = 已为 { $customer } 新建商机 { $ref }。
deal-shown = 这是 { $ref }。
deal-moved = { $ref } · { $customer }：{ $stage }。
deal-lost-why = { $ref } 已输单。是什么原因？
deals-listed = { $stage ->
    [open] { $count ->
        [0] 没有进行中的商机。
       *[other] 进行中的商机 { $count } 个：{ $sums }
    }
    [won] { $count ->
        [0] 没有赢单的商机。
       *[other] 赢单的商机 { $count } 个：{ $sums }
    }
    [lost] { $count ->
        [0] 没有输单的商机。
       *[other] 输单的商机 { $count } 个：{ $sums }
    }
   *[other] { $count ->
        [0] 这个阶段没有商机。
       *[other] 这个阶段的商机 { $count } 个：{ $sums }
    }
}
interaction-logged = { $kind ->
    [call] 已记录与 { $customer } 的通话。
    [meeting] 已记录与 { $customer } 的会面。
    [email] 已记录与 { $customer } 的邮件。
   *[note] 已记到 { $customer }。
}
and-then = { $first }
    { $then }
instead = 已更正。{ $now }
undone = 已撤销：{ $refs }。
redone = 已恢复：{ $refs }。
help = { $role ->
    [viewer] 您可以查询。试试：“我的商机”、“看下D12”、“看看华为的资料”。
   *[other] 发生了什么，直接写就行。试试：
        “新建商机 腾讯 8万”
        “昨天给赵磊打了电话，下周二跟进”
        “把D12推进到谈判” · “D12赢单” · “D12丢了，价格太高”
        “新增客户 赵磊 腾讯 13900001111”
        “我的商机” · “看看华为的资料” · “撤销”
}
never-mind = 好的。
nothing-to-confirm = 没有需要确认的事。

not-understood = 没听懂。可以说“新建商机 腾讯 8万”、“拜访了腾讯，聊了续约”、“我的商机”或“帮助”。
forwarded = 这是转发的消息，我没有处理。需要的话，请您自己写一遍。
edit-not-understood = 看到您改了消息，但没看懂要改什么。原来的记录不变。
not-found = 没有找到{ $what }“{ $words }”。
not-allowed = { $role ->
    [rep] 销售
    [viewer] 只读成员
    [manager] 经理
   *[owner] 负责人
}不能这样做。
does-not-fit = { $slot }：这个不行。
already-closed = { $ref } 已经是{ $stage }了。
nothing-to-undo = 没有可以撤销的操作。
changed-since = { $who }之后改过 { $ref }，所以没有动它。
in-use = { $ref } 已经被用到，所以没有动它。
button-gone = 这个按钮已经失效。
button-used = 这一步已经做过了。
our-bug = 出错了，是我们的问题（{ $incident }）。什么都没有改动。
again = （重发）
parked = 有一条消息让我停了 { $times } 次，已放到一边。时间见日志。

stranger = 我只和团队成员对话。如果您是成员，请索取邀请。
stranger-heard = 谢谢。您的编号是 { $ref }，团队会在这里答复。
invitation-void = 这个邀请无效，或已失效。请索取新的邀请。
joined = { $role ->
    [owner] 欢迎。您是负责人，可以做任何事。输入“帮助”看看能做什么。
    [manager] 欢迎。您现在是经理。输入“帮助”看看能做什么。
    [viewer] 欢迎。您可以在这里查询。输入“帮助”看看能做什么。
   *[rep] 欢迎加入团队。输入“帮助”看看能做什么。
}

menu = { $command ->
    [deal] 新建商机：腾讯 8万
    [deals] 进行中的商机
    [customer] 新增客户
    [find] 查找客户
    [log] 记录沟通
    [move] 推进商机：D12 报价
    [won] 赢单：D12
    [lost] 输单：D12 价格太高
    [undo] 撤销上一条
   *[help] 我能做什么
}
