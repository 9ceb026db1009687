"""The bundled embedding model: its file, its tokenizer, its conversion and its engine."""
