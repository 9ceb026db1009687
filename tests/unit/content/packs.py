"""A small valid pack as text, and ways to break it."""

from __future__ import annotations

from pathlib import Path

CAFE = Path(__file__).parents[2] / "packs" / "calm_cafe"

FLOWS = """\
flows:
  lock_card:
    name: 临时锁卡
    description: 客户想暂时锁住一张卡。
    metadata:
      start_level: 3
      name: {en: Lock a card, zh-Hant: 暫時鎖卡}
    steps:
      - collect: card
        rejections:
          - if: slots.card is null
            utter: utter_again
      - collect: confirm_lock_card
        ask_before_filling: true
        metadata: {confirms: lock_card}
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
          - else: END
"""
DOMAIN = """\
actions:
  - lock_card
slots:
  card:
    type: text
    mappings:
      - type: from_entity
        entity: card
    metadata: {kind: card, mask: tail, words: [卡, 卡号]}
  confirm_lock_card:
    type: bool
    mappings:
      - type: from_llm
  amount:
    type: text
    metadata: {kind: amount}
  phone:
    type: text
    metadata: {kind: phone, mask: phone}
"""
RESPONSES = """\
responses:
  utter_ask_card:
    - text: 您要锁哪张卡？
      translation: {en: Which card?}
      buttons:
        - title: 全部
          payload: /SetSlots(card=all)
          translation: {en: All}
  utter_ask_confirm_lock_card:
    - text: 确认锁定尾号 {card} 的卡吗？
  utter_again:
    - text: 请再说一遍。
  utter_declined:
    - text: 好的，没有锁卡。
  utter_done:
    - text: "{% if card %}已锁定{{ card }}{% endif %}"
      metadata: {template: jinja}
  utter_reply_withheld:
    - text: 这个问题请咨询客户经理。
"""
NLU = """\
nlu:
  - intent: lock_card
    examples: |
      - 帮我把[6688](card)那张卡锁一下
      - 锁卡
"""
LEXICON = """\
affirm:
  exact: [是, yes, on]
human_handoff:
  contains: [转人工]
  not: [人工费]
homophones:
  挂失: [挂矢]
banking:
  借记卡: [储蓄卡]
relations:
  妈妈: [老妈]
fillers:
  words: [嗯]
"""
POLICIES = """\
actions:
  lock_card:
    level: 3
    confirm: yes
    codes:
      - {if: slots.amount > 1000 and facts.payee_is_new, to: reserved}
      - {to: phone}
"""
COMPLIANCE = """\
rules:
  - id: no_promise
    description: 不得承诺收益。
    patterns: [保本, 稳赚]
    unless: [非保本]
    verdict: replace
    replace_with: utter_reply_withheld
"""
SEGMENTS = """\
segments:
  - id: 新芽
    name: {zh-Hans: 新芽, en: Young starters}
    rule: age < 30 and assets < 300000
    goals: [growth]
  - id: 达远
    rule: true
    goals: [safety]
"""
PRODUCTS = """\
products:
  - id: wealth-90
    name: 安心90天
    category: wealth
    risk: R1
    term_days: 90
    minimum_amount: "1.00"
    maximum_amount: null
    rate: {kind: benchmark, low_bp: 230, high_bp: 260, note: 业绩比较基准}
    liquidity: at_maturity
    minimum_age: 18
    segments: [新芽]
    goals: [safety]
    on_sale_from: 2026-01-01
    on_sale_to: null
    disclosure: 理财非存款。
    document: wealth-90
    summary: {zh-Hans: 稳健, en: Steady}
    reasons: {safety: {zh-Hans: 风险低, en: Low risk}}
"""
DOCUMENT = """\
---
id: wealth-90
kind: product
version: "2026-01-01"
effective_from: 2026-01-01
effective_to: null
---
# 安心90天

期限90天。
"""
RELEASE = """\
name: 样例
version: "1"
approved_by: 合规部
settings: {understanding: {threshold: 0.6}}
"""
PACK = {
    "RELEASE.yml": RELEASE,
    "flows/cards.yml": FLOWS,
    "domain/slots.yml": DOMAIN,
    "responses/cards.yml": RESPONSES,
    "nlu/cards.yml": NLU,
    "lexicon/words.yml": LEXICON,
    "policies/actions.yml": POLICIES,
    "compliance/review.yml": COMPLIANCE,
    "segments/segments.yml": SEGMENTS,
    "products/wealth.yml": PRODUCTS,
    "documents/wealth-90.md": DOCUMENT,
}


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files below a folder and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def changed(name: str, old: str, new: str) -> dict[str, str | bytes]:
    """The pack with one text in one file replaced."""
    assert old in PACK[name], f"`{old}` is not in {name}"
    return {**PACK, name: PACK[name].replace(old, new, 1)}
