"""What every number means, in plain words: the one text that pages, charts and the definitions page show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    """One metric: its label, what it tells, how it is worked out, and which direction is welcome."""

    label: str
    says: str
    formula: str
    better: str = ""
    """`more`, `less`, or empty where neither is good in itself."""


GROUPS: dict[str, dict[str, Definition]] = {
    "What shoppers say": {
        "happy_index": Definition(
            "Happy index",
            "How happy the shoppers who answered were: 100 if everybody pressed the best face, 0 if the worst.",
            "The best face counts 100, the worst 0, those between in equal steps; the average of the clean votes.",
            "more",
        ),
        "index_raw": Definition(
            "Happy index, all votes",
            "The happy index over every vote, doubtful ones included.",
            "sum(votes x weight) / votes, weights 100 (best) to 0 (worst) in equal steps",
            "more",
        ),
        "index_clean": Definition(
            "Happy index, clean",
            "The happy index without votes that look like play: hammering, palms, several fingers.",
            "The same average over the votes without a flag.",
            "more",
        ),
        "index_smoothed": Definition(
            "Happy index, smoothed",
            "The index pulled gently towards the last 28 days while there are few votes. Rankings use it.",
            "(W x usual + n x index) / (W + n); W at most 30 votes, from how much kiosks differ",
            "more",
        ),
        "index_footfall_weighted": Definition(
            "Happy index, weighted by footfall",
            "The index as if every shopper had been equally likely to answer: busy hours count for more.",
            "sum(footfall of the hour x index of the hour) / sum(footfall); hours under 5 votes join their neighbours",
            "more",
        ),
        "net_happiness": Definition(
            "Net happiness",
            "Happy minus unhappy answers, in percent; the middle face of five counts for neither.",
            "(votes in the upper half - votes in the lower half) / votes",
            "more",
        ),
        "top2": Definition(
            "Top two answers",
            "The share of votes on the best two faces.",
            "votes on the best two / votes, with a Wilson interval",
            "more",
        ),
        "score": Definition(
            "Score of the question",
            "What the kind of question gives: the share of good answers, or promoters less detractors. Clean votes.",
            "CSAT: 4 and 5 of 5; CES: 4 and 5 of 5; NPS: 9-10 less 0-6; yes/no: yes",
            "more",
        ),
        "score_raw": Definition(
            "Score of the question, all votes", "The same with doubtful votes.", "as above, over all votes", "more"
        ),
        "votes": Definition("Votes", "Taps that were taken as an answer.", "taps that are no test and hit a face"),
        "flag_rate": Definition(
            "Doubtful votes",
            "The share of votes that look like play rather than an answer; kept, shown, left out of the clean index.",
            "flagged votes / votes",
            "less",
        ),
        "response_rate": Definition(
            "Response rate",
            "How many of the people who walked out past the kiosk gave an answer.",
            "votes / people out across the kiosk's exit line, same open hours",
            "more",
        ),
        "skip_rate": Definition(
            "Skip rate",
            "How many came up to the kiosk and left without a tap. Needs a presence sensor.",
            "visits to the kiosk without a tap / visits to the kiosk",
            "less",
        ),
    },
    "The door": {
        "entries": Definition(
            "Entries",
            "People who came in, without those who turned round at once. Not unique visitors.",
            "IN crossings - U-turns within 10 s, over all doors",
        ),
        "in": Definition("In", "Crossings of the doors towards the inside.", "IN crossings, as counted"),
        "out": Definition("Out", "Crossings of the doors towards the outside.", "OUT crossings, as counted"),
        "occupancy": Definition(
            "In the shop",
            "About how many people were in the shop, from what went in and out.",
            "running sum of IN - OUT since opening",
        ),
        "capture_rate": Definition(
            "Capture rate",
            "How many of those who passed outside came in. Needs a line that counts passers-by.",
            "entries / (entries + passers-by)",
            "more",
        ),
        "door_closure": Definition(
            "Door balance",
            "Whether as many left as came in. A health check of the counting, never its accuracy.",
            "|IN - OUT| / the larger of both, over a business day",
            "less",
        ),
    },
    "Zones": {
        "visits": Definition(
            "Visits",
            "Stays of 3 seconds and more. One person may make several.",
            "stays that ended in this time",
        ),
        "median": Definition(
            "Median stay",
            "Half of the visits were shorter, half longer.",
            "life-table estimate over the histogram; visits cut short by the camera count as 'at least'",
        ),
        "p90": Definition(
            "Long stays (p90)", "Nine visits in ten were shorter than this.", "life-table estimate, ninth decile"
        ),
        "engagement": Definition(
            "Engagement",
            "The share of visits long enough to look at something properly.",
            "stays of at least the zone's engaged time (30 s unless set) / stays",
            "more",
        ),
        "draw": Definition(
            "Draw",
            "Visits to this zone for each 100 people who entered the shop; may pass 100.",
            "100 x visits / entries of the store",
            "more",
        ),
        "bounce": Definition("Bounce", "Visits that ended within 10 seconds.", "stays under 10 s / stays", "less"),
        "pass_by": Definition("Pass-by", "Visits of under 5 seconds: people on their way.", "stays under 5 s / stays"),
        "person_seconds": Definition(
            "Time spent", "All the time that people spent here, added up.", "person-seconds inside"
        ),
        "mean_occupancy": Definition(
            "People at a time", "How many were here on average.", "person-seconds / seconds watched"
        ),
        "crowding": Definition(
            "Crowded time",
            "The share of time with more people here than the zone's limit.",
            "seconds above the limit / seconds watched",
            "less",
        ),
        "boundary_dwell": Definition(
            "Stay by the border count",
            "Time spent for each person who walked in; a check on the median that lost tracks do not disturb.",
            "person-seconds / people who crossed the border",
        ),
        "fragmentation": Definition(
            "Fragmentation",
            "How often one visit was taken for several. Above 1.3 the stays look shorter than they were.",
            "stays / stays that began at the border",
            "less",
        ),
    },
    "Queues": {
        "median_wait": Definition(
            "Median wait", "Half of the shoppers who were served had waited less than this.", "life table over waits",
            "less",
        ),
        "wait_median": Definition("Median wait", "Half of the waits were shorter.", "life table over waits", "less"),
        "wait_p90": Definition("Long waits (p90)", "Nine waits in ten were shorter.", "life table over waits", "less"),
        "sla": Definition(
            "Served in time",
            "The share of shoppers who were served within the target.",
            "waits up to the zone's target / waits",
            "more",
        ),
        "abandonment": Definition(
            "Walked away",
            "Shoppers who queued for 20 seconds or more and left without being served.",
            "stays of 20 s and more that end elsewhere / all such stays",
            "less",
        ),
    },
    "Fitting rooms": {
        "arrivals": Definition("Arrivals", "People who came to the fitting rooms.", "arrivals in the lobby"),
        "checks": Definition(
            "Rooms to look at",
            "Rooms found shut for half an hour with nobody in them.",
            "rooms shut for 30 min without presence",
            "less",
        ),
        "unanswered": Definition(
            "Unanswered calls", "Calls to which nobody came before the room was left.", "calls that ended unanswered",
            "less",
        ),
        "sessions": Definition("Sessions", "Times a fitting room was used.", "occupied rooms that became free again"),
        "utilisation": Definition(
            "In use", "The share of room time that was occupied.", "occupied room-seconds / (rooms x open seconds)"
        ),
        "saturation": Definition(
            "All rooms taken",
            "The share of open time in which nobody could have got a room.",
            "time with every room occupied / open time",
            "less",
        ),
        "session_median": Definition("Median session", "Half of the sessions were shorter.", "life table"),
        "session_p90": Definition("Long sessions (p90)", "Nine sessions in ten were shorter.", "life table"),
        "wait_within_180": Definition(
            "Room within 3 minutes", "The share that got a room within 3 minutes.", "waits up to 180 s / waits", "more"
        ),
        "turn_away": Definition(
            "Turned away",
            "Came to the fitting rooms and had none within 10 minutes.",
            "arrivals without a session within 10 min / arrivals",
            "less",
        ),
        "calls": Definition("Calls for help", "Presses of the call button.", "calls that were not withdrawn"),
        "answered": Definition("Answered calls", "Calls to which somebody came.", "answered / calls", "more"),
        "sla_120": Definition(
            "Help within 2 minutes",
            "The share of calls that somebody came to within 120 seconds. Nobody coming is a failure, not a gap.",
            "answered within 120 s / calls not withdrawn",
            "more",
        ),
        "assistance": Definition(
            "Help within 2 minutes",
            "The share of calls from fitting rooms that somebody came to within 120 seconds.",
            "answered within 120 s / calls not withdrawn",
            "more",
        ),
        "answer_median": Definition(
            "Median time to help", "Half of the answered calls were answered sooner.", "life table", "less"
        ),
    },
    "Scores": {
        "zone_experience": Definition(
            "Zone experience",
            "One number from 0 to 100 for a place: what shoppers say there, how easy it was, how engaged they were.",
            "0.5 sentiment + 0.3 ease + 0.2 engagement, over the parts that can be known; no score below half of them",
            "more",
        ),
        "fitting_rooms": Definition(
            "Fitting-room experience",
            "One number from 0 to 100: what shoppers say there, help in time, waiting, room to spare.",
            "0.35 sentiment + 0.30 help within 2 min + 0.20 room within 3 min + 0.15 (1 - all rooms taken)",
            "more",
        ),
        "sentiment": Definition("Sentiment", "The smoothed happy index of the kiosks paired with the place.",
                                "smoothed happy index", "more"),
        "ease": Definition("Ease", "How often it went smoothly: served in time, or not crowded.",
                           "100 x P(wait within target), or 100 x (1 - crowded time)", "more"),
        "room_to_spare": Definition("Room to spare", "How often a fitting room was free.",
                                    "100 x (1 - all rooms taken)", "more"),
        "wait": Definition("Waiting", "How often a room was had within 3 minutes.", "100 x P(wait <= 3 min)", "more"),
    },
    "Trust": {
        "completeness": Definition(
            "Completeness",
            "How much of what the devices should have sent has arrived. Every device reports each quarter of an hour.",
            "reports received / reports due in open hours",
            "more",
        ),
        "coverage": Definition(
            "Coverage",
            "The share of open time in which the sensor could see: covered, dark or moved cameras do not count.",
            "valid seconds / open seconds",
            "more",
        ),
    },
}  # fmt: skip

ALL: dict[str, Definition] = {name: item for group in GROUPS.values() for name, item in group.items()}

_ALIASES = {"ZX": "zone_experience", "FX": "fitting_rooms"}

FLAGS: dict[str, str] = {
    "partial": "Partial: devices were silent or blind for some of this time, so the number may be off.",
    "too few": "Too few people to say without pointing at one; the day part or the day may say more.",
    "no data": "No data: nothing was received for this. That is not a zero.",
    "fragmented": "Fragmented: people were lost and found again, so stays look shorter than they were.",
    "not audited": "Not audited: nobody has counted alongside yet, so the error of the count is not known.",
    "pooled": "Pooled: hours with few votes were joined with their neighbours.",
}


def plain_name(metric: str) -> str:
    """`zone_experience` for `ZX`; other names as they are."""
    return _ALIASES.get(metric, metric)


def definition(metric: str) -> Definition:
    """The definition of a metric; a metric we have no words for keeps its name."""
    return ALL.get(plain_name(metric)) or Definition(metric.replace("_", " ").capitalize(), "", "")
