-- The tables of schema 1, as the first release made them on SQLite.
CREATE TABLE counts ( name VARCHAR NOT NULL, value BIGINT NOT NULL, PRIMARY KEY (name) );
CREATE TABLE invitation_stores ( token_hash VARCHAR NOT NULL, store VARCHAR NOT NULL, PRIMARY KEY (token_hash,
    store) );
CREATE TABLE invitations ( token_hash VARCHAR NOT NULL, name VARCHAR NOT NULL, role VARCHAR NOT NULL, expires BIGINT
    NOT NULL, PRIMARY KEY (token_hash) );
CREATE TABLE "plan" ( tenant VARCHAR NOT NULL, chain VARCHAR NOT NULL, PRIMARY KEY (tenant) );
CREATE TABLE plan_goals ( metric VARCHAR NOT NULL, target FLOAT NOT NULL, PRIMARY KEY (metric) );
CREATE TABLE plan_stores ( id VARCHAR NOT NULL, position INTEGER NOT NULL, name VARCHAR NOT NULL, region VARCHAR NOT
    NULL, hours TEXT NOT NULL, PRIMARY KEY (id) );
CREATE TABLE quarantine ( number INTEGER NOT NULL, received BIGINT NOT NULL, topic VARCHAR NOT NULL, why VARCHAR NOT
    NULL, raw BLOB NOT NULL, PRIMARY KEY (number) );
CREATE TABLE schema_version ( version INTEGER NOT NULL, PRIMARY KEY (version) );
CREATE TABLE sites ( site INTEGER NOT NULL, tenant VARCHAR NOT NULL, store VARCHAR NOT NULL, PRIMARY KEY (site),
    UNIQUE (tenant, store) );
CREATE TABLE user_stores ( name VARCHAR NOT NULL, store VARCHAR NOT NULL, PRIMARY KEY (name, store) );
CREATE TABLE users ( name VARCHAR NOT NULL, role VARCHAR NOT NULL, password_hash VARCHAR, created BIGINT NOT NULL,
    PRIMARY KEY (name) );
CREATE TABLE web_keys ( name VARCHAR NOT NULL, secret VARCHAR NOT NULL, PRIMARY KEY (name) );
CREATE TABLE device_health ( site INTEGER NOT NULL, device VARCHAR NOT NULL, at BIGINT NOT NULL, software VARCHAR
    NOT NULL, uptime_seconds FLOAT NOT NULL, disk_free_mb BIGINT NOT NULL, memory_free_mb BIGINT NOT NULL, backlog
    BIGINT NOT NULL, temperature_c FLOAT, PRIMARY KEY (site, device), FOREIGN KEY(site) REFERENCES sites (site) );
CREATE TABLE device_seen ( site INTEGER NOT NULL, device VARCHAR NOT NULL, last_seen BIGINT NOT NULL, last_tap
    BIGINT NOT NULL, PRIMARY KEY (site, device), FOREIGN KEY(site) REFERENCES sites (site) );
CREATE TABLE plan_kiosks ( store VARCHAR NOT NULL, position INTEGER NOT NULL, device VARCHAR NOT NULL, place VARCHAR
    NOT NULL, at VARCHAR NOT NULL, label VARCHAR NOT NULL, exit_line VARCHAR, PRIMARY KEY (store, position), FOREIGN
    KEY(store) REFERENCES plan_stores (id) );
CREATE TABLE plan_lines ( store VARCHAR NOT NULL, position INTEGER NOT NULL, name VARCHAR NOT NULL, role VARCHAR NOT
    NULL, device VARCHAR NOT NULL, label VARCHAR NOT NULL, behind VARCHAR, PRIMARY KEY (store, position), FOREIGN
    KEY(store) REFERENCES plan_stores (id) );
CREATE TABLE plan_rooms ( store VARCHAR NOT NULL, position INTEGER NOT NULL, name VARCHAR NOT NULL, device VARCHAR
    NOT NULL, rooms INTEGER NOT NULL, label VARCHAR NOT NULL, PRIMARY KEY (store, position), FOREIGN KEY(store)
    REFERENCES plan_stores (id) );
CREATE TABLE plan_zones ( store VARCHAR NOT NULL, position INTEGER NOT NULL, name VARCHAR NOT NULL, kind VARCHAR NOT
    NULL, device VARCHAR NOT NULL, label VARCHAR NOT NULL, crowded_above INTEGER NOT NULL, engaged_seconds INTEGER NOT
    NULL, target_wait_seconds INTEGER NOT NULL, engagement_goal FLOAT, service VARCHAR, PRIMARY KEY (store, position),
    FOREIGN KEY(store) REFERENCES plan_stores (id) );
