"""Settings for a command, or one line for each that is wrong."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import SettingsError as UnreadableSettings

from assistant.errors import SettingsError
from channels.settings import Settings

_FOLLOWS: Final = "default_factory_not_called"


def read_settings(**chosen: Any) -> Settings:
    """Read the environment and `.env`; what the command line chose wins.

    Args:
        chosen: Settings by field name; None means not chosen.

    Raises:
        SettingsError: One line for each setting that is wrong, named as it is written.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        # Settings that only follow from a wrong one are not named.
        wrong = [item for item in error.errors() if item["type"] != _FOLLOWS]
        lines = [f"{variable(item['loc'])}: {item['msg']}" for item in wrong]
        raise SettingsError("\n".join(lines)) from error
    except (UnreadableSettings, UnicodeDecodeError, OSError) as error:
        msg = f"The settings cannot be read: {type(error).__name__}. Check .env and GUITAI_*."
        raise SettingsError(msg) from error


def variable(location: tuple[int | str, ...] | str) -> str:
    """The environment variable of a field; a rule about several has no single one."""
    names = (location,) if isinstance(location, str) else location
    return f"GUITAI_{str(names[0]).upper()}" if names else "GUITAI_*"
