"""`floorpulse central`: collector and web; and the verbs around the store."""

import argparse
import getpass
import json
import sys
import tomllib
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import SQLAlchemyError

from central.broker_options import broker_options, mosquitto_options, reached, write_mosquitto
from central.store import Store, open_store
from central.store.engine import reason_of
from central.store.users import Role, User
from events.settings import ConfigError

DEFAULT_STORE = "sqlite:///central.db"


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0, or one sentence on standard error and 1."""
    options = _parser().parse_args(argv)
    try:
        options.run(options)
    except (ConfigError, ValueError) as error:
        sys.exit(f"floorpulse central: {error}")
    except SQLAlchemyError as error:
        sys.exit(f"floorpulse central: the store failed: {reason_of(error)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("floorpulse central", description="Collector, store, reports and site setup.")
    broker_options(parser, "127.0.0.1:1883")
    parser.add_argument("--port", default=8080, type=int, help="of the reports; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="address that the reports listen on")
    _common(parser, DEFAULT_STORE)
    parser.set_defaults(run=_serve)
    verbs = parser.add_subparsers(title="verbs; without one, collector and web run", metavar="VERB")
    broker_options(_verb(verbs, "collector", _collector, "run a collector alone, beside others"), argparse.SUPPRESS)
    _verb(verbs, "load", _load, "take history from a batch file").add_argument("file", type=Path)
    _verb(verbs, "rebuild", _rebuild, "make the roll-ups anew from the ledger")
    _verb(verbs, "backup", _backup, "copy the store into a new file, while it is used").add_argument("file", type=Path)
    _verb(verbs, "restore", _restore, "put a backup into an empty store").add_argument("file", type=Path)
    _verb(verbs, "key", _key, "print the key that devices check the centre's signature with")
    _verb(verbs, "traced", _traced, "every metric with its facts, fields and function, as markdown")
    broker = _verb(verbs, "broker", _broker, "run the embedded MQTT broker on the loopback")
    broker.add_argument("--port", default=1883, type=int, help="for MQTT 5")
    broker.add_argument("--old-port", type=int, help="for MQTT 3.1.1")
    mosquitto_options(_verb(verbs, "mosquitto", write_mosquitto, "write the configuration of a server's broker"))
    _plan_verbs(_verb(verbs, "plan", None, "load or show the plan of the shops"))
    _user_verbs(_verb(verbs, "user", None, "who may sign in"))
    return parser


def _verb(verbs: Any, name: str, run: Callable[..., None] | None, words: str) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=words, description=words)
    if run is not None:
        _common(verb, argparse.SUPPRESS)
        verb.set_defaults(run=run)
    return verb


def _common(parser: argparse.ArgumentParser, store: str) -> None:
    parser.add_argument("--store", default=store, metavar="URL", help=f"default: {DEFAULT_STORE}")
    json_default = False if store is DEFAULT_STORE else argparse.SUPPRESS
    parser.add_argument("--json", action="store_true", default=json_default)


def _plan_verbs(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    _verb(verbs, "load", _plan_load, "replace the plan by a TOML or JSON file").add_argument("file", type=Path)
    _verb(verbs, "show", _plan_show, "print the plan as JSON")


def _user_verbs(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    add = _verb(verbs, "add", _user_add, "a new user; asks for the password")
    add.add_argument("name")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    _stores_option(add)
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    invite = _verb(verbs, "invite", _user_invite, "a one-time link, for a new user or a new password")
    invite.add_argument("name")
    invite.add_argument("--role", required=True, choices=[role.value for role in Role])
    _stores_option(invite)
    remove = _verb(verbs, "remove", _user_remove, "take a user away; their sessions end at once")
    remove.add_argument("name")
    _verb(verbs, "list", _user_list, "names, roles and stores")


def _stores_option(parser: argparse.ArgumentParser) -> None:
    words = "the stores that a viewer or manager sees; without it, all"
    parser.add_argument("--stores", nargs="+", default=[], metavar="STORE", help=words)


def _serve(options: argparse.Namespace) -> None:
    from central.serving import serve

    with open_store(options.store) as store:
        serve(store, reached(options), options.host, options.port, options.json)


def _collector(options: argparse.Namespace) -> None:
    from central.serving import collect

    with open_store(options.store) as store:
        collect(store, reached(options), options.json)


def _broker(options: argparse.Namespace) -> None:
    from central.broker import serve

    serve(options.port, options.old_port)


def _load(options: argparse.Namespace) -> None:
    from central.loading import load

    with open_store(options.store) as store, _progress("Loading") as progress:
        loaded = load(store, options.file, progress)
    if options.json:
        print(json.dumps(asdict(loaded) | {"facts_per_second": round(loaded.facts_per_second)}))
        return
    print(f"{loaded.facts} facts from {loaded.batches} batches in {loaded.seconds:.1f} s.")
    for name in ("duplicates", "gaps", "lost", "quarantined"):
        if getattr(loaded, name):
            print(f"{name}: {getattr(loaded, name)}")


def _rebuild(options: argparse.Namespace) -> None:
    from central.store.rebuilding import rebuild

    with open_store(options.store) as store, _progress("Rebuilding") as progress:
        facts = rebuild(store, progress)
    print(json.dumps({"facts": facts}) if options.json else f"Roll-ups made anew from {facts} facts.")


def _backup(options: argparse.Namespace) -> None:
    from central.store.backup import backup

    with open_store(options.store) as store, _progress("Backing up") as progress:
        facts = backup(store, options.file, progress)
    print(json.dumps({"facts": facts}) if options.json else f"{options.file} holds the store with {facts} facts.")


def _restore(options: argparse.Namespace) -> None:
    from central.store.backup import restore

    with open_store(options.store) as store, _progress("Restoring") as progress:
        facts = restore(store, options.file, progress)
    print(json.dumps({"facts": facts}) if options.json else f"The store is as it was in {options.file}: {facts} facts.")


def _key(options: argparse.Namespace) -> None:
    """The form in which a device's TOML names it: `[sync] centre_key = FILE`."""
    from central.signing import public_pem

    with open_store(options.store) as store:
        pem = public_pem(store)
    print(json.dumps({"centre_key": pem}) if options.json else pem.rstrip())


