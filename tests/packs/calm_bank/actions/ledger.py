"""Accounts of the example bank."""

BALANCES = {"checking": 900, "savings": 12000}
PEOPLE = {"ana", "ben", "carla", "dora", "emil"}
