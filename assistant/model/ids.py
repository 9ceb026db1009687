"""Names of things: plain strings that the type checker keeps apart."""

from __future__ import annotations

from typing import NewType

ConversationId = NewType("ConversationId", str)
CustomerId = NewType("CustomerId", str)
MessageId = NewType("MessageId", str)
FlowId = NewType("FlowId", str)
StepId = NewType("StepId", str)
FrameId = NewType("FrameId", str)
SlotName = NewType("SlotName", str)
ResponseKey = NewType("ResponseKey", str)
ActionName = NewType("ActionName", str)
IdempotencyKey = NewType("IdempotencyKey", str)
ReceiptId = NewType("ReceiptId", str)
DocumentId = NewType("DocumentId", str)
PassageId = NewType("PassageId", str)
ProductId = NewType("ProductId", str)
TicketId = NewType("TicketId", str)
ReviewId = NewType("ReviewId", str)
Fingerprint = NewType("Fingerprint", str)
