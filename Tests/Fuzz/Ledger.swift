import Bytes
import Ledger
import TestSupport

/// Whatever stands in a ledger's file, it is opened or refused and left alone; what was opened can
/// be opened again, and says the same of each message.
///
///     input = *OCTET          ; the file, and again its records without their checksums
func fuzz(_ input: Span<UInt8>) {
  open([UInt8](input))
  open(checksummed(input))
}

private func open(_ bytes: [UInt8]) {
  let disk = Disk()
  disk.bytes = bytes
  guard let ledger = opened(disk) else {
    require(disk.bytes == bytes, "what is refused is left alone")
    return
  }
  guard let again = opened(disk), let read = try? Ledger(reading: DiskStore(disk: disk)) else {
    fatalError("not so: what was opened can be opened again")
  }
  for other in [again, read] {
    require(other.examined == ledger.examined, "it says the same of the mailbox")
    for start in stride(from: 0, to: bytes.count - Identity.size, by: 32) {
      let id = Identity(prefixOf: bytes.span.extracting(min(start + 4, bytes.count - 16)...))
      for isSilent in [false, true] {
        let message = MessageIdentity(uniqueID: id, content: id, isSilent: isSilent)
        require(state(message, other) == state(message, ledger), "it says the same of a message")
      }
    }
  }
}

private func opened(_ disk: Disk) -> Ledger<DiskStore>? {
  try? Ledger(
    DiskStore(disk: disk), now: Instant(milliseconds: 0), wall: 1_800_000_000, built: 1_700_000_000)
}

private func state(_ message: MessageIdentity, _ ledger: Ledger<DiskStore>) -> MessageState {
  guard let state = try? ledger.state(of: ledger.resolve(message, rule: 1)) else {
    fatalError("not so: a ledger that was opened answers")
  }
  return state
}

/// `input` with a checksum behind each 28 bytes.
private func checksummed(_ input: Span<UInt8>) -> [UInt8] {
  var file: [UInt8] = []
  for start in stride(from: 0, to: input.count, by: 28) {
    let record = input.extracting(start..<min(start + 28, input.count))
    file.append(record)
    let checksum = crc32(record)
    for shift in [24, 16, 8, 0] {
      file.append(UInt8(truncatingIfNeeded: checksum >> UInt32(shift)))
    }
  }
  return file
}
