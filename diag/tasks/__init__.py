"""The work itself; both fronts only render what it yields."""
