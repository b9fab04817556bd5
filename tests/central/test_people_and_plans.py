"""Users, invitations and the plan in the store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from central.store import open_store, tables
from central.store.plans import load_plan, save_plan
from central.store.users import (
    Role,
    User,
    check_password,
    create_user,
    invite,
    invited,
    list_users,
    redeem,
    set_password,
)
from events.settings import ConfigError
from events.site import Kiosk, PlaceKind, read_plan
from tests.central.contents import rows_of
from tests.central.sample import AFTER, PLAN, plan


def test_a_user_signs_in_with_the_right_password_alone(store):
    create_user(store, "ada", Role.MANAGER, "correct horse", AFTER)
    assert check_password(store, "ada", "correct horse") == User("ada", Role.MANAGER)
    assert check_password(store, "ada", "Correct horse") is None
    assert check_password(store, "eve", "correct horse") is None


def test_no_password_and_no_token_lies_in_the_store(store):
    create_user(store, "ada", Role.ADMIN, "correct horse", AFTER)
    token = invite(store, "bob", Role.VIEWER, AFTER)
    assert "correct horse" not in str(rows_of(store, tables.users))
    assert "$argon2id$" in str(rows_of(store, tables.users))
    assert token not in str(rows_of(store, tables.invitations))


@pytest.mark.parametrize(("name", "password"), [("", "long enough"), ("a\nb", "long enough"), ("ada", "short")])
def test_a_bad_name_or_password_makes_no_user(store, name, password):
    with pytest.raises(ValueError, match=r"characters"):
        create_user(store, name, Role.VIEWER, password, AFTER)
    assert list_users(store) == []


def test_a_name_is_given_once(store):
    create_user(store, "ada", Role.VIEWER, "correct horse", AFTER)
    with pytest.raises(ValueError, match="already"):
        create_user(store, "ada", Role.ADMIN, "correct horse", AFTER)
    assert list_users(store) == [User("ada", Role.VIEWER)]


def test_an_invitation_works_once_and_not_for_ever(store):
    token = invite(store, "bob", Role.LEAD, AFTER)
    assert invited(store, token, AFTER) == User("bob", Role.LEAD)
    assert redeem(store, token, "my own words", AFTER + timedelta(days=4)) is None
    assert redeem(store, token, "my own words", AFTER) == User("bob", Role.LEAD)
    assert redeem(store, token, "other words!", AFTER) is None
    assert check_password(store, "bob", "my own words") == User("bob", Role.LEAD)


def test_an_invitation_is_not_used_up_by_a_password_that_is_too_short(store):
    token = invite(store, "bob", Role.LEAD, AFTER)
    with pytest.raises(ValueError, match="characters"):
        redeem(store, token, "short", AFTER)
    assert redeem(store, token, "long enough", AFTER) is not None


def test_a_new_password_replaces_the_old_one(store):
    create_user(store, "ada", Role.VIEWER, "correct horse", AFTER)
    set_password(store, "ada", "battery staple")
    assert check_password(store, "ada", "correct horse") is None
    assert check_password(store, "ada", "battery staple") is not None


def test_each_role_may_do_what_those_before_it_may():
    assert Role.ADMIN.may(Role.VIEWER)
    assert Role.LEAD.may(Role.LEAD)
    assert not Role.MANAGER.may(Role.LEAD)


def test_the_plan_comes_back_as_it_was_saved(store):
    assert load_plan(store) is None
    save_plan(store, plan())
    assert load_plan(store) == plan()


def test_special_days_and_orders_survive(store):
    table = PLAN | {
        "stores": [PLAN["stores"][0] | {"hours": {"dates": {"2026-12-24": "09:00-13:00", "2026-12-25": "closed"}}}]
    }
    table["stores"][0]["zones"] = list(reversed(table["stores"][0]["zones"]))
    saved = read_plan(table)
    save_plan(store, saved)
    assert load_plan(store) == saved


def test_a_plan_is_read_once_and_again_when_another_process_has_saved_one(url):
    with open_store(url) as here, open_store(url) as there:
        save_plan(here, plan())
        read = load_plan(here)
        assert load_plan(here) is read
        save_plan(there, replace(plan(), chain="Acme Shoes"))
        assert load_plan(here).chain == "Acme Shoes"


def test_a_plan_that_does_not_hold_together_changes_nothing(store):
    save_plan(store, plan())
    shop = plan().stores[0]
    stray = replace(shop, kiosks=(*shop.kiosks, Kiosk("k9", PlaceKind.ZONE, at="cellar")))
    with pytest.raises(ConfigError, match="cellar"):
        save_plan(store, replace(plan(), stores=(stray,)))
    assert load_plan(store) == plan()
