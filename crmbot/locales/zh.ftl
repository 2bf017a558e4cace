# 名词
noun = { $kind ->
    [customer] 客户
    [deal] 商机
    [ticket] 工单
    [task] 跟进
    [member] 成员
    [schedule] 定时报告
    [product] 产品
    [campaign] 活动
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
    [language] 语言
    [zone] 时区
    [currency] 币种
    [quiet] 免打扰时段
    [notify] 通知
    [role] 角色
    [accounts] 已连接
    [customer] 客户
    [month_day] 每月几号
    [every] 重复
    [at] 时间
    [priority] 优先级
    [category] 类别
    [ticket] 工单
    [status] 状态
    [team] 团队
    [report] 报告
    [over] 超过
    [days] 没动静的天数
    [channel] 发到
    [next] 下一次
    [by] 谁
    [change] 内容
    [product] 产品
    [subject] 事项
    [sentence] 说法
    [meaning] 意思
    [about] 内容
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
button-change = 修改
button-stage = → { $stage }
button-won = 赢单
button-lost = 输单
button-done = 完成
button-in-an-hour = +1 小时
button-tomorrow = 明天
button-pick = 另选
button-none = 没有
button-mute = 静音
button-unmute = 取消静音
button-stop = 停止
button-full-figures = 我的完整数据
button-undo = 撤销
button-redo = 恢复
button-new = 新建
button-new-deal = 新建商机
button-same-as = 就是 { $label }
button-more = 还有 { $count } 个
button-my-deals = 我的商机
button-today = 今天
button-pipeline = 漏斗
button-customers = 客户

# 缺什么就问什么
ask = { $slot ->
    [into] 是哪一位客户？请说姓名或编号。
    [amount] 多少金额？
    [customer] 是哪位客户？
    [deal] 哪个商机？
    [name] 叫什么名字？
    [stage] 现在是哪个阶段？
    [zone] 哪个时区？说城市就行，例如上海。
    [currency] 哪种货币？例如人民币。
    [task] 是哪件待办？
    [subject] 要办什么事？
    [ticket] 是哪个工单？
    [text] 要说什么？
    [words] 要给他们写什么？会按您输入的原文发送。
    [query] 发给谁？可以说“全部”、一个标签（如 #重点），或一个分群（如“流失预警”）。
    [due] 什么时候？
    [member] 是哪位同事？
    [kind] 什么角色：负责人、经理、销售还是查看者？
    [schedule] 是哪个定时报告？
    [report] 哪个报告：漏斗、预测、分群、满意度还是营销活动？
    [channel] 这个群叫什么？
    [campaign] 是哪个活动？
    [title] 叫什么名称？
    [metric] 记什么：花费、收入、线索……？
    [close_date] 什么时候签？
    [when] 是什么时候？
    [phone] 电话是多少？
    [email] 邮箱是什么？
    [company] 是哪家公司？
    [owner] 负责人是谁？
    [reason] 什么原因？
    [product] 哪个产品？
   *[other] 要填什么？
}
which-one = 您指的是哪一个？
fact = { $slot }：{ $value }
fact-not = { $fact }，不是 { $was }
corrected = 已更正，{ $what }。{ $now }
correct-what = 要改哪一项？
change-what = 哪里不对？
sure = { $doing ->
    [customer-add] 要新建这位客户吗？
    [deal-add] 要新建这个商机吗？
    [deal-move] 要推进这个商机吗？
    [deal-update] 要修改这个商机吗？
    [customer-update] 要修改这个客户吗？
    [customer-delete] 要移除这个客户吗？
    [deal-win] 这个商机赢单了吗？
    [deal-lose] 这个商机输单了吗？
    [interaction-log] 要记下来吗？
    [task-add] 要记下这件待办吗？
    [task-update] 要修改这件待办吗？
    [task-done] 这件待办完成了吗？
    [task-delete] 要取消这件待办吗？
    [ticket-add] 要新建这个工单吗？
    [ticket-update] 要修改这个工单吗？
    [csat-send] 要请对方评分吗？
    [ticket-close] 要关闭这个工单吗？
    [alert-add] 要设置这个提醒吗？
    [schedule-add] 要安排这个报告吗？
    [schedule-delete] 要停止这个报告吗？
    [schedule-update] 要修改这个报告吗？
    [schedule-mute] 要把这个报告静音吗？
    [place-link] 以后要把报告发到本群吗？
    [order-add] 要记下这笔订单吗？
   *[other] 要这样做吗？
}

customer-added = 已新建客户 { $ref }：{ $name }。
name-is-ref = { $ref } 是记录编号，不能当名字。要修改它，请以编号开头：“{ $ref } 电话 13800138000”。
customer-maybe-same = { $name } 是不是下面这位？
customer-completed = 已补充到 { $ref }。
customer-shown = 这是 { $ref }。
customers-found = { $count ->
    [0] 没有找到客户。
   *[other] 找到 { $count } 位客户。
}
order-added = 已记下 { $customer } 的订单 { $ref }。
order-count = 数量 { $count } 不对。
deal-added = 已为 { $customer } 新建商机 { $ref }。
deal-shown = 这是 { $ref }。
deal-moved = { $ref } · { $customer }：{ $stage }。
deal-lost-why = { $ref } 已输单。是什么原因？
page = { $said } · 第 { $first }–{ $last } 个
deals-late = { $count ->
    [0] 没有已过预计成交日的商机。
   *[other] { $count } 个进行中的商机已过预计成交日。
}
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
due = { $at } { $zone }
every = { $every ->
    [day] 每天
    [weekday] 每个工作日
    [week] 每周
    [month] { $day ->
        [0] 每月
        [31] 每月最后一天
       *[other] 每月 { $day } 号
    }
    [mon] 每周一
    [tue] 每周二
    [wed] 每周三
    [thu] 每周四
    [fri] 每周五
    [sat] 每周六
   *[sun] 每周日
}
priority = { $priority ->
    [urgent] 紧急
    [high] 高
    [low] 低
   *[normal] 普通
}
task-status = { $status ->
    [open] 未完成
    [done] 已完成
   *[dropped] 已取消
}
task-added = 已记为 { $ref }。
task-shown = 这是 { $ref }。
task-changed = 已修改 { $ref }。
task-yours = { $who } 把 { $label } 交给了您{ $timed ->
    [yes] ，{ $due } 到期
   *[no] {""}
}。
task-put-off = { $ref } 改在 { $due } 提醒。
task-pick = { $ref } 改到什么时候？
task-done = 已完成：{ $label }。
task-done-again = 已完成：{ $label }。下一次是 { $due }。
task-dropped = 已取消：{ $label }。
task-over = { $status ->
    [done] { $ref } 已经完成了。
   *[dropped] { $ref } 已经取消了。
}
task-line = { $day } { $label }
tasks-listed = { $which ->
    [overdue] { $count ->
        [0] 没有逾期的待办。
       *[other] 逾期 { $count } 件。
    }
    [done] { $count ->
        [0] 还没有完成的待办。
       *[other] 已完成 { $count } 件。
    }
    [done-then] { $count ->
        [0] 那段时间没有完成的待办。
       *[other] 那段时间完成了 { $count } 件。
    }
    [today] { $count ->
        [0] 今天没有待办。
       *[other] 今天要办 { $count } 件。
    }
    [period] { $count ->
        [0] 这段时间没有待办。
       *[other] 这段时间要办 { $count } 件。
    }
   *[open] { $count ->
        [0] 没有待办。
       *[other] 待办 { $count } 件。
    }
}
tasks-of-day = { $count ->
    [0] { $day } 没有待办。
   *[other] { $day } 要办 { $count } 件。
}
reminder = 提醒：{ $subject }
reminder-late = { $due } 时我不在线，补提醒：{ $subject }
agenda = { $late ->
    [yes] { $day }（我刚才不在线，补发）：
   *[no] { $day }：
}{ $due ->
    [0] 今天没有到期的待办
   *[other] 今天到期 { $due } 件
}{ $overdue ->
    [0] 。
   *[other] ，逾期 { $overdue } 件。
}{ $quiet ->
    [0] {""}
   *[other] { $quiet } 个商机已有 { $days } 天没有动静。
}
report = { $report ->
    [pipeline] 销售漏斗
    [forecast] 销售预测
    [segments] 客户分群
    [csat] 客户满意度
    [won] 赢单提醒
    [score] 低分提醒
    [deadline] 工单即将超时提醒
    [quiet] 商机没动静提醒
   *[campaign] 营销活动
}
every-which = 可以每天、每个工作日、每周、每周几或每月提醒，请用其中一种再说一遍。
every-at = { $every } { $at }
in-zone = { $when }（{ $zone }）
at-once = 立即
muted = 已静音
room-named = 本群从现在起叫“{ $room }”，按 { $zone } 的时间。安排好的报告会发到这里。
room-quiet = { $room }的提醒在这段时间不发：{ $hours }。
link-in-the-group = 请在要接收报告的群里这样说。
no-such-room = 没有叫“{ $name }”的群或频道。请先在那个群里说一次同样的话，我就知道了。
schedule-added = 已安排为 { $ref }。
schedule-changed = 已修改 { $ref }。
alert-added = 已设置提醒 { $ref }。
schedule-shown = 这是 { $ref }。
schedules-listed = { $count ->
    [0] 没有这样的定时报告。
   *[other] 定时报告 { $count } 个。
}
schedule-line = { $ref } · { $report } · { $when }
schedule-line-in = { $ref } · { $report } · { $when } → { $room }
schedule-ended = 已停止：{ $what }。
schedule-muted = { $muted ->
    [yes] 已静音：{ $what }。
   *[no] 已取消静音：{ $what }。
}
report-late = { $due } 时我不在线，现在补发：{ $report }。
alert-won = { $who } 赢单：{ $deal }。
alert-score = { $customer } 打了 { $score } 分（满分 5 分），{ $about }。
alert-deadline = { $what ->
    [answer] 答应在 { $due } 前回复
   *[solution] 答应在 { $due } 前解决
}：{ $ticket }。
alert-quiet = { $days } 天没动静：{ $deal }，{ $who }。
alerts-collected = { $report }共 { $count } 条：
alerts-more = …… 另有 { $count } 条
nothing-moved = { $report }：与上次相比没有变化。
what-next = { $said }下一步什么时候？
no-next-step = { $customer } 暂时没有下一步。
working = 正在处理，请稍候。
job-too-long = 用时超过 { $minutes } 分钟，已停止。请缩短时间范围或减少数据再试。
job-too-big = 所需内存超出上限，已停止。请缩短时间范围或减少数据再试。
and-then = { $first }
    { $then }
instead = 已更正。{ $now }
undo-older = 刚才那条没有做任何修改。要撤销之前的操作吗：{ $what }？
undo-older-plain = 刚才那条没有做任何修改。要撤销之前的操作吗？
undone = 已撤销：{ $refs }。
undone-plain = 已撤销。
redone = 已恢复：{ $refs }。
redone-plain = 已恢复。
help = { $role ->
    [viewer] 您可以查询。试试：“我的商机”、“看下D12”、“看看华为的资料”、“漏斗”。
    [owner]
        { -help-rep }
        “漏斗” · “销售预测” · “每周一早上9点把漏斗发到这里”
        “邀请一位销售” · “成员” · “把小陈设为经理”
    [manager]
        { -help-rep }
        “漏斗” · “销售预测” · “每周一早上9点把漏斗发到这里”
   *[rep] { -help-rep }
}
-help-rep =
        发生了什么，直接写就行。试试：
        “新建商机 腾讯 8万”
        “昨天给赵磊打了电话，下周二跟进”
        “把D12推进到谈判” · “D12赢单” · “D12丢了，价格太高”
        “新增客户 赵磊 腾讯 13900001111”
        “今天的待办” · “我的商机” · “看看华为的资料” · “撤销”
never-mind = 好的。
nothing-to-confirm = 没有需要确认的事。

greeted = 你好。直接说发生了什么，比如“拜访了腾讯，聊了续约”；发“今天的待办”看要做的事，发“帮助”看更多。
welcome = 不客气。
not-understood = 没听懂。可以说“新建商机 腾讯 8万”、“拜访了腾讯，聊了续约”、“我的商机”或“帮助”。
would = { $doing ->
    [interaction-log] 记一次沟通
    [task-add] 提醒我
    [deal-add] 新建商机
    [customer-add] 新建客户
    [ticket-add] 新建工单
    [deal-update] 修改商机
    [deal-move] 推进商机
    [deal-lose] 商机输单
    [deal-win] 商机赢单
    [order-add] 记一笔订单
    [customer-update] 修改客户
    [customer-show] 看客户资料
    [deal-list] 看商机列表
    [deal-show] 看这个商机
    [task-list] 看待办
    [task-done] 待办完成
    [interaction-list] 看沟通记录
    [ticket-list] 看工单列表
    [ticket-show] 看这个工单
    [ticket-close] 关闭工单
    [ticket-update] 修改工单
    [customer-find] 查找客户
    [task-update] 修改待办
    [pipeline-report] 看业绩
    [forecast-report] 看预测
    [csat-report] 看满意度
    [csat-send] 请客户评分
    [campaign-add] 新建活动
    [campaign-log] 记活动数据
    [campaign-report] 看活动效果
    [segments-report] 客户分群
    [schedule-add] 安排定时报告
    [schedule-list] 看定时报告
    [target-set] 定目标
    [target-report] 看目标进度
    [task-delete] 取消待办
    [customer-delete] 删除客户
   *[other] 别的
}
would-of = { $doing }：{ $about }
guesses = 没太明白，是下面哪一个？
button-none-of-these = 都不是
button-not-this = 不是这个意思
meant-what = “{ $said }”是什么意思？
learned = 记住了：以后“{ $shape }”就是“{ $doing }”。
nothing-said = 请先说那句话，我再来学它的意思。
lessons = { $count ->
    [0] 还没有教过我说法。我理解错的时候，请按“不是这个意思”，或者写“不对，那是备注”。
   *[other] 教过我 { $count } 个说法，对你们团队有效：
}
lesson-shape = “{ $shape }”
lesson-by = { $who }，{ $day }
lesson-gone = 这个说法已经忘掉了。
lesson-forgotten = 已忘掉。
button-forget = 忘掉 { $number }
export-kind = { $kind ->
    [customers] 客户
    [deals] 商机
    [products] 产品
    [orders] 订单
    [tasks] 待办
    [tickets] 工单
    [interactions] 沟通记录
    [surveys] 满意度调查
    [campaigns] 营销活动
   *[all] 全部记录
}
export-sure = 要把{ $what }导出成文件发给您吗？里面有未加密的电话和邮箱，负责人会收到通知。
export-done = 这是{ $what }，共 { $count } 行。请妥善保管。
export-told = { $who } 导出了{ $what }。
export-in-private = 请在私聊里说：这样的文件不能给别人看。
export-too-big = 数据太多，聊天里发不了。请管理员在命令行里导出。
import-how = 把表格文件直接发到这里。导入之前，我会先给您看要导入什么。
forwarded = 这是转发的消息，我没有处理。需要的话，请您自己写一遍。
edit-not-understood = 看到您改了消息，但没看懂要改什么。原来的记录不变。
not-found = 没有找到{ $what }“{ $words }”。
own-data = 这是我们保存的关于您的全部信息。
own-data-asked = 您的聊天是通过链接接入的，链接可能被转发过。已请团队核实您的身份，最迟 { $until } 把关于您的信息发给您。
own-data-none = 这里没有保存您的任何信息。
forget-me-sure = 要让我们忘记您吗？您的姓名、联系方式和您写过的内容都会被永久删除。
forget-me-asked = 已请团队删除您的信息，最迟 { $until } 完成。在此之前不会再给您发送调查和消息。
wish-told = { $wish ->
    [forget] { $label } 要求删除个人信息，请在 { $until } 前完成。
   *[data] { $label } 要求提供其全部个人信息，请在 { $until } 前完成。这个聊天是通过你们的链接接入的，链接可能被转发过：发送前请核实对方身份。
}
wish-task = { $wish ->
    [forget] 按本人要求删除 { $ref } 的信息，最迟 { $until }
   *[data] 把保存的信息发给 { $ref }，最迟 { $until }
}
button-wish = { $wish ->
    [forget] 删除
   *[data] 给我文件
}
held-on = 保存的关于 { $label } 的全部信息：
audit-mark = 审计日志截至第 { $rows } 条的校验码：{ $mark }。请保留这条消息：运行 { $command } 可以查出此前的记录是否被改动或删除。
backup-failed = 昨晚的备份没有成功：{ $why }
not-found-sealed = { $said }这里的待办和工单内容加密保存，按内容只能找到最近的那些：请说编号或客户名。
not-allowed = { $role ->
    [rep] 销售
    [viewer] 只读成员
    [manager] 经理
   *[owner] 负责人
}不能这样做。
amount-too-large = 金额 { $amount } 太大，记不下。是不是多打了几位？
no-such-day = 没有“{ $said }”这一天，所以什么都没改。请换个日期再说一遍。
no-such-amount = “{ $said }”不能作金额，所以什么都没改。请换个金额再说一遍。
does-not-fit = { $slot }：这个不行。
already-closed = { $ref } 已经是{ $stage }了。
nothing-to-undo = 没有可以撤销的操作。
changed-since = { $who }之后改过 { $ref }，所以没有动它。
in-use = { $ref } 已经被用到，所以没有动它。
button-gone = 这个按钮已经失效：请直接说，或重新打开这张卡片。
button-used = 这一步已经做过了。
not-saved-yet = 已收到，但还没有保存成功。我会继续尝试，完成后马上回复。
our-bug = 出错了，是我们的问题（{ $incident }）。什么都没有改动。
again = （重发）
parked = 有一条消息让我停了 { $times } 次，已放到一边。时间见日志。

stranger = 我只和团队成员对话。如果您是成员，请索取邀请。
desk-new = 谢谢。您的编号是 { $ref }，团队会在这里答复。
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
    [task] 记一件待办：明天下午三点给李总打电话
    [today] 今天的待办
    [pipeline] 商机进展
    [forecast] 销售预测
    [members] 团队成员
    [schedules] 定时报告
    [link] 把本群关联到您的团队
    [settings] 语言、时区、免打扰、通知
   *[help] 我能做什么
}
menu-customer = { $command ->
    [settings] 语言，以及是否接收调查和消息
    [help] 使用说明
   *[start] 给团队留言
}

