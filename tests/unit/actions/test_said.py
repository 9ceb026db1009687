"""The table of what actions say is the truth about their modules, and about nothing else."""

import ast
from pathlib import Path

import actions
from actions.catalogue import ACTIONS
from actions.said import FILLED, SAID, SAID_BY_ACTIONS
from channels.bootstrap import load_release
from knowledge.loader import CONTENT

FOLDER = Path(actions.__file__).parent
ELSEWHERE = {"said.py", "rasa_actions.py", "rasa_answer.py"}


def named_in_code():
    """Every response a module of the actions names as a constant."""
    found = set()
    for path in FOLDER.glob("*.py"):
        if path.name in ELSEWHERE:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and str(node.value).startswith("utter_"):
                found.add(node.value)
    return found - {"utter_"}


def test_every_response_named_in_the_modules_is_in_the_table():
    assert named_in_code() <= SAID_BY_ACTIONS


def test_the_table_names_nothing_the_modules_do_not_name():
    made = {key for key in SAID_BY_ACTIONS if key.endswith("_choose")}  # put together from a code
    assert SAID_BY_ACTIONS - made <= named_in_code()


def test_the_table_speaks_of_actions_and_wordings_that_exist():
    responses = load_release(CONTENT).responses
    assert {name for name in {*SAID, *FILLED} if name not in ACTIONS} == set()
    assert {key for key in SAID_BY_ACTIONS if key not in responses} == set()
