"""The vocabulary: values, messages, commands, events, flows and the tracker that folds events."""
