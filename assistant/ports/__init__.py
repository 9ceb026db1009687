"""One Protocol for each outside thing. The engine owns these; adapters fit them."""

from __future__ import annotations

from assistant.ports.actions import (
    ActionGateway,
    ActionRequest,
    ActionResult,
    ActionSay,
    Outlook,
    Proof,
    ReviewNeeded,
    Settled,
    StepUp,
)
from assistant.ports.basics import Clock, IdSource
from assistant.ports.chat_model import ChatModel, ModelUnavailable, Proposal
from assistant.ports.desk import HandoffDesk, Ticket
from assistant.ports.identity import CodeCheck, CodeTicket, IdentityProofs
from assistant.ports.knowledge import (
    Documents,
    Knowledge,
    NoDocuments,
    PassageHit,
    SentenceHit,
)
from assistant.ports.privacy import Erasure, Privacy, PrivacyEntry
from assistant.ports.review import Review, ReviewQueue, ReviewRequest, ReviewStatus, Verdict
from assistant.ports.store import (
    Broadcast,
    ConversationHead,
    ConversationLock,
    EventStore,
    Sealer,
    StoredEvent,
)
from assistant.ports.understanding import (
    Classifier,
    Encoder,
    IntentScores,
    Understander,
    Understood,
)

__all__ = [
    "ActionGateway",
    "ActionRequest",
    "ActionResult",
    "ActionSay",
    "Broadcast",
    "ChatModel",
    "Classifier",
    "Clock",
    "CodeCheck",
    "CodeTicket",
    "ConversationHead",
    "ConversationLock",
    "Documents",
    "Encoder",
    "Erasure",
    "EventStore",
    "HandoffDesk",
    "IdSource",
    "IdentityProofs",
    "IntentScores",
    "Knowledge",
    "ModelUnavailable",
    "NoDocuments",
    "Outlook",
    "PassageHit",
    "Privacy",
    "PrivacyEntry",
    "Proof",
    "Proposal",
    "Review",
    "ReviewNeeded",
    "ReviewQueue",
    "ReviewRequest",
    "ReviewStatus",
    "Sealer",
    "SentenceHit",
    "Settled",
    "StepUp",
    "StoredEvent",
    "Ticket",
    "Understander",
    "Understood",
    "Verdict",
]
