"""The events a log is made of."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a line says. Every value but the last four is an `event` of errorcodes/messages."""

    # Enum's own hash is a Python call, felt once a line.
    __hash__ = str.__hash__

    EAP_SET_BEGIN = "eap-set-begin"
    EAP_CONFIG_VALID = "eap-config-valid"
    EAP_CONFIG_WRITTEN = "eap-config-written"
    EAP_CLEARED = "eap-cleared"
    CREDENTIALS_SAVED = "credentials-saved"
    CREDENTIALS_CLEARED = "credentials-cleared"
    WIFI_ON = "wifi-on"
    HEAP_BEFORE_SUPPLICANT = "heap-before-supplicant"
    SUPPLICANT_STARTING = "supplicant-starting"
    SUPPLICANT_STARTED = "supplicant-started"
    HEAP_AFTER_SUPPLICANT = "heap-after-supplicant"
    JOINING = "joining"
    HEAP_AT_JOIN = "heap-at-join"
    JOIN_FAILED = "join-failed"
    SUPPLICANT_STOPPING = "supplicant-stopping"
    SUPPLICANT_STOPPED = "supplicant-stopped"
    HEAP_AFTER_STOP = "heap-after-stop"
    RADIO_RESTARTED = "radio-restarted"
    CONNECT_CANCELLED = "connect-cancelled"
    INTERFACE_UP = "interface-up"
    WATCHDOG_ARMED = "watchdog-armed"
    ADDRESS_OBTAINED = "address-obtained"
    BRING_UP_FAILED = "bring-up-failed"
    WATCHDOG_CLEARED = "watchdog-cleared"
    WLAN_RESET = "wlan-reset"
    CLOUD_CONNECTING = "cloud-connecting"
    CLOUD_NAME_UNRESOLVED = "cloud-name-unresolved"
    CLOUD_SOCKET_CONNECTED = "cloud-socket-connected"
    CLOUD_SOCKET_FAILED = "cloud-socket-failed"
    CLOUD_HANDSHAKE_FAILED = "cloud-handshake-failed"
    CLOUD_LOOP_ERROR = "cloud-loop-error"
    CLOUD_CONNECTED = "cloud-connected"
    CLOUD_DISCONNECTED = "cloud-disconnected"
    CLOUD_ERROR = "cloud-error"
    CLOUD_NOT_REACHABLE = "cloud-not-reachable"
    INTERNET_TEST_FAILED = "internet-test-failed"
    BENIGN = "benign"
    DEVICE_STARTED = "device-started"
    RESET_REASON = "reset-reason"
    FACTORY_RESET = "factory-reset"
    LISTENING = "listening"
    ASSERTION_FAILED = "assertion-failed"
    DEVICE_ID = "device-id"
    DEVICE_OS = "device-os"
    CONSOLE_SAVING = "console-saving"
    CONSOLE_SAVED = "console-saved"
    CONSOLE_REFUSED = "console-refused"
    CONSOLE_OUT_OF_MEMORY = "console-out-of-memory"
    PROMPT_EAP_TYPE = "prompt-eap-type"
    PROMPT_OUTER_IDENTITY = "prompt-outer-identity"
    PROMPT_ROOT_CA = "prompt-root-ca"
    CERTIFICATE = "certificate"
    ENCRYPTED_KEY = "encrypted-key"
    SETUP_TOOL_TIMEOUT = "setup-tool-timeout"
    PEAP_VERSION_1 = "peap-version-1"
    SERVER_LOG = "server-log"
    FAMILY = "family"
    WICED_SDK = "wiced-sdk"

    VITALS = "vitals"
    """The JSON object of the `d` command; `name` holds it."""
    RSSI = "rssi"
    """An application's print of a signal reading; `number` holds it."""
    OTHER = "other"
    """A well-formed log line whose message is not in the catalogue."""
    FOREIGN = "foreign"
    """A run of `number` lines that are no log lines."""


class Event(NamedTuple):
    """One thing a log says."""

    kind: Kind
    line: int
    """1-based line number where it stands (its first line, for a run)."""
    offset: int
    """Byte offset of that line, or run, from the start of the log."""
    length: int
    """Bytes of that line, or run, its line ends included for a run only."""
    ms: int | None
    """Device milliseconds since boot with the 32-bit wrap undone; None when not printed."""
    boot: int
    """Counts restarts of the device's clock seen so far."""
    text: str
    """The message, not yet made inert; empty for a run."""
    category: str
    level: str
    number: int | None
    """The value printed as a number, if any."""
    name: str | None
    """The value printed as text (SSID, address, …), or what the catalogue says of the line."""
    repeated: bool = False
    """True when a second log handler printed the line again; it adds nothing."""
