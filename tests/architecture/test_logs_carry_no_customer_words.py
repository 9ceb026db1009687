"""Log messages are constants, and no personal value is an argument.

`error.code` is the one `code` that may be logged: the stable name of one of our errors.
"""

import ast

import pytest

from tests.architecture.source import nodes, place

METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
PERSONAL = {"text", "phone", "name", "card", "id_number", "code"}


def is_logging(node):
    match node:
        case ast.Call(func=ast.Attribute(attr=method, value=ast.Name(id=owner))):
            return method in METHODS and "log" in owner.lower()
        case ast.Call(func=ast.Attribute(attr=method, value=ast.Attribute(attr=owner))):
            return method in METHODS and "log" in owner.lower()
        case _:
            return False


def personal_names(node):
    for inner in ast.walk(node):
        match inner:
            case ast.Attribute(attr="code", value=ast.Name(id="error")):
                pass
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name
            case ast.Dict(keys=keys):
                yield from (key.value for key in keys if isinstance(key, ast.Constant))


def is_bad_logging(node):
    if not is_logging(node):
        return False
    arguments = node.args[1:] if node.func.attr == "log" else node.args
    message, *values = arguments or [None]
    is_constant = isinstance(message, ast.Constant) and isinstance(message.value, str)
    found = {name for value in [*values, *node.keywords] for name in personal_names(value)}
    return not is_constant or bool(found & PERSONAL)


def test_no_log_line_carries_the_customers_words():
    assert [place(path, node) for path, node in nodes() if is_bad_logging(node)] == []


@pytest.mark.parametrize(
    "source",
    [
        "_log.info(message)",
        "_log.info(f'said {x}')",
        "_log.info('said %s', message.text)",
        "self.logger.warning('card', extra={'card': last4})",
        "logging.error('x', phone)",
        "log.log(logging.INFO, 'x %s' % y)",
        "log.error('sent', code)",
        "log.error('sent', ticket.code)",
    ],
)
def test_the_rule_finds_personal_values(source):
    assert any(is_bad_logging(node) for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "_log.warning('turn failed', extra={'reason': error.code})",
        "_log.info('index built in %d ms', ms)",
        "console.print(text)",
        "math.log(2)",
    ],
)
def test_the_rule_leaves_the_rest_alone(source):
    assert not any(is_bad_logging(node) for node in ast.walk(ast.parse(source)))
