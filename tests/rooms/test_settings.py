"""Which pin is which door, and what a fitting room never has."""

import re
import tomllib

import pytest

from events.settings import ConfigError
from sensors.rooms_settings import GroupPins, RoomPins, Rooms, read_rooms

TABLE = """
[[group]]
name = "fitting"
lobby = 4
[[group.room]]
name = "1"
contact = 17
presence = 27
call = 22
acknowledge = 23
light = 24
[[group.room]]
name = "2"
contact = 5
presence = 6
"""


def test_two_rooms_and_their_lobby():
    rooms = read_rooms(tomllib.loads(TABLE))
    assert rooms == Rooms((GroupPins("fitting", 4, (RoomPins("1", 17, 27, 22, 23, 24), RoomPins("2", 5, 6))),))
    assert rooms.k == 5


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('camera = "/dev/video0"', "rooms.group[0].room[1].camera"),
        ("cam = 0", "rooms.group[0].room[1].cam"),
        ("microphone = true", "rooms.group[0].room[1].microphone"),
        ('mic_device = "hw:1"', "rooms.group[0].room[1].mic_device"),
        ('light = { picture = "x" }', "rooms.group[0].room[1].light.picture"),
    ],
)
def test_no_camera_and_no_microphone_can_be_configured(line, place):
    with pytest.raises(ConfigError) as refusal:
        read_rooms(tomllib.loads(TABLE + line))
    assert str(refusal.value) == f"{place}: fitting rooms have no camera and no microphone, ever; remove this key"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("lobby = 4", "lobby = 17", "pin 17 is used 2 times"),
        ('name = "2"', 'name = "1"', "group fitting: a room's name is used twice"),
        ("presence = 6", "presense = 6", "unknown key 'presense'; did you mean 'presence'?"),
        ("presence = 6", "", "the key 'presence' is missing"),
        ("lobby = 4", "", "the key 'lobby' is missing"),
        ("lobby = 4", 'lobby = "GPIO4"', "expected a whole number"),
        ('name = "2"', f'name = "{"2" * 65}"', "is no name"),
        ("[[group]]", "k = 2\n[[group]]", "k is at least 3, not 2"),
        (TABLE, "group = []", "there is no group"),
        (TABLE, '[[group]]\nname = "a"\nlobby = 4\nroom = []', "group a has no rooms"),
    ],
)
def test_a_mistake_is_named_in_one_sentence(old, new, sentence):
    with pytest.raises(ConfigError, match=rf"^rooms.*{re.escape(sentence)}"):
        read_rooms(tomllib.loads(TABLE.replace(old, new, 1)))
