"""USB control requests on the wire, against the device's half of the protocol."""

import contextlib
import struct
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag.device import control
from diag.device.control_protocol import (
    IN,
    LARGEST,
    Pause,
    ProtocolError,
    Refused,
    Reply,
    Service,
    TooSlow,
    Transfer,
    exchange,
    raw,
)
from diag.device.transport import DeviceError
from tests.beds.channel import Channel, Stall

ID: Final = "1e0035000d47343233323032"
VITALS: Final = b'{"net:stat":2,"net:err":1007}'
ECHO: Final = 10


def device(**more: Any) -> Channel:
    """A device with vitals."""
    replies: dict[int, tuple[int, bytes]] = {
        100: (0, VITALS),
        90: (0, b"m" * 5000),
        30: (-160, b"x"),
    }
    return Channel(ID, "1.5.2", replies, echo=ECHO, **more)


def ask(
    channel: Channel,
    kind: int,
    payload: bytes = b"",
    *,
    patience: float = 30.0,
    spoil: Callable[[Transfer, bytes], bytes] = lambda _step, answer: answer,
) -> tuple[bytes, float]:
    """Carry out an exchange; return what came of it and the seconds paused."""
    steps = exchange(kind, payload, patience=patience)
    answer: bytes | None = None
    paused = 0.0
    while True:
        try:
            step = next(steps) if answer is None else steps.send(answer)
        except StopIteration as end:
            return end.value, paused
        if isinstance(step, Pause):
            paused += step.seconds
            answer = b""
        else:
            out = (step.kind, step.request, step.value, step.index, step.length)
            answer = spoil(step, channel.setup(*out, step.data))


def test_vitals_come_in_one_piece() -> None:
    channel = device()
    assert ask(channel, 100)[0] == VITALS
    assert channel.served == [100]


@given(st.binary(max_size=300), st.integers(0, 6))
def test_payloads_of_every_size_arrive_as_they_were_sent(payload: bytes, checks: int) -> None:
    channel = device(checks=checks)
    for _ in range(5):
        # More often than there is room for requests: each one ends before the next.
        assert ask(channel, ECHO, payload)[0] == payload
    assert channel.served == [ECHO] * 5
    assert channel.resets == 0


def test_a_large_payload_waits_for_its_buffer() -> None:
    payload = bytes(range(256)) * 16
    assert len(payload) == LARGEST
    assert ask(device(), ECHO, payload)[0] == payload


def test_too_large_a_payload_is_not_begun() -> None:
    channel = device()
    with pytest.raises(DeviceError, match="4097 bytes"):
        ask(channel, ECHO, b"x" * (LARGEST + 1))
    assert channel.served == []


def test_no_memory_for_the_payload() -> None:
    with pytest.raises(DeviceError, match="no memory left"):
        ask(device(memory=100), ECHO, b"x" * 101)


def test_a_reply_that_does_not_fit_is_given_up() -> None:
    channel = device()
    with pytest.raises(DeviceError, match="has 5000 bytes"):
        ask(channel, 90)
    assert channel.resets == 1


def test_a_request_that_is_not_supported_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="does not support it") as caught:
        ask(device(), 77)
    assert caught.value.result == -120


def test_a_refusal_with_a_reply_leaves_nothing_behind() -> None:
    channel = device()
    for _ in range(5):
        with pytest.raises(Refused, match="-160"):
            ask(channel, 30)
    assert channel.resets == 0


def test_a_request_that_is_never_done_is_cancelled_in_time() -> None:
    channel = device(checks=10**6)
    with pytest.raises(TooSlow, match="joining"):
        ask(channel, 100, patience=3.0)
    assert channel.resets == 1
    channel.checks = 0
    assert ask(channel, 100)[0] == VITALS


def test_patience_is_what_was_said() -> None:
    _, paused = ask(device(checks=8), 100, patience=30)
    assert paused < 5
    with pytest.raises(TooSlow):
        ask(device(checks=8), 100, patience=0.1)


