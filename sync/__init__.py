"""The way out and in: durable outbox, forwarder, MQTT, inbox."""