settings = 这是您目前的设置。可以说“说英文”、“时区上海”、“货币人民币”、“晚上9点到早上8点免打扰”、“关闭通知”，也可以直接按按钮。
settings-chosen = 好的。从现在起：
settings-not-understood = 没听懂您要改哪一项设置。可以说“说英文”、“时区上海”、“货币人民币”、“晚上9点到早上8点免打扰”或“关闭通知”。
setting-not-known = { $slot }：不认识“{ $words }”。
language = { $language ->
    [zh] 中文
   *[en] 英文
}
quiet-none = 无
notify = { $notify ->
    [off] 关
   *[on] 开
}
role-in-team = { $role ->
    [owner] 负责人 · { $team }
    [manager] 经理 · { $team }
    [viewer] 查看者 · { $team }
   *[rep] 销售 · { $team }
}
button-language = { $language ->
    [zh] 中文
   *[en] 换成英文
}
button-quiet = 免打扰 { $hours }
button-no-quiet = 取消免打扰
button-notify = { $notify ->
    [off] 关闭通知
   *[on] 打开通知
}

category = { $category ->
    [feedback] 反馈
    [complaint] 投诉
   *[enquiry] 咨询
}
ticket-status = { $status ->
    [open] 处理中
    [pending] 等待客户
   *[closed] 已关闭
}
cause = { $cause ->
    [product] 产品
    [delivery] 交付
    [billing] 账单
   *[people] 服务
}
opened = 创建
button-claim = 认领
button-assign = 转交
button-priority = 优先级
button-close = 关闭
button-reopen = 重新打开
button-my-contact = 我的联系人
button-tickets = 工单
ticket-about = 是什么问题？
ticket-added = 已为 { $customer } 新建工单 { $ref }。
ticket-shown = 这是 { $ref }。
ticket-changed = 已修改 { $ref }。
ticket-claimed = { $ref }：由 { $colleague } 处理。
ticket-taken = { $ref } 已经由 { $colleague } 处理。
ticket-to-whom = { $ref } 交给谁？
colleague = { $colleague }
ticket-how-urgent = { $ref } 有多急？
ticket-closed = { $ref } 已关闭。
ticket-closed-already = { $ref } 已经关闭了。
ticket-cause = { $ref } 的原因是什么？按一下，或者直接说。
ticket-theme = { $ref } 说的是哪方面？按一下，或者直接说。
ticket-theme-fact = 主题
ticket-theme-count = { $theme }：{ $count }
button-theme = 主题
ticket-yours = { $who } 把 { $label } 交给您了。
tickets-listed = { $status ->
    [unclosed] { $count ->
        [0] 没有未关闭的工单。
       *[other] 未关闭的工单 { $count } 个。
    }
    [open] { $count ->
        [0] 没有等我们处理的工单。
       *[other] 等我们处理的工单 { $count } 个。
    }
    [pending] { $count ->
        [0] 没有等客户答复的工单。
       *[other] 等客户答复的工单 { $count } 个。
    }
   *[closed] { $count ->
        [0] 没有已关闭的工单。
       *[other] 已关闭的工单 { $count } 个。
    }
}
button-known = 是已有客户
contact-joined = { $gone } 就是 { $name }（{ $ref }）：聊天、工单和记录都已并过去。
contact-itself = { $ref } 就是这位联系人。是哪一位已有客户？
contact-claimed = { $name }（{ $ref }）现在是您的联系人。
contact-taken = { $ref } 已经有人负责了。
last-owner = 总得有一位负责人，请先指定另一位。
role = { $role ->
    [owner] 负责人
    [manager] 经理
    [viewer] 查看者
   *[rep] 销售
}
invited = 邀请一个人加入（{ $role ->
    [owner] 负责人
    [manager] 经理
    [viewer] 查看者
   *[rep] 销售
}），72 小时内有效。请对方在私聊里发给我：{ $code }
invited-by-link = 邀请一个人加入（{ $role ->
    [owner] 负责人
    [manager] 经理
    [viewer] 查看者
   *[rep] 销售
}），72 小时内有效。请对方打开 { $link } ，或在私聊里发给我：{ $code }
button-call-back = 收回邀请
button-call-back-of = { $role ->
    [owner] 收回：负责人，{ $team }
    [manager] 收回：经理，{ $team }
    [viewer] 收回：查看者，{ $team }
   *[rep] 收回：销售，{ $team }
}
invitation-called-back = 该邀请已失效。
invitation-over = 该邀请已被使用、已过期或已收回。
members = { $count ->
    [one] 团队里只有您一人。
   *[other] 团队共 { $count } 人。
}
role-unknown = 没有“{ $words }”这个角色：可以是负责人、经理、销售或查看者。
role-already = { $role ->
    [owner] { $name } 已经是负责人了。
    [manager] { $name } 已经是经理了。
    [viewer] { $name } 已经是查看者了。
   *[rep] { $name } 已经是销售了。
}
role-changed = { $role ->
    [owner] { $name } 现在是负责人。
    [manager] { $name } 现在是经理。
    [viewer] { $name } 现在是查看者。
   *[rep] { $name } 现在是销售。
}
role-is-now = { $role ->
    [owner] 您现在是负责人，可以做任何事。
    [manager] 您现在是经理，能看到本团队的全部记录。
    [viewer] 您现在是查看者，可以查询。
   *[rep] 您现在是销售，能看到自己的商机。
}
work = { $deals } 个进行中的商机、{ $tasks } 个跟进、{ $tickets } 个工单、{ $customers } 位客户
remove-sure = 把 { $name } 移出团队？{ $heir } 将接手{ $work }。
remove-needs-heir = { $name } 的工作由谁接手？不能是同一个人。
removed = { $name } 已移出团队。{ $heir } 接手{ $work }。
work-handed-over = { $name } 已离开团队，您接手{ $work }。
button-hand-to = 交给 { $name }
link-code = 请在 10 分钟内用您的另一个应用私聊发给我：{ $code } 不要告诉任何人：谁发了它，谁就成为您。
link-code-by-link = 请打开 { $link } ，或在 10 分钟内用您的另一个应用私聊发给我：{ $code } 不要告诉任何人：谁发了它，谁就成为您。
link-in-private = 验证码只在私聊里使用，请私聊我。
link-same = 这是您自己的验证码：请从另一个应用发送。
link-unequal = 您和 { $name } 的角色或团队不同，请负责人先改成一致。
link-sure = { $role ->
    [owner] 与负责人 { $name } 合并为同一人？您的记录和最近的改动将归其所有。
    [manager] 与经理 { $name } 合并为同一人？您的记录和最近的改动将归其所有。
    [viewer] 与查看者 { $name } 合并为同一人？您的记录和最近的改动将归其所有。
   *[rep] 与销售 { $name } 合并为同一人？您的记录和最近的改动将归其所有。
}
linked = { $role ->
    [owner] 已关联：在这里您也是负责人 { $name }。
    [manager] 已关联：在这里您也是经理 { $name }。
    [viewer] 已关联：在这里您也是查看者 { $name }。
   *[rep] 已关联：在这里您也是销售 { $name }。
}
linked-there = { $channel } 上的 { $name } 从现在起也是您。如果不是您本人，请立即解除。
button-unlink = 解除 { $channel }
which-account = 要解除哪一个？
only-account = 您只在一个应用里使用。
unlinked = { $channel } 已解除：在那里说话的人从现在起是陌生人。
too-many-tries = 验证码错误次数过多，请一小时后再试。