def test_requests_left_by_another_program_are_cleared_at_last() -> None:
    channel = device(strangers=4)
    data, paused = ask(channel, 100)
    assert data == VITALS
    assert channel.resets == 1
    assert paused >= 1, "a program that is at work has the time to finish"


def test_three_requests_of_another_program_are_left_alone() -> None:
    channel = device(strangers=3)
    assert ask(channel, 100)[0] == VITALS
    assert channel.resets == 0


def test_a_busy_device_stays_busy() -> None:
    def busy(step: Transfer, answer: bytes) -> bytes:
        return struct.pack("<IH", 1, 3) if step.request == Service.INIT else answer

    with pytest.raises(DeviceError, match="another program"):
        ask(device(), 100, spoil=busy)


def test_a_request_that_was_cancelled_by_someone_else() -> None:
    channel = device(checks=10)

    def forget(step: Transfer, answer: bytes) -> bytes:
        if step.request == Service.CHECK:
            channel.setup(0xC0, 5, 0, 0, 64, b"")
        return answer

    with pytest.raises(DeviceError, match="cancelled"):
        ask(channel, 100, spoil=forget)


@given(st.binary(max_size=20))
def test_nonsense_from_a_device_is_an_error_in_words(noise: bytes) -> None:
    for service in (Service.INIT, Service.CHECK):

        def spoil(step: Transfer, answer: bytes, service: Service = service) -> bytes:
            return noise if step.request == service else answer

        for payload in (b"", b"x" * 100):
            # A stall when the noise names another request, which the client passes on.
            with contextlib.suppress(DeviceError, Stall):
                data, _ = ask(device(checks=1), ECHO, payload, patience=2, spoil=spoil)
                assert data in (payload, b"")


def test_a_reply_cut_short_is_noticed() -> None:
    def cut(step: Transfer, answer: bytes) -> bytes:
        return answer[:-1] if step.request == Service.RECV else answer

    with pytest.raises(ProtocolError, match="28 bytes instead of 29"):
        ask(device(), 100, spoil=cut)


@pytest.mark.parametrize(
    ("data", "reply"),
    [
        ("010000000000", Reply(0)),
        ("0300000000000700", Reply(0, id=7)),
        ("0d00000000002c01000000000000", Reply(0, size=300, result=0)),
        ("09000000000088ffffff", Reply(0, result=-120)),
        ("0f0000000200010002000000fdffffff", Reply(2, 1, 2, -3)),
    ],
)
def test_service_replies(data: str, reply: Reply) -> None:
    assert Reply.parse(bytes.fromhex(data)) == reply


@given(st.binary(max_size=15))
def test_what_is_no_reply_is_said_to_be_none(data: bytes) -> None:
    try:
        reply = Reply.parse(data)
    except ProtocolError:
        return
    assert data[0] & 1
    assert reply.status == int.from_bytes(data[4:6], "little")


def test_raw_requests_are_as_long_as_the_firmware_wants_them() -> None:
    assert raw(20) == Transfer(IN, 0x50, 0, 20, 64)
    found = device().setup(0xC0, 0x50, 0, 20, 64, b"")
    assert found == ID.upper().encode()


class Recorder:
    """A `Control` that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def device_id(self) -> str:
        return ID

    def system_version(self) -> str:
        return "1.5.2"

    def request(self, kind: int, payload: bytes = b"") -> bytes:
        assert payload == b""
        self.asked.append(kind)
        return VITALS if kind == 100 else b""

    def close(self) -> None:
        pass


def test_requests_by_name_have_the_numbers_of_the_facts() -> None:
    told = Recorder()
    assert control.diagnostics(told) == VITALS.decode()
    for order in (
        control.start_listening,
        control.stop_listening,
        control.reset,
        control.enter_dfu,
    ):
        order(told)
    assert told.asked == [100, 70, 71, 40, 50]
