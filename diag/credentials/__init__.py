"""Wi-Fi profiles and what can be checked of them without a device."""