CREATE TABLE roll_calls ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device VARCHAR NOT
    NULL, room_group VARCHAR NOT NULL, calls BIGINT NOT NULL, answered BIGINT NOT NULL, unanswered BIGINT NOT NULL,
    withdrawn BIGINT NOT NULL, within_120 BIGINT NOT NULL, at_once BIGINT NOT NULL, answer_0 BIGINT NOT NULL, answer_1
    BIGINT NOT NULL, answer_2 BIGINT NOT NULL, answer_3 BIGINT NOT NULL, answer_4 BIGINT NOT NULL, answer_5 BIGINT NOT
    NULL, answer_6 BIGINT NOT NULL, answer_7 BIGINT NOT NULL, answer_8 BIGINT NOT NULL, answer_9 BIGINT NOT NULL,
    answer_10 BIGINT NOT NULL, answer_11 BIGINT NOT NULL, answer_12 BIGINT NOT NULL, answer_13 BIGINT NOT NULL,
    answer_14 BIGINT NOT NULL, answer_15 BIGINT NOT NULL, answer_16 BIGINT NOT NULL, answer_17 BIGINT NOT NULL, PRIMARY
    KEY (site, start, length, device, room_group), FOREIGN KEY(site) REFERENCES sites (site) ) WITHOUT ROWID;
CREATE TABLE roll_cameras ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device VARCHAR
    NOT NULL, "view" VARCHAR NOT NULL, cells BIGINT NOT NULL, valid_seconds BIGINT NOT NULL, ok BIGINT NOT NULL,
    unplugged BIGINT NOT NULL, frozen BIGINT NOT NULL, dark BIGINT NOT NULL, covered BIGINT NOT NULL, moved BIGINT NOT
    NULL, starting BIGINT NOT NULL, PRIMARY KEY (site, start, length, device, "view"), FOREIGN KEY(site) REFERENCES
    sites (site) ) WITHOUT ROWID;
CREATE TABLE roll_crossings ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device VARCHAR
    NOT NULL, line VARCHAR NOT NULL, cells BIGINT NOT NULL, ins BIGINT NOT NULL, outs BIGINT NOT NULL, uturns BIGINT NOT
    NULL, valid_seconds BIGINT NOT NULL, PRIMARY KEY (site, start, length, device, line), FOREIGN KEY(site) REFERENCES
    sites (site) ) WITHOUT ROWID;
CREATE TABLE roll_dwell ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device VARCHAR NOT
    NULL, zone VARCHAR NOT NULL, born_inside BIGINT NOT NULL, from_boundary BIGINT NOT NULL, completed_0 BIGINT NOT
    NULL, completed_1 BIGINT NOT NULL, completed_2 BIGINT NOT NULL, completed_3 BIGINT NOT NULL, completed_4 BIGINT NOT
    NULL, completed_5 BIGINT NOT NULL, completed_6 BIGINT NOT NULL, completed_7 BIGINT NOT NULL, completed_8 BIGINT NOT
    NULL, completed_9 BIGINT NOT NULL, completed_10 BIGINT NOT NULL, completed_11 BIGINT NOT NULL, completed_12 BIGINT
    NOT NULL, completed_13 BIGINT NOT NULL, completed_14 BIGINT NOT NULL, completed_15 BIGINT NOT NULL, completed_16
    BIGINT NOT NULL, completed_17 BIGINT NOT NULL, censored_0 BIGINT NOT NULL, censored_1 BIGINT NOT NULL, censored_2
    BIGINT NOT NULL, censored_3 BIGINT NOT NULL, censored_4 BIGINT NOT NULL, censored_5 BIGINT NOT NULL, censored_6
    BIGINT NOT NULL, censored_7 BIGINT NOT NULL, censored_8 BIGINT NOT NULL, censored_9 BIGINT NOT NULL, censored_10
    BIGINT NOT NULL, censored_11 BIGINT NOT NULL, censored_12 BIGINT NOT NULL, censored_13 BIGINT NOT NULL, censored_14
    BIGINT NOT NULL, censored_15 BIGINT NOT NULL, censored_16 BIGINT NOT NULL, censored_17 BIGINT NOT NULL, PRIMARY KEY
    (site, start, length, device, zone), FOREIGN KEY(site) REFERENCES sites (site) ) WITHOUT ROWID;
