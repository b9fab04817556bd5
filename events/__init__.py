"""The vocabulary that the parts of floorpulse share. Standard library only."""