desk-hello = 您好。请直接写下您的问题：您会得到一个编号，团队会在这里答复。随时可以问“进度”。想不时收到新消息，请写“订阅”。
desk-settings = 用哪种语言答复您？不想再收到调查和消息，请回复“停止”。
desk-language = 以后用中文答复您。
desk-phone = 谢谢，团队现在可以打这个号码联系您。
desk-heard = 已补充到 { $ref }，团队会在这里答复。
files-lost = { $names } 没能转发。每个文件最大 { $most } 兆，一次最多十个；更大的请发链接。
desk-file = { $ref } · { $name }
desk-file-short = { $ref }
door-none = 这个链接在这里用不了。请写明是什么事，团队会回复。
door-opened = 这是 { $ref }（{ $subject }）。团队会在这里答复，有补充请直接写。
door-opened-by = { $ref }：{ $name } 打开了链接，之后在那里答复。
button-chat-link = 聊天链接
ticket-link = 给 { $name } 的链接：最先打开的人就在那里收到 { $ref } 的答复，{ $until } 前有效。
    { $link }
ticket-code = 给 { $name } 的代码：最先把它发给我的人就在那里收到 { $ref } 的答复，{ $until } 前有效。
    { $code }
campaign-link = 从这个链接进来聊天的，都算来自 { $title }。
    { $link }
