"""Checking an exported conversation with nothing but the public key of the roots."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.errors import TranscriptDamaged
from assistant.notary.chain import ALGORITHM, FIRST, Link, link_hash, place_of
from assistant.notary.findings import Report
from assistant.notary.keys import unseal
from assistant.notary.merkle import root_from_proof
from assistant.notary.roots import is_signed_by, leaf_of

FORMAT: Final = "guitai-evidence/1"


def check_evidence(evidence: dict[str, Any], trusted: Sequence[str]) -> Report:
    """Check the chain, the ciphertexts and the proofs of one exported conversation.

    Args:
        evidence: As `guitai evidence` writes it.
        trusted: Keys one of which must have signed each root, hexadecimal.

    Raises:
        KeyError: It is no evidence file, or a field is missing.
    """
    conversation = str(evidence["conversation_id"])
    report = Report(conversations=1, keys=len(evidence["keys"]), key=trusted[-1])
    keys = {
        name: AESGCM(bytes.fromhex(key))
        for name, key in evidence["keys"].items()
        if key is not None
    }
    hashes: dict[int, str] = {}
    before = FIRST
    for due, event in enumerate(evidence["events"], start=1):
        report.events += 1
        link = _link(conversation, event)
        digest = link_hash(link, before)
        problem = _problem(link, due, digest.hex() == event["hash"], keys)
        if problem is not None:
            report.add("event", conversation, link.seq, problem)
            return report
        report.erased += link.key not in keys
        hashes[link.seq], before = digest.hex(), digest
    for proof in evidence["proofs"]:
        report.roots += 1
        problem = _proof_problem(proof, conversation, hashes, trusted)
        if problem is not None:
            report.add("roots", str(proof["root"].get("number")), None, problem)
    covered = max((proof["head"][1] for proof in evidence["proofs"]), default=0)
    report.unsealed = max(0, len(hashes) - covered)
    return report


def _link(conversation: str, event: dict[str, Any]) -> Link:
    return Link(
        algorithm=event["algorithm"],
        conversation=conversation,
        seq=event["seq"],
        frame_seq=event["frame_seq"],
        type=event["type"],
        turn=event["turn"],
        at=event["at"],
        release=event["release"],
        documents=event["documents"],
        key=event["key"],
        sealed=base64.b64decode(event["sealed"]),
    )


def _problem(link: Link, due: int, is_whole: bool, keys: dict[str, AESGCM]) -> str | None:
    if link.seq != due:
        return f"event {due} is missing before it"
    if link.algorithm != ALGORITHM:
        return f"its algorithm {link.algorithm} is not known"
    if not is_whole:
        return "it was changed, or put in the place of another one"
    if link.key in keys:
        try:
            unseal(keys[link.key], link.sealed, place_of(link.conversation, link.seq))
        except TranscriptDamaged:
            return "its ciphertext does not open with the key given"
    return None


def _proof_problem(
    proof: dict[str, Any], conversation: str, hashes: dict[int, str], trusted: Sequence[str]
) -> str | None:
    statement, (chain, seq, digest) = proof["root"], proof["head"]
    if not any(is_signed_by(statement, public) for public in trusted):
        return "its signature does not hold"
    if chain != conversation or hashes.get(seq) != digest:
        return f"it covers another event {seq}"
    path = [bytes.fromhex(each) for each in proof["path"]]
    led = root_from_proof(leaf_of(proof["head"]), proof["index"], statement["size"], path)
    return (
        None
        if led is not None and led.hex() == statement["root"]
        else "its proof does not lead to it"
    )
