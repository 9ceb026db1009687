"""WeChat: service account, mini program and WeCom customer service."""