campaign-code = 把这个代码发给我的，都算来自 { $title }。
    { $code }
qr-of = { $what } 的链接二维码
desk-nothing-said = 我可以转达文字、照片、语音和文件。请写明是什么事。
ticket-file = – { $ref }
ticket-answered-nothing = { $ref }：没有内容发给客户。
desk-welcome = 不客气。
desk-kind = { $category ->
    [feedback] 反馈
    [complaint] 投诉
   *[enquiry] 咨询
}
desk-kind-said = { $ref }：{ $category }。团队会在这里答复。
desk-status = { $status ->
    [open] 团队处理中
    [pending] 已答复，等您回复
   *[closed] 已关闭
}
desk-found = { $count ->
   *[other] 目前的进度如下。
}
desk-nothing = 没有找到您的这个编号。请直接写下问题，团队会在这里答复。
desk-stopped = 以后不再向您发送调查和消息。您写来的问题仍会得到答复。
desk-done = { $ref } 已办好，谢谢您的反馈。如果还有问题，三天之内在这里写。
desk-closed = { $ref } 已关闭。如果还有问题，三天之内在这里写，就会重新打开。
desk-unreached = { $ref }：刚才的话没有送达 { $name }，对方的聊天已对我关闭。
desk-unreached-short = { $ref }：刚才的话没有送达客户，对方的聊天已对我关闭。
desk-reach = { $known ->
    [none] 没有对方的电话或邮箱。
   *[some] 可以改用：{ $ways }
}
desk-said = { $ref } · { $name }：{ $words }
desk-said-short = { $ref }：{ $words }
ticket-post = { $status ->
    [open] { $ref } 等我们处理。回复本消息就会发给客户；以 // 开头的只留在这里。
    [pending] { $ref } 等客户答复。
   *[closed] { $ref } 已关闭。
}
ticket-answer = { $words }
    – { $ref }
ticket-answered = { $ref }：已发给 { $name }。
ticket-answered-short = { $ref }：已发给客户。
ticket-unreachable = 已记到 { $ref }，但 { $name } 没有和我聊过：请您直接告诉对方。
ticket-unreachable-short = 已记到 { $ref }，但客户没有和我聊过：请您直接告诉对方。

button-call = 回电
button-better = { $better ->
    [yes] 好了，谢谢
   *[no] 还没有
}
csat-question = 您对我们满意吗？1 很不满意，5 非常满意。
csat-question-on = { $ref }（{ $subject }）：您对处理结果满意吗？1 很不满意，5 非常满意。
csat-reminder = 还没收到您的评分，只再打扰这一次。
csat-how-to-stop = 不想再收到，请回复“停止”。
csat-thanks = 谢谢您的 { $score } 分。
csat-why = 谢谢您的 { $score } 分。哪里没做好？按一下，或者写在这里。
csat-reason = { $reason ->
    [slow] 太慢
    [unsolved] 没解决
    [unfriendly] 态度不好
   *[unclear] 没说清楚
}
csat-heard = 谢谢，团队已经收到。
csat-over = 这次调查已经结束。您写在这里的话，团队仍会看到。
csat-fixed = 评分不能再修改了。您写在这里的话，团队仍会看到。
csat-better = 前几天您对我们不太满意，现在好些了吗？
csat-good = 太好了，谢谢。
csat-no-good = 很抱歉，团队会再处理。
csat-sent = 已请 { $name } 评分。
csat-stopped = { $name } 不愿意接受调查。
csat-unreachable = { $name } 没有和我聊过，没法询问。
csat-about = { $ref }，{ $subject }
csat-about-all = 总体
csat-alarm = { $name } 打了 { $score } 分（{ $about }）。
csat-context = { $category ->
    [feedback] 反馈
    [complaint] 投诉
   *[enquiry] 咨询
}，{ $has ->
    [nobody] 无人处理
   *[somebody] { $who } 处理
}，{ $hours ->
    [none] 未答复
   *[other] { $hours } 小时后答复
}。
csat-context-said = { $who }：{ $words }
csat-alarm-said = { $name } 打了 { $score } 分（{ $about }）：{ $words }
csat-said = { $name } 说明 { $score } 分的原因：{ $words }
csat-no-better = { $name } 说还没有好转。
csat-taken = { $who } 已经在联系 { $name } 了。
csat-call = 给 { $name } 回电
csat-called = { $who } 给 { $name } 回电（{ $ref }）。
csat-fact = 满意度
csat-stars = { $score } 分
csat-with-words = { $stars }：{ $words }
csat-link = 给 { $name } 的调查链接，请自行转发，只发给对方本人。只能填一次，{ $until } 前有效。
    { $link }
