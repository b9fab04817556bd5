"""Contacts, presence, buttons, lights, the watchdog and the health of the board; mock pins off the Pi."""
