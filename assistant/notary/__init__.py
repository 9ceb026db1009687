"""Evidence: data keys, the hash chain over ciphertexts, Merkle trees and signed roots."""