csat-no-page = 要用调查链接，需先在设置的网页部分填写机器人的公开网址。
button-link = 调查链接
survey-page-title = 您对我们满意吗？
survey-page-score = { $score ->
    [1] 1 分，很不满意
    [5] 5 分，非常满意
   *[other] { $score } 分
}
survey-page-end = { $end ->
    [low] 1 很不满意
   *[high] 5 非常满意
}
survey-page-words = 还有什么想说的吗？（选填）
survey-page-send = { $what ->
    [change] 修改我的评分
   *[send] 提交
}
survey-page-thanks = 谢谢您的 { $score } 分。一天之内可以在这里修改。
survey-page-wrong = { $what ->
    [score] 请选择 1 到 5 分。
   *[length] 内容太长，请缩短后再提交。
}
survey-page-closed = { $state ->
    [over] 这次调查已经结束，感谢您的关注。
   *[answered] 这份调查已经有人填过了，谢谢。
}
survey-page-none = 链接无效。请向发给您的人要一个新链接。
survey-page-wait = 请过一分钟再试。
csat-mean = { $mean } 分（{ $count } 次）
# 分析：客户分组、满意度的相关因素、销售的相关因素。
and-also = { $first }、{ $second }
segments-found = { $method ->
    [kmeans] { $rows } 位客户分成 { $count } 组（K 均值聚类，得分 { $score }，满分 1）。
    [dbscan] { $rows } 位客户分成 { $count } 组（密度聚类，得分 { $score }，满分 1）。
   *[rfm] { $rows } 位客户没有明显的分组。按最近购买、购买次数和金额来看：
}
segments-none = { $reason ->
    [no-rows] 还没有客户。至少要有 { $missing } 位不同的客户才能看出分组。
    [too-few-rows] 客户太少，看不出分组：现有 { $rows } 位，还差 { $missing } 位不同的客户。
    [no-features] 没有能区分客户的数据：需要有差异的数字，例如金额、次数或距上次下单的天数。
   *[no-clear-groups] 没有明显的分组：这 { $rows } 位客户连成一片，差异是渐变的。
}
segments-unclear = 分组并不明显，界线在哪里见仁见智。
segments-odd = 与众不同的有 { $count } 位：{ $examples }。
segment-outlier = { $who }（{ $feature } { $value }）
segment-line = { $name }：{ $size } 位（{ $share }%）{ $worth }{ $tickets }{ $score }。{ $needs }{ $known }
segment-needs = { $needs }
segment-known = 您认识的：{ $known }
segment-worth = ，共 { $value }
segment-tickets = ，每位工单 { $count } 张
segment-score = ，评分 { $score }/5
one-more-sentence = { $first }{ $second }
segment-theme = { $feature ->
    [category] 工单以“{ $word }”为主（{ $share }%，总体 { $overall }%）。
    [product] 主要购买 { $word }（{ $share }%，总体 { $overall }%）。
   *[other] 以“{ $word }”居多：{ $share }%，总体为 { $overall }%。
}
segment-name = { $name ->
    [champions] 最佳客户
    [loyal] 忠实客户
    [big-spenders] 大额客户
    [new] 新客户
    [regulars] 普通客户
    [at-risk] 有流失风险
    [slipping] 渐行渐远
    [lost] 已流失
    [one-of-a-kind] 与众不同
    [everyone] 全部客户
   *[typical] 一般水平
}
segment-trait = { $level ->
    [high] { $feature } 高
   *[low] { $feature } 低
}
segment-advice = { $name ->
    [champions] 感谢他们，请他们推荐新客户。
    [loyal] 可以推荐更高一档的产品。
    [big-spenders] 问问怎样能让他们常来。
    [new] 第二单最关键，尽快跟进。
    [regulars] 保持联系。
    [at-risk] 以前买得多，现在就打电话。
    [slipping] 需要一个回来的好理由。
    [lost] 再给一次优惠，不成就放手。
   *[other] 主动联系一下。
}
segments-same = 没有人换组。
segments-moved = 与上次相比：换组 { $moved } 位，新增 { $joined } 位，离开 { $left } 位。
segment-move = { $who }：{ $before } → { $now }
goes-with = 这些与低分同时出现，但不一定是原因。
drivers-none = { $reason ->
    [no-rows] 还没有评价，需要 { $missing } 条。
    [too-few-answers] 评价太少，看不出原因：现有 { $answers } 条，还差 { $missing } 条。
    [one-class] { $answers } 条评价都一样，看不出什么会带来差别。
    [class-too-small] { $answers } 条评价里有一类太少，还差 { $missing } 条。
   *[no-columns] 除了评分，对这 { $answers } 条评价一无所知。
}
drivers-not-found = 没有找到影响因素。根据这 { $answers } 条评价的已知信息能猜对 { $right }%，一律猜最常见的评分能猜对 { $guess }%。
drivers-basis = 根据 { $answers } 条评价。在未参与计算的评价上能猜对 { $right }%，一律猜最常见的评分能猜对 { $guess }%。
driver-line = { $what }：{ $worst }相对于{ $best }的几率是 { $times } 倍（{ $lower } 至 { $upper }）。
score-class = { $name ->
    [low] 低分
    [mid] 中等评分
    [high] 高分
   *[other] { $words }
}
instead-of = { $name }为“{ $level }”而不是“{ $against }”
yes-instead-of-no = 有“{ $name }”
from-to = { $name }为 { $high } 而不是 { $low }
as-much = { $name }无限增加时
control = { $name ->
    [trend] 趋势
   *[season] 季节
}
one-more = { $name }每多 1
effect-line = { $sure ->
    [yes] { $what }，{ $target }相应 { $change }（{ $lower } 至 { $upper }）。
   *[no] { $what }：与{ $target }没有明显联系（{ $lower } 至 { $upper }）。
}
effect-lasts = { $name }有持续作用：{ $share }% 会延续到下一期。
effect-wears-off = { $name }效果递减：到 { $half } 时已达到最大效果的一半。
effects-basis = { $held ->
    [yes] 共 { $rows } 行。连同保持不变的趋势和季节，能解释{ $target }波动的 { $explained }%。
   *[no] 共 { $rows } 行。能解释{ $target }波动的 { $explained }%。
}
effects-more = 要确定{ $what }的作用，若与目前所见相同，大约还需要 { $more } 行数据。
effects-hardly = { $what }：即使有十倍的数据也难以确定：就算有作用，也很小。
effect-measured = { $campaign }，与随机留出的客户相比：发送后每位客户赢单 { $change } { $currency }（{ $lower } 至 { $upper }）；触达 { $reached } 位，留出 { $out } 位。
effects-none = { $reason ->
    [no-rows] 还没有数据，需要 { $missing } 行。
    [too-few-rows] 行数太少，分不清各自的作用：现有 { $rows } 行，还差 { $missing } 行。
    [constant-target] 没有可解释的：{ $rows } 行的数值都一样。
   *[no-terms] 没有可用来解释的：{ $rows } 行里各列都不变。
}
effects-warned = { $kind ->
    [collinear] { $name }和{ $other }同升同降，很难分清是谁的作用。
    [condition] 有几列几乎是一回事：再多几行，数字就可能大变。
    [same] { $name }与前面的列说的是同一件事，已略去。
    [drifting] 还有别的因素：未解释的部分随时间漂移，所以区间偏窄。
    [one-row-decides] 第 { $value } 行单独就左右了结果，请核对。
    [no-dates] 没有日期，无法排除趋势和季节：预算若随季节变动，季节的作用会算到预算头上。
   *[season-not-seen] 不足两个季节周期，无法排除季节影响。
}
not-the-cause = 这里说的是同时变化，不是因果。要测出效果，请在下次活动中随机留出一组不投放。
feature = { $name ->
    [recency] 距上次下单天数
    [frequency] 下单次数
    [tickets] 工单数
    [satisfaction] 评分
   *[monetary] 购买金额
}
level-empty = （空）
odds-lower = 低分较少
odds-higher = 低分较多
drivers-chart = 低分几率 { $times } 倍：{ $what }
drivers-chart-note = 几率及 95% 区间，{ $answers } 条评价。实心点为确定；区间含 1 的不确定。
target-less = { $target }较少
target-more = { $target }较多
effects-chart-note = 附 95% 区间，{ $rows } 行。实心点为确定。同时变化，不一定是原因。
segments-chart = { $name }：占客户的 { $share }%，占购买额的 { $worth }%
# Groups: what is said where everybody reads along.
done-in-private = 好的。
asked-in-private = 我先要问一个问题。
not-done = 这条没有执行。
short-and-private = { $short }其余内容已私聊发给您。
short-and-unreached = { $short }其余内容只能给您看：请先私聊我一次，我就能发给您。
working-in-private = 正在处理，结果会私聊发给您。
added-short = 已新建 { $ref }。
deal-moved-short = { $ref }：{ $stage }。
deals-listed-short = { $stage ->
    [open] 进行中的商机 { $count } 个。
    [won] 赢单 { $count } 个。
    [lost] 输单 { $count } 个。
   *[other] 该阶段的商机 { $count } 个。
}
place-unlinked = 本群还没有关联团队，所以我在这里什么都不说。负责人或经理可以发送命令来关联：{ $command }（若群聊里要先点名我，请在前面加上我的名字）
place-external = 这里有其他公司的人，所以我什么都不说。请私聊我。
place-of-another-team = 本群属于另一个团队，请私聊我。
place-linked = 本群现已关联团队 { $team }。在这里我只说数量和编号；姓名、金额和联系方式会私聊发给提问的人。
place-parted = 本群不再关联任何团队。
place-not-linked = 本群没有关联团队。
place-code = 把我加进群，然后在 72 小时内在群里发送：{ $code }（若群聊里要先点名我，请在前面加上我的名字）
place-code-by-link = 打开 { $link } 并选择群；或把我加进群，在 72 小时内在群里发送：{ $code }
button-part = 解除关联
button-link-group = 关联群
button-link-app = 关联另一个应用

