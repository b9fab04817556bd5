"""Where the kiosk meets hardware and outbox; no other part of it knows either."""
