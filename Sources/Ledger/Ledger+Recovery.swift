import Bytes

extension Ledger where S: ~Copyable {
  /// How many records more than needed are worth a rewrite of the file.
  private static var spare: Int { 1024 }

  /// Reads all records. Only the last can be torn, as each was durable before the next was written;
  /// a flaw with a whole record's length behind it is damage, and nothing is guessed.
  func load(time: UInt64) throws(LedgerError) {
    var position = 0
    var chunk = ByteBuffer<4096>()
    repeat {
      chunk.removeAll()
      try withStore { (store) throws(StoreError) in try store.read(at: position, into: &chunk) }
      var start = 0
      while start + Record.size <= chunk.count {
        guard !tailIsTorn else { throw .damaged(offset: length) }
        try take(chunk.bytes.extracting(start..<(start + Record.size)))
        start += Record.size
      }
      tailIsTorn = tailIsTorn || start < chunk.count
      position += chunk.count
    } while chunk.isFull
    try mend(time: time)
  }

  private func take(_ bytes: Span<UInt8>) throws(LedgerError) {
    guard let record = try? Record(parsing: bytes) else {
      guard length > 0 else { throw .notALedger }
      tailIsTorn = true
      return
    }
    try replay(record)
    length += Record.size
  }

  private func replay(_ record: Record) throws(LedgerError) {
    switch record {
    case .header(let version):
      guard length == 0 else { throw .damaged(offset: length) }
      guard version == Record.version else { throw .version(version) }
    case _ where length == 0: throw .notALedger
    case .intent(let identity):
      set(identity, .intended(attempts: state(of: identity).attempts))
    case .fired(let identity): set(identity, .fired(durable: true))
    case .failed(let identity, let attempts): set(identity, .failed(attempts: attempts))
    case .committed(let identity): remove(identity)
    case .examined(let seen): examined = seen
    }
  }

  /// Cuts a torn tail off, begins an empty file, and rewrites one that is mostly history.
  private func mend(time: UInt64) throws(LedgerError) {
    let needed = entries.count + 2
    if length == 0 || length / Record.size > 2 * needed + Self.spare {
      try rewrite(time: time)
    } else if tailIsTorn {
      let whole = length
      try withStore { (store) throws(StoreError) in try store.truncate(to: whole) }
    }
    tailIsTorn = false
  }

  private func rewrite(time: UInt64) throws(LedgerError) {
    var bytes: [UInt8] = []
    bytes.append(Record.header(version: Record.version).encoded(time: time).bytes)
    for entry in entries {
      let record: Record? =
        switch entry.state {
        case .new: nil
        case .intended: .intent(entry.identity)
        case .fired: .fired(entry.identity)
        case .failed(let attempts): .failed(entry.identity, attempts: attempts)
        }
      if case .intended(let attempts) = entry.state, attempts > 0 {
        let failed = Record.failed(entry.identity, attempts: attempts)
        bytes.append(failed.encoded(time: time).bytes)
      }
      if let record { bytes.append(record.encoded(time: time).bytes) }
    }
    if let examined { bytes.append(Record.examined(examined).encoded(time: time).bytes) }
    try withStore { (store) throws(StoreError) in try store.replace(with: bytes) }
    length = bytes.count
  }
}
