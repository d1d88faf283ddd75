"""A disk that loses, when its power is cut, what was not flushed; served to QEMU as a network block
device (https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md).

What is written is in the disk's cache, where reads find it. A flush makes it durable. (The disk does not say
that it can force unit access: QEMU flushes then.) A cut leaves of each sector that was written since the last
flush any of the versions that it had, or what was durable: sectors are lost, torn out of one write, or older
than others.
"""
import struct

READ, WRITE, DISCONNECT, FLUSH = range(4)
CAN_FLUSH = 1 | 4  # What the disk says of itself.
OPTION = b"IHAVEOPT"
GO, ACKNOWLEDGED, INFORMATION, UNSUPPORTED = 7, 1, 3, 1 << 31 | 1
SORTED_LEDGER = 8192  # A ledger that is written anew begins with a write larger than this.


class Disk:
    """With `lies`, flushes do nothing, and a cut drops as many of the last writes as it likes."""

    def __init__(self, image, sector, lies):
        self.durable, self.current, self.sector, self.lies = bytearray(image), bytearray(image), sector, lies
        self.cache = []  # The sectors written since the last flush, in order: place and content.

    def write(self, offset, data):
        self.current[offset:offset + len(data)] = data
        for place in range(0, len(data), self.sector):
            self.cache.append((offset + place, data[place:place + self.sector]))

    def flush(self):
        if not self.lies:
            self._make_durable(self.cache)
            self.cache = []

    def cut(self, rng):
        """Returns how many sectors are not as last written, and how many were not flushed."""
        versions = {}
        for place, data in self.cache:
            versions.setdefault(place, []).append(data)
        if self.lies or rng.random() < 0.2:
            self._make_durable(self.cache[:rng.randrange(len(self.cache) + 1)])
        else:
            share = rng.choice([0, 0.1, 0.5, 0.9, 1])
            self._make_durable([(place, rng.choice(data)) for place, data in versions.items()
                                if rng.random() < share])
        lost = sum(self.durable[place:place + len(data[-1])] != data[-1]
                   for place, data in versions.items())
        self.current, self.cache = bytearray(self.durable), []
        return lost, len(versions)

    def _make_durable(self, sectors):
        for place, data in sectors:
            self.durable[place:place + len(data)] = data


async def serve(disk, power, reader, writer):
    """Serves a connection for as long as it and the power last."""
    await negotiate(disk, reader, writer)
    while True:
        kind, handle, offset, length = struct.unpack(">6xH8sQI", await reader.readexactly(28))
        data = await reader.readexactly(length) if kind == WRITE else b""
        if kind == DISCONNECT or not power.is_on:
            return
        if kind == WRITE:
            disk.write(offset, data)
            if b"popbell ledger" in data[:512] and length > SORTED_LEDGER:
                power.passes("sorting")
            if not power.passes("write"):
                return
        if kind == FLUSH:
            if not power.passes("flush"):
                return
            disk.flush()
        writer.write(struct.pack(">II8s", 0x67446698, 0, handle))
        if kind == READ:
            writer.write(disk.current[offset:offset + length])


async def negotiate(disk, reader, writer):
    writer.write(b"NBDMAGIC" + OPTION + struct.pack(">H", 1 | 2))  # Fixed newstyle, no zeroes.
    await reader.readexactly(4)
    option = None
    while option != GO:
        option, length = struct.unpack(">8xII", await reader.readexactly(16))
        await reader.readexactly(length)

        def reply(kind, data=b""):
            writer.write(struct.pack(">QIII", 0x3E889045565A9, option, kind, len(data)) + data)

        if option == GO:
            reply(INFORMATION, struct.pack(">HQH", 0, len(disk.current), CAN_FLUSH))
        reply(ACKNOWLEDGED if option == GO else UNSUPPORTED)
