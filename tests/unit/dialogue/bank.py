"""A small bank written as its colleagues would write it, for the tests of the dialogue."""

FLOWS = """\
flows:
  lock_card:
    name: 临时锁卡
    description: 客户想暂时锁住一张卡。
    steps:
      - collect: card
      - collect: confirm_lock_card
        ask_before_filling: true
        next:
          - if: slots.confirm_lock_card
            then: lock
          - else:
              - action: utter_declined
                next: END
      - id: lock
        action: lock_card
        next:
          - if: slots.outcome = "done"
            then:
              - action: utter_done
                next: END
          - if: slots.outcome = "unknown"
            then:
              - action: utter_action_unknown
                next: END
          - else:
              - action: utter_action_refused
                next: END
  transfer_money:
    name: 转账
    description: 客户想转账。
    steps:
      - collect: payee
      - collect: amount
        rejections:
          - if: slots.amount <= 0
            utter: utter_amount_invalid
          - if: slots.amount > 50000
            utter: utter_amount_too_big
        next:
          - if: slots.amount > 1000
            then:
              - collect: purpose
                next: read_back
          - else: read_back
      - id: read_back
        collect: confirm_transfer
        ask_before_filling: true
        metadata: {confirms: transfer_money}
        next:
          - if: slots.confirm_transfer
            then: send
          - else:
              - action: utter_declined
                next: END
      - id: send
        action: transfer_money
        next:
          - if: slots.outcome = "done"
            then:
              - action: utter_done
                next: END
          - if: slots.outcome = "unknown"
            then:
              - action: utter_action_unknown
                next: END
          - else:
              - action: utter_action_refused
                next: END
  private_service:
    name: 私人银行
    description: 只给私人银行客户。
    if: slots.is_private
    steps:
      - action: utter_private
  linked:
    name: 换个事
    description: 转到私人银行。
    steps:
      - set_slots:
          - note: from_link
      - link: private_service
  calling:
    name: 带子流程
    description: 先问城市，再说结果。
    steps:
      - call: choose_city
      - noop: true
        next:
          - if: slots.city = "北京"
            then:
              - action: utter_capital
                next: END
          - else: elsewhere
      - id: elsewhere
        action: utter_elsewhere
  choose_city:
    name: 选城市
    description: 问城市。
    if: false
    persisted_slots: [city]
    steps:
      - collect: city
        utter: utter_ask_city
  going_round:
    name: 打转
    description: 值已经有了就再也不提问的循环。
    steps:
      - id: one
        collect: note
        next: two
      - id: two
        action: read_nothing
        next: one
  home_address:
    name: 改地址
    description: 改通讯地址。
    persisted_slots: [city]
    steps:
      - collect: city
        utter: action_ask_city
      - collect: note
      - action: utter_done
  high_level:
    name: 看余额
    description: 看余额。
    metadata: {start_level: 3}
    steps:
      - action: check_balance
      - action: utter_balance
"""
DOMAIN = """\
actions: [lock_card, transfer_money, check_balance, read_nothing, action_ask_city]
slots:
  card:
    type: text
    metadata: {kind: card, mask: tail, words: [卡]}
  confirm_lock_card: {type: bool}
  confirm_transfer: {type: bool}
  payee:
    type: text
    metadata: {kind: payee}
  amount:
    type: text
    metadata: {kind: amount, words: [金额]}
  purpose: {type: text}
  note: {type: text}
  city: {type: text}
  is_private:
    type: bool
    initial_value: false
"""
RESPONSES = """\
responses:
  utter_ask_card: [{text: 哪张卡？}]
  utter_ask_confirm_lock_card: [{text: "确认锁尾号 {card} 的卡吗？"}]
  utter_ask_payee: [{text: 转给谁？}]
  utter_ask_amount: [{text: 转多少？}]
  utter_ask_purpose: [{text: 用途是什么？}]
  utter_ask_confirm_transfer: [{text: "确认给 {payee} 转 {amount} 吗？"}]
  utter_ask_city: [{text: 哪个城市？}]
  utter_ask_note: [{text: 备注什么？}]
  utter_amount_invalid: [{text: "{rejected} 不是一个可以转的金额。"}]
  utter_amount_too_big: [{text: 单笔最多五万。}]
  utter_declined: [{text: 没有办。}]
  utter_done: [{text: "办好了，回执 {receipt_id}。"}]
  utter_private: [{text: 私人银行为您服务。}]
  utter_capital: [{text: 首都。}]
  utter_elsewhere: [{text: "在 {city}。"}]
  utter_balance: [{text: "余额 {balance}。"}]
  utter_reason_balance: [{text: 余额不足。}]
"""