edit-how = 要改 { $ref } 的什么？一句话说清楚，例如{ $kind ->
    [deal] “{ $ref } 金额改成20万”、“{ $ref } 预计3月31日成交”、“{ $ref } 交给小王”。
    [task] “{ $ref } 推迟到周五”、“{ $ref } 交给小王”、“{ $ref } 优先级改为高”。
   *[customer] “{ $ref } 电话改成13700002222”、“{ $ref } 交给小王”。
}
record-changed = 已修改 { $ref }。
customer-yours = { $who } 把 { $label } 交给了您。
deal-yours = { $who } 把 { $label } 交给了您。
load-part = { $count } { $kind ->
    [deal] 个进行中的商机
    [interaction] 条沟通记录
    [task] 个跟进
   *[ticket] 个未关闭的工单
}
load-nothing = 无
delete-sure = 删除 { $label }？所属记录：{ $moved }。跟进会取消，商机和统计保留。
customer-deleted = 已删除 { $label }。
merge-which = 哪两位？请说“合并 C12 和 C15”，保留后一位。
merge-sure = 把 { $gone } 并入 { $stays }？一并转入：{ $moved }。
merged = { $gone } 现在就是 { $stays }，一并转入：{ $moved }。一周内可以撤销。
history = { $ref } 的修改记录：
no-history = 在我保留的时间内，{ $ref } 没有改动。
history-whole = { $what ->
    [added] 新建
    [restored] 恢复
   *[deleted] 删除
}
history-field = { $field }：{ $was } → { $then }
no-contact-yet = 还没有与 { $customer } 的沟通记录。
interactions-listed = { $count ->
    [0] 没有沟通记录。
   *[other] 沟通记录 { $count } 条，从新到旧：
}
contact-kind = { $kind ->
    [call] 电话
    [meeting] 见面
    [email] 邮件
    [message] 消息
   *[note] 备注
}
# 报告
period = { $period ->
    [this-day] 今天
    [this-week] 本周
    [this-month] 本月
    [this-quarter] 本季度
    [this-year] 今年
    [last-day] 昨天
    [last-week] 上周
    [last-month] 上月
    [last-quarter] 上季度
    [next-day] 明天
    [next-week] 下周
    [next-month] 下月
    [next-quarter] 下季度
    [next-year] 明年
   *[last-year] 去年
}
period-days = { $first }至{ $last }
in-period = { $period }：{ $words }
activity = { $period }：{ $people ->
    [0] {""}
    [one] {""}
   *[other] { $people } 人
}与客户联系 { $count } 次（上一期 { $before } 次）。
contacts = { $kind ->
    [call] 电话
    [meeting] 见面
    [email] 邮件
   *[note] 备注
}
column = { $column ->
    [week] 周
    [total] 合计
    [stage] 阶段
    [deals] 商机
    [amount] 金额
    [period] 时期
    [expected] 预计
    [range] 八成区间
    [owner] 成员
    [score] 满意
    [answers] 回答
    [sure] 区间
    [answered] 回复率
    [target] 目标
    [won] 已赢单
    [percent] 完成
   *[rate] 赢单率
}
percent-usual = { $percent }%（常用）
percent = { $percent }%
target-progress = { $whose }，{ $period }：目标 { $plan }，已赢单 { $won }（{ $percent }%），{ $state ->
    [reached] 目标已达成，超出 { $gap }。
    [open] 还差 { $gap }，{ $days ->
        [1] 今天是最后一天。
       *[other] 还剩 { $days } 天。
    }
   *[over] 未达成，差 { $gap }。
}
target-others = 另有其他币种的赢单，未计入：{ $sums }。
target-team = 团队 { $team }
target-cell = { $whose }：{ $plan }
target-none = 还没有设定这样的目标。可以这样写：“本季度目标20万”、“小陈下季度目标50万”。
target-nothing = 目标金额要大于零，例如“本季度目标20万”。
target-periods = 目标按月、季度或年设定，例如“本季度目标20万”。
pipeline-open = { $count ->
    [0] 没有进行中的商机。
   *[other] 进行中的商机 { $count } 个：{ $sums }。
}
pipeline-weighted = { $basis ->
    [record] 按已结束的 { $deals } 个商机的赢单率加权：{ $sums }。
    [unknown] 已结束的 { $deals } 个商机中，已知经过这些阶段的太少，按常用比例加权：{ $sums }。
   *[usual] 已结束的商机只有 { $deals } 个，按常用比例加权：{ $sums }。
}
pipeline-closed = { $period }：赢单 { $won } 个（{ $gained }），输单 { $lost } 个。
pipeline-expected = 计划在{ $day }前成交：{ $sums }。
pipeline-moved = 最近七天：新增 { $added } 个，推进 { $moved } 个。
pipeline-slipping = { $count } 个已过预计成交日：{ $deals }
pipeline-chart-title = 各阶段的商机：{ $sums }
button-chart = 图表
# 首页和表单。
home = { $name }
    { $today }
    { $overdue }
    { $deals }
