"""What the bank knows and says: content, its check, documents, retrieval."""