def _traced(options: argparse.Namespace) -> None:
    from central.traced import TRACED, markdown

    print(json.dumps([asdict(metric) for metric in TRACED]) if options.json else markdown())


@contextmanager
def _progress(words: str) -> Any:
    """A bar on standard error, where that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn(words), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(words)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plan_load(options: argparse.Namespace) -> None:
    from central.store.plans import save_plan
    from events.site import read_plan

    plan = read_plan(_table(options.file), str(options.file))
    with open_store(options.store) as store:
        save_plan(store, plan)
    told = {"chain": plan.chain, "stores": [shop.id for shop in plan.stores]}
    print(json.dumps(told) if options.json else f"{plan.chain}: {len(plan.stores)} stores.")


def _table(path: Path) -> Any:
    """The tables of a plan file: JSON where it begins with a brace, else TOML."""
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:  # the errors of JSON, TOML and UTF-8 are ValueErrors
        raise ConfigError(f"{path}: {error}") from error


def _plan_show(options: argparse.Namespace) -> None:
    from central.store.plans import as_table, load_plan

    with open_store(options.store) as store:
        plan = load_plan(store)
    if plan is None:
        raise ConfigError("the store has no plan yet; floorpulse central plan load FILE")
    print(json.dumps(as_table(plan), indent=None if options.json else 2))


def _user_add(options: argparse.Namespace) -> None:
    from central.store.users import create_user

    password = sys.stdin.readline().rstrip("\n") if options.password_stdin else getpass.getpass()
    with open_store(options.store) as store:
        _check_stores(store, options.stores)
        user = create_user(store, options.name, Role(options.role), password, datetime.now(UTC), options.stores)
    print(json.dumps(_user(user)) if options.json else f"{user.name} may sign in as {user.role}{_where(user.stores)}.")


def _check_stores(store: Store, named: Sequence[str]) -> None:
    """ConfigError for a store that the plan does not have."""
    from central.store.plans import load_plan

    plan = load_plan(store)
    known = {shop.id for shop in plan.stores} if plan else set()
    for name in named:
        if name not in known:
            raise ConfigError(f"the plan has no store {name!r}; it has {', '.join(sorted(known)) or 'none yet'}")


def _user_invite(options: argparse.Namespace) -> None:
    from central.store.users import INVITATION_HOURS, invite

    with open_store(options.store) as store:
        _check_stores(store, options.stores)
        token = invite(store, options.name, Role(options.role), datetime.now(UTC), options.stores)
    told = {"path": f"/invitation/{token}", "hours": INVITATION_HOURS}
    print(json.dumps(told) if options.json else f"Good once, for {INVITATION_HOURS} hours: {told['path']}")


def _user_remove(options: argparse.Namespace) -> None:
    from central.store.users import find_user, remove_user

    with open_store(options.store) as store:
        if find_user(store, options.name) is None:
            raise ConfigError(f"there is no user {options.name!r}")
        remove_user(store, options.name)
    print(json.dumps({"removed": options.name}) if options.json else f"{options.name} is out.")


def _user_list(options: argparse.Namespace) -> None:
    from central.store.users import list_users

    with open_store(options.store) as store:
        users = list_users(store)
    lines = (f"{user.name}  {user.role}{_where(user.stores)}" for user in users)
    print(json.dumps([_user(user) for user in users]) if options.json else "\n".join(lines))


def _user(user: User) -> dict[str, Any]:
    return {"name": user.name, "role": user.role.value, "stores": sorted(user.stores)}


def _where(stores: frozenset[str]) -> str:
    return f" of {', '.join(sorted(stores))}" if stores else ""


if __name__ == "__main__":
    sys.exit(main())