button-home = 首页
button-overdue = 逾期
button-settings = 设置
form = { $form ->
    [edit] 编辑
    [log] 记录互动
    [task] 新任务
    [ticket] 新工单
   *[quick] 快速记录
}
form-wrong = { $slot ->
    [amount] 看不出金额，请写成“3万”或“¥5000”这样。
    [close_date] 看不出日期，请写成“3月31日”或“下周五”这样。
    [due] 看不出时间，请写成“周五”或“明天下午3点”这样。
    [phone] 看不出电话号码，请写成“13900001111”这样。
    [email] 这不是邮箱地址。
   *[other] 这里填的内容无法识别。
}
form-example = { $slot ->
    [amount] 3万、¥5000
    [close_date] 3月31日、下周五
    [due] 周五、明天下午3点
    [phone] 13900001111
    [name] 赵磊、腾讯
   *[other] {""}
}
form-not-empty = { $slot }不能留空。
button-edit = 编辑
button-share = 分享到频道
shared = 已分享到频道（不含姓名和金额）。
shared-by = { $colleague } 分享：{ $said }
form-save = 保存
month = { $year }年{ $month }月
quarter = { $year }年{ $quarter }季度
day-short = { $month }月{ $day }日
from-to-amount = { $low }–{ $high }
forecast-all = { $subject ->
    [deals] 到{ $day }预计赢单 { $mean } 个。
    [tickets] 到{ $day }预计新工单 { $mean } 个。
   *[revenue] 到{ $day }预计 { $mean }。
}
forecast-one = { $period }：预计 { $mean }，八成可能在 { $low } 到 { $high } 之间。
forecast-opened = 其中已新增 { $count } 个。
forecast-others = 只统计 { $currency }，不含 { $others }。
forecast-before = { $day }的预测：{ $periods ->
    [1] 已结束的一期为 { $said }，实际 { $came }（{ $off }%），{ $held ->
        [0] 超出了区间。
       *[other] 在区间之内。
    }
   *[other] 已结束的 { $periods } 期共 { $said }，实际 { $came }（{ $off }%），其中 { $held } 期在区间之内。
}
forecast-sources = 其中 { $won } 已赢单，{ $open } 可来自现有商机，{ $rest } 需来自新商机。
forecast-target = { $period }：目标 { $plan }，按此预测将为 { $expected }，{ $side ->
    [above] 超出 { $gap }。
   *[below] 差 { $gap }。
}
forecast-part = { $part ->
    [won] 已赢单
    [pipeline] 现有商机
   *[new] 新商机
}
forecast-mark = { $mark ->
    [said] 上次预测
   *[target] 目标
}
forecast-method = 方法：西塔法、指数平滑与 { $order } 的平均；在历史上检验误差 { $error }%，简单规则为 { $naive }%。
forecast-naive = 在历史上简单规则最准（误差 { $naive }%），所以采用简单规则；{ $order } 等也参与了比较。
forecast-constant = { $count } 期数据全都一样：照此延续。
forecast-few = 只有 { $count } 期数据，不足以比较方法：沿用最后一期。
forecast-nothing = 数据太少：至少需要两期有{ $subject ->
    [tickets] 工单
   *[other] 赢单
}的记录，目前只有 { $count } 期。
button-again = 重新计算
segment-listed = { $name }：{ $count } 位。
segment-empty = { $name }里已经没有客户了，请重新发送“客户分群”。
segment-too-many = { $name }有 { $count } 位客户，一次最多安排 { $most } 个跟进。可以分得更细，例如“分成8组”。
segment-task = { $name }：{ $advice }
segment-tasks-sure = 给“{ $name }”的 { $count } 位客户各安排一个跟进？由各自的负责人跟进，每人每天最多 { $most } 个，从{ $first }到{ $last }。
several-sure = 要为 { $count } 位客户逐个设置提醒吗：“{ $what }”？每天最多 { $most } 个，从{ $first }到{ $last }。
segment-tasks-added = 已为“{ $name }”安排 { $count } 个跟进，从{ $first }到{ $last }。
button-segment-tasks = 全部安排跟进（{ $count }）
csat-none = { $period }：还没有人回答。
csat-score = { $period }：{ $percent }% 满意（4 分或 5 分），{ $answers } 份回答，区间 { $low }% 到 { $high }%。
csat-before = 上一期：{ $percent }%，{ $answers } 份回答。
csat-asked = 发出 { $asked } 份，回收 { $percent }%。
csat-few = { $period }：{ $answers } 份回答。个人得分从 { $least } 份起才显示。
csat-time = { $what ->
    [first] 首次回复：一半在 { $hours } 小时内
   *[closed] 解决：一半在 { $hours } 小时内
}（{ $count } 张工单）。
csat-by = 按{ $by ->
    [owner] 成员
    [category] 类型
   *[channel] 渠道
}
csat-split = { $by ->
    [owner] 成员
    [category] 类型
   *[channel] 渠道
}
button-rows = 明细
button-trend = 趋势
csat-rows = { $what ->
    [silent] { $period }：{ $count ->
        [0] 收到调查的都已回答。
       *[other] { $count } 位收到调查但没有回答。
    }
    [waits] { $period }：{ $count ->
        [0] 没有已答复或已解决的工单。
       *[other] { $count } 个工单，慢的在前：首次答复和解决各用了几小时。
    }
   *[answers] { $period }：{ $count } 份回答，低分在前。
}
csat-behind = { $what ->
    [silent] 未回答
    [waits] 等待时间
   *[answers] 回答
}
csat-silent = 未回答
csat-waited = { $first } / { $closed } 小时
csat-row = { $stars } · { $name }
csat-trend = 最近 { $count } 个有回答的时期里 4 分和 5 分的占比。
csat-no-trend = 回答太少，画不出趋势。
csat-trend-chart = 多少客户满意
csat-trend-note = 4 分和 5 分所占百分比，附 95% 区间和回答数
csat-side = { $side ->
    [none] 无人满意
   *[all] 人人满意
}
csat-column = { $column ->
    [wait] 首次回复小时数
    [closing] 解决小时数
    [category] 类型
    [priority] 优先级
    [channel] 渠道
   *[owner] 负责人
}
campaign-added = 已添加 { $ref }：{ $title }。
campaign-logged = 已记入 { $ref }（{ $title }）。
campaign-closed = { $ref }（{ $title }）今天结束。
campaign-shown = { $ref } 的情况如下。
campaign-how-much = { $metric ->
    [spend] 花了多少？请写上金额。
    [revenue] 带来多少收入？请写上金额。
   *[other] 有多少个？请写上数量。
}
campaigns-listed = { $count ->
    [0] 还没有营销活动。
   *[other] 营销活动 { $count } 个，进行中 { $running } 个。
}
campaigns-quiet = 没有活动有花费或带来什么。
campaigns-effects-ever = 以下关系按全部日期计算：
campaigns-compared = 营销活动 { $count } 个。
campaign-column = { $column ->
    [came] 由链接而来
    [campaign] 活动
    [budget] 预算
    [channel] 渠道
    [spend] 花费
    [revenue] 收入
    [sent] 发送
    [opens] 打开
    [clicks] 点击
    [leads] 线索
    [orders] 订单
    [won] 赢单
    [per-lead] 每条线索
    [per-deal] 每个赢单
   *[until] 截止
}
import-looked = 共 { $rows } 行，看起来是{ $kind ->
    [customers] 客户
    [deals] 商机
    [products] 产品
    [orders] 订单
    [tasks] 任务
    [tickets] 工单
    [interactions] 跟进记录
    [surveys] 满意度调查
   *[campaigns] 活动
}：新增 { $new }，更新 { $changed }，已有 { $same }，无法导入 { $bad }。要导入吗？
import-columns = 列的对应：{ $mapping }
import-done = { $kind ->
    [customers] 客户
    [deals] 商机
    [products] 产品
    [orders] 订单
    [tasks] 任务
    [tickets] 工单
    [interactions] 跟进记录
    [surveys] 满意度调查
   *[campaigns] 活动
}已导入：新增 { $new }，更新 { $changed }，已有 { $same }，未导入 { $bad }。一周内可以撤销。
import-reading = 共 { $rows } 行{ $vendor ->
    [none] {""}
   *[other] （{ $vendor } 导出）
}：{ $mapping }
import-so-far = { $done } / { $rows }
import-column = { $header } → { $field ->
    [id] 编号
    [name] 名称
    [first] 名
    [last] 姓
    [company] 公司
    [kind] 类型
    [phones] 电话
    [emails] 邮箱
    [email] 邮箱
    [tags] 标签
    [ref] 记录号
    [owner] 负责人
    [note] 备注
    [created] 创建时间
    [currency] 币种
    [price] 价格
    [customer] 客户
    [customer_id] 客户编号
    [title] 标题
    [product] 产品
    [amount] 金额
    [stage] 阶段
    [status] 状态
    [close_date] 成交日期
    [reason] 原因
    [quantity] 数量
    [at] 时间
    [subject] 主题
    [category] 类别
    [priority] 优先级
    [channel] 渠道
    [opened] 提交时间
    [answered] 回复时间
    [closed] 关闭时间
    [score] 评分
    [comment] 评语
    [ticket] 工单
    [sent] 发送时间
    [due] 截止时间
    [text] 内容
    [by] 记录人
    [budget] 预算
    [starts] 开始
   *[ends] 结束
}
import-before = 这个文件导入过，批次 { $batch }
import-unused = 没有用到的列：{ $columns }
import-assumed = { $count } 个金额没有写币种，按 { $currency } 计
import-day-order = { $column }：3/4 按{ $first ->
    [day] 4月3日
   *[month] 3月4日
}读取，因为{ $why ->
    [other] 另一列是这样写的
   *[zone] 看不出日月的先后，按时区的习惯
}
import-odd = { $what ->
    [cut] 超过 191 个字，已截短
    [repeats] 与前面的行相同，以前面的为准
    [product] 当作产品“{ $name }”
    [no-phone] 读不出的电话，已略去
    [no-email] 读不出的邮箱，已略去
   *[other-id] 编号属于另一位客户，已作为新客户添加
}：{ $count } 行（{ $where }）
import-nobody = { $count } 行没有写客户，归到客户“{ $customer }”名下
import-folded = 产品“{ $written }”当作“{ $known }”：{ $count } 行
import-named = { $kind ->
    [customers] 新客户
   *[products] 新产品
} { $count } 个，已添加：{ $names }
import-bad = 未导入，{ $why ->
    [no-name] 没有名称
    [no-subject] 没有主题
    [no-customer] 没有客户
    [no-title] 没有标题
    [no-words] 没有内容
    [nobody] 没有客户，也没有已知的工单
    [no-stage] 阶段无法识别（应为线索、需求确认、报价、谈判、赢单或输单）
    [no-status] 状态无法识别
    [no-score] 不是 1 到 5 的评分
    [no-currency] 币种无法识别
    [below-zero] 金额小于零
    [no-amount] 读不出金额
    [odd-amount] 金额或币种无法使用
    [amount-missing] 没有金额
    [no-quantity] 数量不是一以上的整数
    [no-such-day] 没有这一天
    [no-day] 读不出日期
   *[day-missing] 没有日期
}：{ $count } 行（{ $where }）
import-line = 第 { $line } 行{ $cell ->
    [none] {""}
   *[other] { $cell }
}
import-count = { $what ->
    [new] 新增
    [same] 已有
    [changed] 更新
   *[bad] 无法导入
} { $count }
import-summary = { $kind ->
    [customers] 客户
    [deals] 商机
    [products] 产品
    [orders] 订单
    [tasks] 任务
    [tickets] 工单
    [interactions] 跟进记录
    [surveys] 满意度调查
   *[campaigns] 活动
} { $batch ->
    [none] （试运行，没有写入）
   *[other] { $batch }
}：{ $counts }
import-too-many = 共 { $rows } 行，这里一次最多导入 { $most } 行。请拆分文件，或请管理员在服务器上用命令行导入。
import-other-teams = 这里还有其他团队，导入会涉及他们的记录：请负责人来导入。
no-such-button = 没有按钮 { $label }。现有：{ $there }
no-buttons = 还没有
button-import = 导入
button-import-as = { $kind ->
    [customers] 按客户导入
    [deals] 按商机导入
    [products] 按产品导入
    [orders] 按订单导入
    [tasks] 按任务导入
    [tickets] 按工单导入
    [interactions] 按跟进记录导入
    [surveys] 按满意度调查导入
   *[campaigns] 按活动导入
}
button-analyse = 改为分析
file-none = 请发送文件：客户、销售、评分或营销数据的表格文件。
file-too-big = 文件超过 { $megabytes } 兆字节，请发送小一些的文件。
file-bad = { $file }：{ $why ->
    [old-excel] 这是旧版或加密的表格文件，请去掉密码，另存为新版表格或逗号分隔文件。
    [pdf] 这不是表格，请把里面的表格另存为电子表格或逗号分隔文件。
    [empty] 文件是空的。
    [no-rows] 标题行下面没有数据。
    [no-table] 读不出表格：{ $detail }
    [unclosed] 第 { $detail } 行的引号没有关闭。
    [large] 超过 { $detail } 兆字节，请拆分。
    [bomb] 解压后超过 { $detail } 兆字节。
    [encoding] 编码无法识别，请用统一码（万国码）另存。
   *[no-excel] 读不出这个电子表格文件。
}
file-unreadable = 我能读取带标题行且至少有一行数据的表格文件，逗号分隔或电子表格都可以。
file-nothing = 没有找到可分析的内容：需要客户、销售、评分或预算与渠道的列。
file-analysis = { $analysis ->
    [segments] 客户分群，依据 { $columns }：
    [forecast] 预测，依据 { $columns }：
    [csat] 与低分相关的因素，依据 { $columns }：
   *[campaign] 与销售相关的因素，依据 { $columns }：
}
file-period = 第 { $step } 期
file-disordered = { $column }里的日期无法识别，因此按行的先后顺序来看。
file-unread-cells = 有 { $count } 个单元格既不是空的，也与同列其他内容不符，已略去。
file-headless = 文件没有标题行，各列按表格软件的字母称呼。若有“销售额”“预算”“满意度”这样的列名，能看出更多。
file-step = { $step }：{ $mean }（八成在 { $low } 到 { $high } 之间）
file-forecast = { $column }：未来 { $steps } 期共 { $total }
button-analysis = { $analysis ->
    [segments] 改为分群
    [forecast] 改为预测
    [csat] 改为满意度
   *[campaign] 改为活动效果
}

