"""Merkle trees of RFC 6962: known roots, growing step by step, and proofs that prove."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from assistant.notary.merkle import (
    Frontier,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_from_proof,
    root_of,
)

# The leaves and roots Certificate Transparency's own tests use.
LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
HASHES = [leaf_hash(each) for each in LEAVES]
leaves = st.lists(st.binary(max_size=4).map(leaf_hash), min_size=1, max_size=40)


def recursive_root(hashes):
    """The definition of section 2.1, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(recursive_root(hashes[:split]), recursive_root(hashes[split:]))


def test_known_roots():
    assert root_of([]) == hashlib.sha256(b"").digest()
    one = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    eight = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert (root_of(HASHES[:1]).hex(), root_of(HASHES).hex()) == (one, eight)


@given(leaves)
def test_growing_gives_the_root_of_the_definition(hashes):
    assert root_of(hashes) == recursive_root(hashes)


@given(leaves, st.lists(st.binary(max_size=4).map(leaf_hash), max_size=10))
def test_a_frontier_goes_on_where_it_was_kept(before, after):
    kept = Frontier()
    for each in before:
        kept.add(each)
    resumed = Frontier(kept.size, kept.peaks)
    for each in after:
        resumed.add(each)
    assert (resumed.root(), resumed.size) == (root_of(before + after), len(before + after))


@given(leaves, st.data())
def test_a_proof_leads_to_the_root_from_its_leaf_and_place_only(hashes, data):
    index = data.draw(st.integers(0, len(hashes) - 1))
    proof = inclusion_proof(hashes, index)
    root = root_of(hashes)
    assert root_from_proof(hashes[index], index, len(hashes), proof) == root
    assert root_from_proof(leaf_hash(b"other leaf"), index, len(hashes), proof) != root
    assert root_from_proof(hashes[index], len(hashes), len(hashes), proof) is None
    assert root_from_proof(hashes[index], index, len(hashes), [*proof, root]) is None
