"""How far a statement is to be trusted."""

from typing import Final, Literal

Confidence = Literal["read", "published", "listed", "vendor", "reported", "inferred"]

CONFIDENCES: Final[dict[Confidence, str]] = {
    "read": "read in the device's own published source",
    "published": "read in the published sister source of the closed library; newer than the device",
    "listed": "the name stands in a header; what raises it is closed",
    "vendor": "stated by the vendor's documents, change logs or engineers",
    "reported": "reported by users",
    "inferred": "concluded, not proven on hardware",
}
