"""Many people write through a WeChat platform that fails, and what each saw is counted."""
