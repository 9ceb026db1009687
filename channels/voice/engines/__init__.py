"""Speech engines behind the ports of `channels.voice.speech`; the only place that knows models."""
