import Bytes
import Ledger
import Platform

/// What `popbell ledger forget` asks for, where another popbell has the ledgers.
///
/// The requests for a mailbox are in `NAME.forget` in the state folder, a line each: the identity of
/// a message in 32 digits, or `all`. Who writes or removes it holds `forget.lock` meanwhile, so that
/// none gets lost; it is always whole, as another file takes its place.
enum ForgetRequest {
  case all
  case message(Identity)

  // line = "all" / 32( digit / %x61-66 )
  //
  /// nil where the line is something else.
  init?(parsing line: Span<UInt8>) {
    if line.equals("all") {
      self = .all
      return
    }
    guard line.count == 32 else { return nil }
    var bytes: [UInt8] = []
    for index in 0..<16 {
      guard let high = hexadecimalValue(of: line[2 * index]),
        let low = hexadecimalValue(of: line[2 * index + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    self = .message(Identity(prefixOf: bytes.span))
  }

  var line: [UInt8] {
    switch self {
    case .all: return [UInt8]("all\n")
    case .message(let identity):
      var (bytes, text) = (ByteBuffer<16>(), [UInt8]())
      identity.write(to: &bytes)
      text.append(hexadecimal: bytes.bytes)
      return text + [.lineFeed]
    }
  }

  /// All lines of a file; nil where one is not whole or not understood, or there is none.
  static func parse(_ text: [UInt8]) -> [ForgetRequest]? {
    var requests: [ForgetRequest] = []
    var start = 0
    while start < text.count {
      guard let end = text.span.firstIndex(of: .lineFeed, from: start),
        let request = ForgetRequest(parsing: text.span.extracting(start..<end))
      else { return nil }
      requests.append(request)
      start = end + 1
    }
    return requests.isEmpty ? nil : requests
  }
}

extension LedgerFolder {
  /// How long the file may be: about a thousand requests.
  private static var limit: Int { 32 * 1024 }

  /// Adds a request to those that wait. It is on disk when this returns.
  func leave(_ request: ForgetRequest, _ mailbox: [UInt8]) throws(SystemError) {
    let lock = try folder.open([UInt8]("forget.lock").span)
    try lock.lock(waits: true)
    let name = mailbox + [UInt8](".forget")
    var waiting = read(name) ?? []
    // What the other popbell would refuse is not left to it.
    if ForgetRequest.parse(waiting) == nil { waiting = [] }
    guard waiting.count + request.line.count <= Self.limit else {
      throw SystemError("write", .fileTooLarge)
    }
    let new = mailbox + [UInt8](".request")
    let file = try folder.open(new.span)
    try file.truncate(to: 0)
    try file.append((waiting + request.line).span)
    try file.synchronize()
    try folder.rename(new.span, to: name.span)
    try folder.synchronize()
  }

  /// Forgets what was asked for, durably, and then the requests. Returns what is to be said of it.
  func carryOutRequests(
    of mailbox: [UInt8], on ledger: Ledger<LedgerFile>
  ) -> [(Severity, [UInt8])] {
    let name = mailbox + [UInt8](".forget")
    guard read(name) != nil else { return [] }
    do throws(SystemError) {
      let lock = try folder.open([UInt8]("forget.lock").span)
      try lock.lock(waits: false)
      guard let text = read(name) else { return [] }
      guard let requests = ForgetRequest.parse(text) else {
        let refused = mailbox + [UInt8](".refused")
        try folder.rename(name.span, to: refused.span)
        let text = name + [UInt8](" is no list of what to forget; it is ") + refused
        return [(.error, text + [UInt8](" now"))]
      }
      // In a folder where they cannot be removed, they would be carried out at each poll.
      let other = mailbox + [UInt8](".request")
      _ = try folder.open(other.span)
      try folder.remove(other.span)
      let report: [(Severity, [UInt8])]
      do throws(LedgerError) { report = try ledger.carryOut(requests) } catch {
        return [(.error, words(for: error) + [UInt8]("; what is to be forgotten waits"))]
      }
      try folder.remove(name.span)
      try folder.synchronize()
      return report
    } catch {
      // Whoever writes more of them is done by the next poll.
      guard error.number != .wouldBlock else { return [] }
      return [(.error, name + [UInt8](": ") + [UInt8](error.text.bytes))]
    }
  }

  /// What a file of requests holds; nil where there is none, and nothing where it cannot be read or
  /// is too long.
  private func read(_ name: [UInt8]) -> [UInt8]? {
    do throws(SystemError) {
      let file = try folder.openToRead(name.span)
      var bytes: [UInt8] = []
      var chunk = InlineArray<1024, UInt8>(repeating: 0)
      while true {
        var span = chunk.mutableSpan
        let count = try file.read(at: bytes.count, into: &span)
        bytes.append(chunk.span.extracting(..<count))
        guard count > 0 else { return bytes }
        guard bytes.count <= Self.limit else { return [] }
      }
    } catch {
      return error.number == .notFound ? nil : []
    }
  }
}

extension Ledger<LedgerFile> {
  fileprivate func carryOut(
    _ requests: [ForgetRequest]
  ) throws(LedgerError) -> [(Severity, [UInt8])] {
    var messages: [Identity] = []
    for case .message(let identity) in requests { messages.append(identity) }
    guard messages.count == requests.count else {
      try forgetAll()
      return [(.notice, [UInt8]("forgot all messages; those that are on the server fire again"))]
    }
    let forgotten = try forget(messages)
    return forgotten.map {
      let text = [UInt8]("forgot ") + ForgetRequest.message($0).line.prefix(16)
      return (.notice, text + [UInt8]("; it fires again if it is on the server"))
    }
  }
}
