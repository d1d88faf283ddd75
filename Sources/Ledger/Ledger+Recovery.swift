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
      set(identity, .intended(before: state(of: identity).failures))
    case .fired(let identity): set(identity, .fired(durable: true))
    case .failed(let identity, let failures): set(identity, .failed(failures))
    case .givenUp(let identity): set(identity, .givenUp)
    case .committed(let identity): remove(identity)
    case .examined(let seen): examined = seen
    }
  }

  /// Begins an empty file, rewrites one that is mostly history, or cuts a torn tail off.
  private func mend(time: UInt64) throws(LedgerError) {
    if length == 0 { try rewrite(time: time) }
    try rewriteIfWorthwhile(time: time)
    if tailIsTorn {
      let whole = length
      try withStore { (store) throws(StoreError) in try store.truncate(to: whole) }
      tailIsTorn = false
    }
  }

  /// Rewrites a file that is mostly history.
  func rewriteIfWorthwhile(time: UInt64) throws(LedgerError) {
    guard length / Record.size > 2 * entries.count + Self.spare else { return }
    try rewrite(time: time)
  }

  private func rewrite(time: UInt64) throws(LedgerError) {
    var bytes: [UInt8] = []
    bytes.append(Record.header(version: Record.version).encoded(time: time).bytes)
    for entry in entries { entry.forEachRecord { bytes.append($0.encoded(time: time).bytes) } }
    if let examined { bytes.append(Record.examined(examined).encoded(time: time).bytes) }
    try withStore { (store) throws(StoreError) in try store.replace(with: bytes) }
    length = bytes.count
    tailIsTorn = false
  }
}

extension Entry {
  /// The records that make this entry.
  func forEachRecord(_ body: (Record) -> Void) {
    switch state {
    case .new: break
    case .intended(let failures):
      if failures.attempts > 0 { body(.failed(identity, failures)) }
      body(.intent(identity))
    case .fired: body(.fired(identity))
    case .failed(let failures): body(.failed(identity, failures))
    case .givenUp: body(.givenUp(identity))
    }
  }
}
