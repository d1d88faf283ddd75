import Bytes
package import Ledger
package import Platform

/// What `popbell ledger forget` asks for, where another popbell has the ledgers.
///
/// The requests for a mailbox are in `NAME.forget` in the state folder. Who writes or removes it
/// holds `forget.lock` meanwhile, so that none gets lost; it is always whole, as another file takes
/// its place.
private struct ForgetRequests {
  var isForAll = false
  var messages: [Identity] = []

  // requests = 1*( ( "all" / 32( digit / %x61-66 ) ) LF )
  //
  /// nil where a line is not whole or not understood, or there is none.
  init?(parsing text: [UInt8]) {
    guard !text.isEmpty else { return nil }
    var start = 0
    while start < text.count {
      guard let end = text.span.firstIndex(of: .lineFeed, from: start) else { return nil }
      let line = text.span.extracting(start..<end)
      if line.equals("all") {
        isForAll = true
      } else {
        guard let message = Identity(digits: line) else { return nil }
        messages.append(message)
      }
      start = end + 1
    }
  }

  init() {}

  var text: [UInt8] {
    var text = [UInt8](isForAll ? "all\n" : "")
    for message in messages { text += message.digits + [.lineFeed] }
    return text
  }
}

extension Identity {
  /// 32 hexadecimal digits.
  package var digits: [UInt8] {
    var (bytes, text): ([UInt8], [UInt8]) = ([], [])
    bytes.append(self)
    text.append(hexadecimal: bytes.span)
    return text
  }

  fileprivate init?(digits: Span<UInt8>) {
    guard digits.count == 32 else { return nil }
    var bytes: [UInt8] = []
    for index in 0..<16 {
      guard let high = hexadecimalValue(of: digits[2 * index]),
        let low = hexadecimalValue(of: digits[2 * index + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    self.init(prefixOf: bytes.span)
  }
}

extension LedgerFolder {
  /// How long the file may be: about a thousand requests.
  private static var limit: Int { 32 * 1024 }

  /// Adds a request, for one message or (nil) for all, to those that wait. It is on disk when this
  /// returns.
  package func leave(_ message: Identity?, _ mailbox: [UInt8]) throws(SystemError) {
    let lock = try folder.open([UInt8]("forget.lock").span)
    try lock.lock(waits: true)
    let name = mailbox + ".forget"
    // What the other popbell would refuse is not left to it.
    var requests = ForgetRequests(parsing: read(name) ?? []) ?? ForgetRequests()
    if let message, !requests.messages.contains(message) { requests.messages.append(message) }
    requests.isForAll = requests.isForAll || message == nil
    let text = requests.text
    guard text.count <= Self.limit else { throw SystemError(.write, .fileTooLarge) }
    let new = mailbox + ".request"
    let file = try folder.open(new.span)
    try file.truncate(to: 0)
    try file.append(text.span)
    try file.synchronize()
    try folder.rename(new.span, to: name.span)
    try folder.synchronize()
  }

  /// Forgets what was asked for, durably, and then the requests.
  package func carryOutRequests(
    of mailbox: [UInt8], on ledger: Ledger<LedgerFile>
  ) -> ForgetOutcome {
    let name = mailbox + ".forget"
    guard read(name) != nil else { return .nothing }
    do throws(SystemError) {
      let lock = try folder.open([UInt8]("forget.lock").span)
      try lock.lock(waits: false)
      guard let text = read(name) else { return .nothing }
      guard let requests = ForgetRequests(parsing: text) else {
        let refused = mailbox + ".refused"
        try folder.rename(name.span, to: refused.span)
        return .refused(file: name, isNow: refused)
      }
      // In a folder where they cannot be removed, they would be carried out at each poll.
      let other = mailbox + ".request"
      _ = try folder.open(other.span)
      try folder.remove(other.span)
      var outcome = ForgetOutcome.all
      do throws(LedgerError) {
        if requests.isForAll {
          try ledger.forgetAll()
        } else {
          outcome = .messages(try ledger.forget(requests.messages))
        }
      } catch {
        return .waits(error)
      }
      try folder.remove(name.span)
      try folder.synchronize()
      return outcome
    } catch {
      // Whoever writes more of them is done by the next poll.
      return error.number == .wouldBlock ? .nothing : .failed(file: name, error)
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

/// The result of the requests to forget messages of a mailbox.
package indirect enum ForgetOutcome: Sendable {
  /// There are none, or somebody writes them at this moment.
  case nothing
  /// All messages are forgotten.
  case all
  /// These are forgotten.
  case messages([Identity])
  /// The file is no list of requests, and has another name now.
  case refused(file: [UInt8], isNow: [UInt8])
  /// The ledger cannot be written: the requests stay.
  case waits(LedgerError)
  /// The requests cannot be read or removed.
  case failed(file: [UInt8], SystemError)
}