forget-whom = 忘记谁？负责人可以让我忘记一位客户：“忘记 C12”。成员请移出团队。
forget-sure = 彻底忘记 { $label }？所属记录：{ $moved }。姓名、联系方式、备注和相关对话会删除；金额、日期和评分会匿名保留。无法恢复。
forgotten = 已忘记 { $ref }。此前的备份里仍有，直到备份被替换。
data-mine = 这是我保存的关于您的信息。您写过和改过的内容会连同您的编号保留，以备审计。
records = 进行中的工作

promised = { $what ->
    [solution] 解决期限
   *[answer] 答复期限
}
ticket-due = { $what ->
    [solution] { $ref }：承诺在 { $by } 之前解决。
   *[answer] { $ref }：承诺在 { $by } 之前答复。
}
desk-joined = 以后会不时给您发新消息。不想再收到时，请写“退订”。
news = { $words }

    您收到这条消息，是因为您在{ $day }订阅了。不想再收到请回复“退订”。
already-sent = 有一部分已经发出，无法撤销。
send-sure = { $label } 将发给 { $count } 位客户。目标共 { $all } 位，只发给订阅过、并且和我们有聊天的客户{ $out ->
    [0] {""}
   *[other] ，另留出 { $out } 位不发，用来对比
}：

    { $words }

    确定发送吗？
sending = { $ref } 从 { $at } 起发给 { $count } 位客户，在此之前可以撤销。
nobody-agreed = { $all } 位客户里没有人订阅并且和我们有聊天，所以没有可发送的人。客户给机器人写“订阅”之后就能收到。
no-such-audience = 没有叫“{ $query }”的分群或标签。可以说“全部”、一个标签，或者“客户分群”里的一个分群。
too-many-receivers = 共 { $count } 位客户，一次最多发给 { $most } 位，请换一个小一些的分群。
