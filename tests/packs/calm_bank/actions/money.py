"""Actions about money."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.ledger import BALANCES, PEOPLE


class CheckFunds(Action):
    def name(self) -> str:
        return "action_check_funds"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        amount, account = tracker.get_slot("amount"), tracker.get_slot("account")
        return [SlotSet("enough_funds", amount <= BALANCES[account])]


class SendMoney(Action):
    def name(self) -> str:
        return "action_send_money"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[Any]:
        assert "recipient" in domain["slots"]
        return [SlotSet("reference", f"HB{tracker.get_slot('amount')}"), FollowupAction("x")]


class ListAccounts(Action):
    def name(self) -> str:
        return "action_list_accounts"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        from actions import ledger  # noqa: PLC0415 - an import of its own package, late

        lines = [f"{name}: {balance}" for name, balance in ledger.BALANCES.items()]
        dispatcher.utter_message(
            text="; ".join(lines),
            buttons=[{"title": "Send money", "payload": "/send_money"}],
            json_message={"kind": "accounts"},
        )
        return []


class ValidateRecipient(Action):
    def name(self) -> str:
        return "validate_recipient"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
        name = str(tracker.get_slot("recipient"))
        if name.lower() in PEOPLE:
            return [SlotSet("recipient", name.title())]
        dispatcher.utter_message(response="utter_unknown_recipient", name=name)
        return [SlotSet("recipient", None)]
