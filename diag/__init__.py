"""From a device's words to a named cause, a plan, and the proof that it worked."""
