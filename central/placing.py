"""Gives a member of a batch that cannot say who it is the place that its neighbours leave open for it."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from events.codec import Refused
from events.envelope import Event
from events.facts import Lost
from events.topics import Address

Member = Event | Refused
_EPOCH = re.compile(r"[0-9a-f]{12}")


def placed(members: Sequence[Member], address: Address) -> list[Member]:
    """The members, those that are not the sender's own as refused ones of the sequence numbers they must have.

    The members of a batch follow each other without a hole: what stands before an event of the sender, and after
    the one that its number leads one to expect there, is what lies between them. Where this is not so nothing is
    made up. Without it one bad member would be sent again for ever, and block all that comes after it.
    """
    found = list(members)
    for start, end in _strangers(found, address):
        last = found[end]
        numbers = range(first_of(last) - (end - start), first_of(last))
        if numbers.start >= 1 and (start == 0 or _follows(numbers.start, found[start - 1], last)):
            pairs = zip(numbers, found[start:end], strict=True)
            found[start:end] = [_refused(member, last, number) for number, member in pairs]
    return found


def is_own(member: Member, address: Address) -> bool:
    """Whether a member is of a stream of this device."""
    of = (address.tenant, address.store, address.device)
    return member.source is not None and member.source[:3] == of and bool(_EPOCH.fullmatch(member.epoch))


def first_of(member: Member) -> int:
    """The first sequence that a member stands for: a loss covers all that came before it, down to its `first`."""
    if isinstance(member, Event) and isinstance(member.fact, Lost):
        return min(member.fact.first, member.sequence)
    return member.sequence


def raw_of(member: Member) -> bytes:
    return (member.raw if isinstance(member, Refused) else repr(member)).encode()


def _strangers(members: Sequence[Member], address: Address) -> Iterator[tuple[int, int]]:
    """Runs of members that are not the sender's own, each followed by one that is: from, up to."""
    start = 0
    for own, run in groupby([is_own(member, address) for member in members]):
        end = start + len(list(run))
        if not own and end < len(members):
            yield start, end
        start = end


def _follows(number: int, before: Member, last: Member) -> bool:
    return (before.source, before.epoch, before.sequence + 1) == (last.source, last.epoch, number)


def _refused(member: Member, neighbour: Member, number: int) -> Refused:
    why = member.why if isinstance(member, Refused) else f"the source {member.source} is not the sender of the topic"
    return Refused(why, raw_of(member).decode(), neighbour.epoch, number, neighbour.source)
