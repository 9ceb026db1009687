"""What a deployment sets, and what it hears when something is missing."""

import dataclasses

import pytest

from assistant.errors import SettingsError
from assistant.model.ids import ResponseKey
from assistant.model.release import ButtonText
from channels.composition_doctor import examine
from channels.settings import Settings
from channels.wechat.connector import codec_of
from channels.wechat.errors import class_of
from channels.wechat.menu import menus_of
from knowledge.loader import DEFAULTS, load

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SET_UP = {
    "wechat_app_id": "wx1",
    "wechat_secret": "s",
    "wechat_token": "t",
    "wechat_aes_key": KEY,
    "public_url": "https://bank.test/",
}


@pytest.fixture(scope="module")
def release():
    return load(DEFAULTS.parent / "content", gateway_knows=lambda _: True)


def looked_at(tmp_path, **settings):
    made = Settings(_env_file=None, data_dir=tmp_path, **settings)
    return [item for item in examine(made) if item.name == "wechat"]


def test_nothing_is_said_where_nothing_is_set_up(tmp_path):
    assert looked_at(tmp_path) == []


def test_what_is_set_up_is_named_with_its_callback(tmp_path):
    (item,) = looked_at(tmp_path, **SET_UP)
    assert (item.state, item.found) == ("ok", "wx1, callback https://bank.test/wechat/callback")


@pytest.mark.parametrize(
    ("missing", "state"),
    [
        ("wechat_secret", "error"),
        ("wechat_token", "error"),
        ("wechat_aes_key", "error"),
        ("public_url", "warning"),
    ],
)
def test_what_is_missing_is_named(tmp_path, missing, state):
    settings = {name: value for name, value in SET_UP.items() if name != missing}
    (item,) = looked_at(tmp_path, **settings)
    assert item.state == state
    assert item.fix


@pytest.mark.parametrize("key", ["short", KEY[:-1] + "!", KEY + "A"])
def test_a_key_that_is_none_is_refused_and_not_repeated(tmp_path, key):
    settings = Settings(_env_file=None, data_dir=tmp_path, **{**SET_UP, "wechat_aes_key": key})
    with pytest.raises(SettingsError) as refused:
        codec_of(settings, "wx1")
    assert key not in str(refused.value)


def test_the_menu_of_the_content_fits_the_platform(release):
    menus = menus_of(release)
    assert [1 <= len(menu["button"]) <= 3 for menu in menus] == [True, True]
    entries = [entry for menu in menus for entry in menu["button"]]
    assert all(len(entry["name"].encode()) <= 16 for entry in entries)
    assert "/unbind" not in str(menus[0])


@pytest.mark.parametrize(
    "buttons",
    [
        (),
        tuple(ButtonText({"zh-Hans": f"{n}"}, f"/{n}") for n in range(4)),
        (ButtonText({"zh-Hans": "这个标题太长了"}, "/x"),),
        (ButtonText({"zh-Hans": "好"}, "/" + "x" * 128),),
    ],
    ids=["none", "four", "title", "key"],
)
def test_a_menu_the_platform_would_refuse_is_refused_here(release, buttons):
    key = ResponseKey("utter_channel_menu")
    (variant,) = release.responses[key]
    changed = dataclasses.replace(variant, buttons=buttons)
    responses = {**release.responses, key: (changed,)}
    with pytest.raises(SettingsError):
        menus_of(dataclasses.replace(release, responses=responses))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (40001, "token"),
        (-1, "throttle"),
        (45009, "daily"),
        (45047, "window"),
        (43004, "person"),
        (45002, "content"),
        (40164, "permission"),
        (99999, "content"),
    ],
)
def test_every_error_has_a_class(code, kind):
    assert class_of(code) == kind
