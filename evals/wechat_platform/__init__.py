"""A WeChat platform of its own: a separate process that behaves as the vendor's documents say.

It imports nothing of the product, its cryptography comes from another implementation (wechatpy),
and it keeps a record of who was shown what, so that what the product claims can be held against
what a customer saw. Source of behaviours and codes: developers.weixin.qq.com and
developer.work.weixin.qq.com, as read in 2026; nothing here was tried against the live platform.
"""
