"""The system thread: connect, stay, listen, for as long as there is power."""

from diag.simulator.console import Console
from diag.simulator.device import Device
from diag.simulator.kernel import Steps
from diag.simulator.server import Radius
from diag.simulator.wifi import Network
from diag.simulator.wizard import Wizard


def chatter(device: Device) -> Steps:
    """Be an application in a thread of its own that prints now and then."""
    while True:
        yield from device.kernel.sleep(device.random.uniform(0.4, 3.0))
        yield from device.port.write(device.small_talk())


def system(device: Device, radius: Radius) -> Steps:
    """Be the system thread from boot on, against an authentication server."""
    network = Network(device, radius)
    wizard = Wizard(Console(device), network)
    kernel = device.kernel
    device.led = "white breathing"
    yield from kernel.sleep(device.random.uniform(0.6, 1.1))
    yield from network.turn_on()
    while True:
        if device.requests.listen or not device.store.any:
            yield from _listen(device, network, wizard)
            continue
        if (yield from network.connect()):
            yield from network.stay()
        else:
            # The watchdog's 2 s after a failure (device-facts 3.6).
            yield from kernel.pause(device.random.uniform(1.9, 2.2), lambda: device.requests.listen)
        yield from network.leave()
        if not device.requests.listen:
            yield from network.turn_off()
            yield from network.turn_on()


def _listen(device: Device, network: Network, wizard: Wizard) -> Steps:
    yield from network.leave()
    device.listening = True
    device.requests.listen = device.requests.leave = False
    device.led = "blue blinking"
    yield from device.kernel.sleep(device.random.uniform(0.2, 0.6))
    yield from wizard.console.loop(wizard.run)
    device.listening = False
    device.requests.leave = device.requests.listen = False
    yield from network.turn_on()
