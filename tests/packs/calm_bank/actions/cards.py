"""Actions about cards."""

from rasa_sdk import Action
from rasa_sdk.events import SlotSet

import actions.ledger


class HarbourAction(Action):
    """Shared by the actions of this module; no action itself."""

    bank = "Harbour"


class AskBlockReason(HarbourAction):
    def name(self):
        return "action_ask_block_reason"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(
            response="utter_reasons",
            intro=f"{self.bank} blocks cards at once.",
            buttons=[
                {"title": reason.title(), "payload": f"/SetSlots(block_reason={reason})"}
                for reason in ("lost", "travel", "damaged")
            ],
        )
        return []


class BlockCard(HarbourAction):
    def name(self):
        return "action_block_card"

    def run(self, dispatcher, tracker, domain):
        return [SlotSet("card_blocked", bool(actions.ledger.BALANCES))]


class Fail(HarbourAction):
    def name(self):
        return "action_fail"

    def run(self, dispatcher, tracker, domain):
        raise RuntimeError("the printer is on fire")  # noqa: EM101 - as others write it
