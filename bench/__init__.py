"""What floorpulse measures of itself, side by side with its peers: `floorpulse bench PART --json`."""
