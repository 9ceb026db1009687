"""A small shelf of documents, and an encoder that needs no model, for tests of knowledge."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from knowledge.documents import Document
from knowledge.words import normalised, pairs_of

TODAY = date(2026, 11, 22)

LOSS = """---
id: debit-card-loss
kind: procedure
audience: [retail]
version: "2026-09-01"
effective_from: 2026-09-01
effective_to: null
topics: [挂失, 110]
---

# 借记卡挂失

## 办理方式

客户可在手机银行办理借记卡挂失。挂失后卡片立即停用！

- 拨打客服热线
- 到任一网点

## 收费标准

借记卡挂失不收取手续费，补办新卡每张收取工本费5元。
"""

RATES = """---
id: deposit-rates
kind: rates
version: {version}
effective_from: {version}
effective_to: {end}
---

# 存款利率表

## 定期存款利率

| 存期 | 年利率 | 起存金额 |
|---|---|---|
| 一年 | 1.00% | 50元 |
| 三年 | {rate} | 50元 |

整存整取三年年利率为{rate}。
"""


def old_rates() -> str:
    return RATES.format(version="2026-05-01", end="2026-10-14", rate="1.40%")


def new_rates() -> str:
    return RATES.format(version="2026-10-15", end="null", rate="1.30%")


def write_pack(folder: Path) -> Path:
    documents = folder / "documents"
    documents.mkdir(parents=True)
    (documents / "debit-card-loss.md").write_text(LOSS, encoding="utf-8")
    (documents / "deposit-rates.1.md").write_text(old_rates(), encoding="utf-8")
    (documents / "deposit-rates.2.md").write_text(new_rates(), encoding="utf-8")
    return folder


def document(body: str, *, document_id: str = "d", version: str = "1") -> Document:
    return Document(
        document_id=document_id,
        title="标题",
        kind="faq",
        version=version,
        effective_from=date(2026, 1, 1),
        effective_to=None,
        body=body,
        source="d.md",
    )


class PairEncoder:
    """Texts that share pairs of characters are near; counts the texts it embeds."""

    dimensions = 256

    def __init__(self, fingerprint: str = "pairs-1") -> None:
        self.fingerprint = fingerprint
        self.embedded: list[str] = []

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self._vector(text) for text in texts])

    def passages(self, texts: Sequence[str]) -> np.ndarray:
        self.embedded.extend(texts)
        return self.queries(texts)

    def _vector(self, text: str) -> np.ndarray:
        vector = np.full(self.dimensions, 0.01, dtype=np.float32)
        for pair in pairs_of(normalised(text)):
            vector[int(hashlib.sha256(pair.encode()).hexdigest(), 16) % self.dimensions] += 1
        return vector / np.linalg.norm(vector)
