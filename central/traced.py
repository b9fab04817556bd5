"""Every metric of the definitions: the facts and fields it comes from and the functions that compute it.

The table is held against the code by a test; `floorpulse central traced` prints it for the documentation.
"""

from dataclasses import dataclass

NOT_YET = "not yet computed"


@dataclass(frozen=True)
class Traced:
    """`fields` are `Fact.field`; `functions` are paths below `central`; without one the metric is not yet computed."""

    section: str
    metric: str
    fields: tuple[str, ...]
    functions: tuple[str, ...] = ()


def _of(section: str, *rows: tuple[str, str, str]) -> tuple[Traced, ...]:
    return tuple(
        Traced(section, metric, tuple(fields.split()), tuple(functions.split())) for metric, fields, functions in rows
    )


_VOTE = "Tap.answer Tap.scale Tap.kind Tap.flags"
_LEVELS = "reports.votes.Votes.levels"
_DWELL = "DwellSummary.completed DwellSummary.censored"
_OCCUPANCY = "OccupancySummary.person_seconds OccupancySummary.valid_seconds"
_FLAGS = "reports.feedback.index_measures"

TRACED: tuple[Traced, ...] = (
    *_of(
        "Feedback",
        ("Votes", _VOTE, _LEVELS),
        ("Happy index HI", _VOTE, "scores.feedback.weights scores.feedback.happy_index"),
        ("Index over several scales", _VOTE, "scores.feedback.weighted_index"),
        ("index_raw, index_clean", _VOTE, f"{_FLAGS} scores.feedback.index_interval"),
        ("flag_rate", _VOTE, "scores.feedback.flag_rate"),
        ("Net happiness", _VOTE, "scores.feedback.net_happiness"),
        ("Smoothed index HI_s and its interval", _VOTE, "scores.feedback.smoothed_index scores.feedback.level_shares"),
        ("Weight W of the prior", _VOTE, "scores.feedback.prior_weight reports.votes.prior_of"),
        ("Top-2 share", _VOTE, "scores.feedback.top2_share"),
        ("CSAT", _VOTE, "scores.feedback.csat scores.feedback.question_score"),
        ("CES", _VOTE, "scores.feedback.ces scores.feedback.question_score"),
        ("NPS", _VOTE, "scores.feedback.nps scores.feedback.question_score"),
        ("Yes/no", _VOTE, "scores.feedback.yes_share scores.feedback.question_score"),
        ("Reasons", "Reason.question Reason.reason Reason.tap", "reports.feedback.reasons"),
        ("Response rate", f"{_VOTE} CrossingCount.outs", "scores.feedback.response_rate"),
        ("Skip rate", "Impressions.presences Impressions.tapped", "scores.feedback.skip_rate"),
        ("Hesitation", "Impressions.hesitation", ""),
        (
            "Footfall-weighted index HI_fw",
            f"{_VOTE} CrossingCount.ins CrossingCount.uturns",
            "scores.footfall.footfall_weighted_index scores.footfall.pools",
        ),
    ),
    *_of(
        "Door",
        ("IN / OUT", "CrossingCount.ins CrossingCount.outs", "reports.doors.door_measures"),
        ("Entries E", "CrossingCount.ins CrossingCount.uturns", "scores.door.entries reports.doors.store_entries"),
        ("Door closure error", "CrossingCount.ins CrossingCount.outs", "scores.door.door_closure"),
        ("Capture rate", "CrossingCount.ins CrossingCount.outs CrossingCount.uturns", "scores.door.capture_rate"),
        ("Audit error", "CrossingCount.ins CrossingCount.outs", "scores.door.crossing_error"),
        (
            "Interval from audits",
            "CrossingCount.ins CrossingCount.outs CrossingCount.cell",
            "scores.audit.audit_error scores.audit.audited_range scores.audit.still_needed reports.audits.audited_line",
        ),
    ),
    *_of(
        "Zone",
        ("Visits (stays)", "ZoneSummary.stays", "reports.dwell.zone_measures"),
        ("Boundary entries B", "ZoneSummary.entries", "reports.dwell.zone_measures"),
        ("Person-seconds PS", "OccupancySummary.person_seconds", "reports.dwell.zone_measures"),
        ("Mean occupancy", _OCCUPANCY, "scores.zone.mean_occupancy"),
        ("Crowding", "OccupancySummary.occupancy_seconds", "scores.zone.crowding"),
        ("Dwell distribution", _DWELL, "reports.dwell.zone_dwell"),
        (
            "Median and p90 with Greenwood's interval",
            _DWELL,
            "scores.dwell.life_table scores.dwell.quantile scores.dwell.median scores.dwell.p90",
        ),
        ("Boundary dwell", f"{_OCCUPANCY} ZoneSummary.entries", "scores.dwell.boundary_dwell"),
        (
            "Fragmentation phi",
            f"{_DWELL} DwellSummary.born_inside DwellSummary.from_boundary",
            "scores.dwell.fragmentation",
        ),
        ("Pass-by", _DWELL, "scores.dwell.pass_by_rate"),
        ("Bounce", _DWELL, "scores.dwell.bounce_rate"),
        ("Engagement rate", _DWELL, "scores.dwell.engagement_rate"),
        ("Draw", "ZoneSummary.stays CrossingCount.ins CrossingCount.uturns", "scores.zone.draw"),
        ("Heat cell", "HeatCells.warmth", ""),
        ("Flow", "FlowMatrix.flows", ""),
    ),
    *_of(
        "Queue",
        ("Length", _OCCUPANCY, "scores.zone.mean_occupancy"),
        ("Wait median and p90", "QueueSummary.served", "scores.zone.wait_quantile"),
        ("Abandonment", "QueueSummary.served QueueSummary.left", "scores.zone.abandonment"),
        ("SLA", "QueueSummary.served", "scores.zone.queue_sla"),
        (
            "Cross-check by Little's law",
            "QueueSummary.served OccupancySummary.valid_seconds",
            "scores.zone.queue_length_by_littles_law",
        ),
    ),
    *_of(
        "Fitting rooms",
        ("Sessions", "RoomSummary.sessions", "reports.rooms.room_measures"),
        ("Utilisation", "RoomUse.occupied_seconds RoomUse.rooms RoomUse.cell", "scores.rooms.utilisation"),
        ("Saturation", "RoomUse.saturated_seconds RoomUse.cell", "scores.rooms.saturation"),
        ("Session length median and p90", "RoomUse.sessions", "scores.rooms.session_quantile"),
        ("Wait median and p90", "RoomUse.waits RoomUse.no_wait", "scores.rooms.room_wait_quantile"),
        ("P(wait <= 3 min)", "RoomUse.waits RoomUse.no_wait", "scores.rooms.wait_within"),
        ("Turn-away", "RoomUse.turned_away RoomUse.waits RoomUse.no_wait", "scores.rooms.turn_away_rate"),
        ("SLA_120", "CallEnded.outcome CallEnded.waited_seconds", "scores.rooms.assistance_sla"),
        ("Time to an answer", "CallEnded.outcome CallEnded.waited_seconds", "scores.rooms.answer_quantile"),
        ("Calls still open", "Call.room CallEnded.call", "reports.rooms.rooms_of_group"),
    ),
    *_of(
        "Scores",
        ("Sentiment U_s", _VOTE, "reports.zonescore.sentiment"),
        (
            "Ease U_f",
            "QueueSummary.served OccupancySummary.occupancy_seconds",
            "scores.zone.queue_sla scores.experience.ease_of_crowding",
        ),
        (
            "Engagement U_e against a goal or the zone's own weeks",
            _DWELL,
            "scores.experience.engagement_against_goal scores.experience.engagement_against_history",
        ),
        ("Zone experience ZX", f"{_VOTE} {_DWELL}", "scores.experience.experience reports.zonescore.zone_score"),
        (
            "Fitting-room experience FX",
            f"{_VOTE} CallEnded.outcome RoomUse.waits RoomUse.saturated_seconds",
            "scores.experience.experience scores.experience.room_to_spare reports.rooms.fitting_room_score",
        ),
        ("Touchpoint journey", "CrossingCount.ins ZoneSummary.stays RoomUse.sessions", "reports.journey.journey"),
    ),
    *_of(
        "Alerts, experiments, goals",
        ("Alert (beta-binomial surprise)", _VOTE, ""),
        ("Slow drift (CUSUM)", _VOTE, ""),
        ("Layout experiment (difference in differences)", f"{_DWELL} CrossingCount.ins", ""),
        ("Goal of the chain beside each metric", "", "reports.measuring.with_goals"),
    ),
    *_of(
        "Quality and release",
        (
            "Completeness",
            "CrossingCount.cell ZoneSummary.cell RoomSummary.cell Impressions.cell CameraHealth.cell Health.backlog",
            "scores.quality.completeness reports.window.Stretch.quality",
        ),
        ("Coverage", "ZoneSummary.valid_seconds CrossingCount.valid_seconds", "scores.quality.coverage"),
        ("Partial", "", "scores.quality.is_partial"),
        (
            "Grade of a camera's day",
            "CameraHealth.valid_seconds CameraHealth.state CrossingCount.ins CrossingCount.outs DwellSummary.completed "
            "DwellSummary.censored DwellSummary.born_inside DwellSummary.from_boundary OccupancySummary.person_seconds",
            "reports.trust.camera_grades scores.trust.graded scores.trust.worst",
        ),
        ("Interior births", "DwellSummary.born_inside", "scores.trust.interior_births"),
        (
            "Person-seconds against stays",
            "OccupancySummary.person_seconds DwellSummary.completed DwellSummary.censored DwellSummary.born_inside",
            "scores.trust.presence_ratio scores.trust.disagreement",
        ),
        ("Freshness", "Health.backlog", "reports.devices.device_states"),
        ("Clock quality", "ClockSync.quality", "store.reading.last_words"),
        ("Corrected times", "ClockSync.wall_after ClockSync.quality", "store.clocks.placed"),
        ("Baseline of the same weekdays", "", "reports.measuring.compared"),
    ),
)


def markdown() -> str:
    """The table for the documentation."""
    lines = ["| section | metric | facts and fields | computed by |", "|---|---|---|---|"]
    return "\n".join([*lines, *map(_line, TRACED)])


def _line(row: Traced) -> str:
    fields = ", ".join(f"`{field}`" for field in row.fields) or "-"
    functions = ", ".join(f"`central.{function}`" for function in row.functions) or NOT_YET
    return f"| {row.section} | {row.metric} | {fields} | {functions} |"
