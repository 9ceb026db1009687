"""Customers whose task moves between web, WeChat and telephone, judged by the bank's books."""
