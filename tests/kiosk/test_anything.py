"""Whatever happens to it, the kiosk stays in its states and votes nothing that was not touched."""

from hypothesis import given, settings
from hypothesis import strategies as st

from events.facts import Tap, TapFlag
from kiosk.flow import ASIDE
from kiosk.glass import Control, Face, Said, Screen, Switch, Tile
from tests.kiosk.parts import Glass

HITS = st.one_of(
    st.integers(1, 4).map(Face),
    st.sampled_from(["queue", "price", "nonsense"]).map(Tile),
    st.sampled_from(["de", "ar", "xx"]).map(Switch),
    st.sampled_from(list(Control)),
    st.none(),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("touch"), HITS, st.booleans()),
        st.tuples(st.just("wait"), st.floats(0.0, 25.0), st.none()),
        st.tuples(st.just("jump"), st.floats(0.0, 1e9), st.none()),
        st.tuples(st.just("commit"), st.none(), st.none()),
        st.tuples(st.just("fail"), st.none(), st.none()),
    ),
    max_size=60,
)


@given(STEPS, st.booleans())
@settings(max_examples=200, deadline=None)
def test_random_hands_and_clocks_never_make_a_vote_that_was_no_touch(steps, commits):
    glass = Glass(commits)
    touched = []
    for step, value, lift in steps:
        if step == "touch":
            touched.append(value)
            glass.touch(value, lift=lift)
        elif step == "wait":
            glass.wait(value)
        elif step == "jump":
            glass.now += value
            glass.flow.tick(glass.now)
        else:
            getattr(glass, step)()
        assert glass.screen in Screen
    votes = [fact.answer for fact in glass.facts if isinstance(fact, Tap) and fact.answer is not None]
    faces = [hit.answer for hit in touched if isinstance(hit, Face)]
    assert is_part_of(votes, faces)
    assert all(tap.answer is not None for tap in glass.taps if TapFlag.REPEAT in tap.flags)
    thanked = [event for said, event in glass.said if said == Said.THANKED]
    assert len(set(thanked)) == len(thanked) <= len(votes)
    glass.fail()
    glass.wait(60)
    assert glass.screen == Screen.QUESTION
    assert glass.flow.language == "en"


@given(STEPS)
@settings(max_examples=100, deadline=None)
def test_every_new_contact_on_a_face_is_stored_unless_it_closed_the_receipt(steps):
    glass = Glass()
    for step, value, _ in steps:
        if step == "wait":
            glass.wait(value)
        elif step == "touch":
            glass.now += 0.1
            glass.flow.tick(glass.now)
            on_receipt = glass.screen in ASIDE
            before = len(glass.taps)
            glass.touch(value)
            if isinstance(value, Face) and not on_receipt:
                assert len(glass.taps) == before + 1
                assert glass.taps[-1].answer == value.answer


def is_part_of(some, whole):
    """Whether `some` comes out of `whole` by leaving things out."""
    rest = iter(whole)
    return all(one in rest for one in some)