CREATE TABLE roll_heard ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device VARCHAR NOT
    NULL, facts BIGINT NOT NULL, unrecorded_taps BIGINT NOT NULL, PRIMARY KEY (site, start, length, device), FOREIGN
    KEY(site) REFERENCES sites (site) ) WITHOUT ROWID;
CREATE TABLE roll_impressions ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device
    VARCHAR NOT NULL, presences BIGINT NOT NULL, tapped BIGINT NOT NULL, hesitation_0 BIGINT NOT NULL, hesitation_1
    BIGINT NOT NULL, hesitation_2 BIGINT NOT NULL, hesitation_3 BIGINT NOT NULL, hesitation_4 BIGINT NOT NULL,
    hesitation_5 BIGINT NOT NULL, hesitation_6 BIGINT NOT NULL, hesitation_7 BIGINT NOT NULL, hesitation_8 BIGINT NOT
    NULL, PRIMARY KEY (site, start, length, device), FOREIGN KEY(site) REFERENCES sites (site) ) WITHOUT ROWID;
CREATE TABLE roll_occupancy ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device VARCHAR
    NOT NULL, zone VARCHAR NOT NULL, valid_seconds BIGINT NOT NULL, person_seconds BIGINT NOT NULL, people_0 BIGINT NOT
    NULL, people_1 BIGINT NOT NULL, people_2 BIGINT NOT NULL, people_3 BIGINT NOT NULL, people_4 BIGINT NOT NULL,
    people_5 BIGINT NOT NULL, people_6 BIGINT NOT NULL, people_7 BIGINT NOT NULL, people_8 BIGINT NOT NULL, PRIMARY KEY
    (site, start, length, device, zone), FOREIGN KEY(site) REFERENCES sites (site) ) WITHOUT ROWID;
CREATE TABLE roll_queues ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device VARCHAR NOT
    NULL, zone VARCHAR NOT NULL, served_0 BIGINT NOT NULL, served_1 BIGINT NOT NULL, served_2 BIGINT NOT NULL, served_3
    BIGINT NOT NULL, served_4 BIGINT NOT NULL, served_5 BIGINT NOT NULL, served_6 BIGINT NOT NULL, served_7 BIGINT NOT
    NULL, served_8 BIGINT NOT NULL, served_9 BIGINT NOT NULL, served_10 BIGINT NOT NULL, served_11 BIGINT NOT NULL,
    served_12 BIGINT NOT NULL, served_13 BIGINT NOT NULL, served_14 BIGINT NOT NULL, served_15 BIGINT NOT NULL,
    served_16 BIGINT NOT NULL, served_17 BIGINT NOT NULL, left_0 BIGINT NOT NULL, left_1 BIGINT NOT NULL, left_2 BIGINT
    NOT NULL, left_3 BIGINT NOT NULL, left_4 BIGINT NOT NULL, left_5 BIGINT NOT NULL, left_6 BIGINT NOT NULL, left_7
    BIGINT NOT NULL, left_8 BIGINT NOT NULL, left_9 BIGINT NOT NULL, left_10 BIGINT NOT NULL, left_11 BIGINT NOT NULL,
    left_12 BIGINT NOT NULL, left_13 BIGINT NOT NULL, left_14 BIGINT NOT NULL, left_15 BIGINT NOT NULL, left_16 BIGINT
    NOT NULL, left_17 BIGINT NOT NULL, PRIMARY KEY (site, start, length, device, zone), FOREIGN KEY(site) REFERENCES
    sites (site) ) WITHOUT ROWID;
CREATE TABLE roll_reasons ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device VARCHAR
    NOT NULL, question VARCHAR NOT NULL, reason VARCHAR NOT NULL, votes BIGINT NOT NULL, PRIMARY KEY (site, start,
    length, device, question, reason), FOREIGN KEY(site) REFERENCES sites (site) ) WITHOUT ROWID;
CREATE TABLE roll_room_use ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device VARCHAR
    NOT NULL, room_group VARCHAR NOT NULL, seconds BIGINT NOT NULL, room_seconds BIGINT NOT NULL, occupied_seconds
    BIGINT NOT NULL, saturated_seconds BIGINT NOT NULL, no_wait BIGINT NOT NULL, turned_away BIGINT NOT NULL, session_0
    BIGINT NOT NULL, session_1 BIGINT NOT NULL, session_2 BIGINT NOT NULL, session_3 BIGINT NOT NULL, session_4 BIGINT
    NOT NULL, session_5 BIGINT NOT NULL, session_6 BIGINT NOT NULL, session_7 BIGINT NOT NULL, session_8 BIGINT NOT
    NULL, session_9 BIGINT NOT NULL, session_10 BIGINT NOT NULL, session_11 BIGINT NOT NULL, session_12 BIGINT NOT NULL,
    session_13 BIGINT NOT NULL, session_14 BIGINT NOT NULL, session_15 BIGINT NOT NULL, session_16 BIGINT NOT NULL,
    session_17 BIGINT NOT NULL, wait_0 BIGINT NOT NULL, wait_1 BIGINT NOT NULL, wait_2 BIGINT NOT NULL, wait_3 BIGINT
    NOT NULL, wait_4 BIGINT NOT NULL, wait_5 BIGINT NOT NULL, wait_6 BIGINT NOT NULL, wait_7 BIGINT NOT NULL, wait_8
    BIGINT NOT NULL, wait_9 BIGINT NOT NULL, wait_10 BIGINT NOT NULL, wait_11 BIGINT NOT NULL, wait_12 BIGINT NOT NULL,
    wait_13 BIGINT NOT NULL, wait_14 BIGINT NOT NULL, wait_15 BIGINT NOT NULL, wait_16 BIGINT NOT NULL, wait_17 BIGINT
    NOT NULL, PRIMARY KEY (site, start, length, device, room_group), FOREIGN KEY(site) REFERENCES sites (site) ) WITHOUT
    ROWID;
CREATE TABLE roll_rooms ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device VARCHAR NOT
    NULL, room_group VARCHAR NOT NULL, cells BIGINT NOT NULL, sessions BIGINT NOT NULL, arrivals BIGINT NOT NULL, checks
    BIGINT NOT NULL, PRIMARY KEY (site, start, length, device, room_group), FOREIGN KEY(site) REFERENCES sites (site) )
    WITHOUT ROWID;
CREATE TABLE roll_taps ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device VARCHAR NOT
    NULL, question VARCHAR NOT NULL, kind VARCHAR NOT NULL, scale INTEGER NOT NULL, answer INTEGER NOT NULL, raw BIGINT
    NOT NULL, clean BIGINT NOT NULL, flagged BIGINT NOT NULL, PRIMARY KEY (site, start, length, device, question, kind,
    scale, answer), FOREIGN KEY(site) REFERENCES sites (site) ) WITHOUT ROWID;
CREATE TABLE roll_zones ( site INTEGER NOT NULL, start BIGINT NOT NULL, length INTEGER NOT NULL, device VARCHAR NOT
    NULL, zone VARCHAR NOT NULL, cells BIGINT NOT NULL, valid_seconds BIGINT NOT NULL, entries BIGINT NOT NULL, stays
    BIGINT NOT NULL, PRIMARY KEY (site, start, length, device, zone), FOREIGN KEY(site) REFERENCES sites (site) )
    WITHOUT ROWID;
CREATE TABLE streams ( stream_no INTEGER NOT NULL, site INTEGER NOT NULL, device VARCHAR NOT NULL, stream VARCHAR
    NOT NULL, epoch VARCHAR NOT NULL, watermark BIGINT NOT NULL, PRIMARY KEY (stream_no), UNIQUE (site, device, stream,
    epoch), FOREIGN KEY(site) REFERENCES sites (site) );
CREATE TABLE ledger ( stream_no INTEGER NOT NULL, sequence BIGINT NOT NULL, type VARCHAR NOT NULL, time BIGINT NOT
    NULL, received BIGINT NOT NULL, boot VARCHAR NOT NULL, monotonic_ms BIGINT NOT NULL, clock_quality VARCHAR NOT NULL,
    body TEXT NOT NULL, PRIMARY KEY (stream_no, sequence), FOREIGN KEY(stream_no) REFERENCES streams (stream_no) )
    WITHOUT ROWID;
CREATE TABLE lost ( stream_no INTEGER NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, reason VARCHAR NOT
    NULL, received BIGINT NOT NULL, PRIMARY KEY (stream_no, first), FOREIGN KEY(stream_no) REFERENCES streams
    (stream_no) );
