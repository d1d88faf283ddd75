import Bytes
import Config
import Ledger
import Platform

extension LedgerReader {
  /// How many messages are sorted, and in memory, at a time.
  private static var page: Int { 4096 }

  /// `popbell ledger show`: the messages of each ledger, the newest first.
  func show() -> Int32 {
    let isTerminal = StandardStream.output.isTerminal
    return forEach { (mailbox, ledger) throws(LedgerError) in
      let text = LedgerText(ledger, settings.rules)
      if isTerminal {
        var head = [UInt8]("\u{1B}[1m") + mailbox.name + [UInt8]("\u{1B}[0m  ")
        var count = 0
        try ledger.forEachMessage { _ in count += 1 }
        head.append(counted: count, "message", "messages")
        writeOutput(head + [.lineFeed])
      }
      try forEachPage(of: ledger) { page in
        var table = Table()
        for entry in page {
          if isTerminal {
            table.add(
              text.localTime(entry.time), entry.identity(digits: 16),
              text.rule(of: entry) ?? [UInt8]("(no such rule now)"), text.words(for: entry))
          } else {
            table.add(
              mailbox.name, text.time(entry.time), entry.identity(digits: 16),
              text.rule(of: entry) ?? [], [UInt8](entry.state.word), text.detail(of: entry))
          }
        }
        writeOutput(isTerminal ? table.aligned : table.tabbed)
      }
    }
  }

  /// Calls `body` with all messages of a ledger, the newest first, some at a time: that takes a look
  /// at the whole ledger for each page, and no more memory than one.
  private func forEachPage(
    of ledger: Ledger<LedgerFile>, _ body: ([Entry]) -> Void
  ) throws(LedgerError) {
    var last: Entry?
    var page: [Entry] = []
    repeat {
      page = []
      try ledger.forEachMessage { entry in
        if let last, !isOlder(entry, last) { return }
        if page.count == Self.page {
          guard isOlder(page[page.count - 1], entry) else { return }
          page.removeLast()
        }
        var (low, high) = (0, page.count)
        while low < high {
          let middle = (low + high) / 2
          if isOlder(page[middle], entry) { high = middle } else { low = middle + 1 }
        }
        page.insert(entry, at: low)
      }
      body(page)
      last = page.last
    } while page.count == Self.page
  }
}

/// Whether `left` comes behind `right`.
private func isOlder(_ left: Entry, _ right: Entry) -> Bool {
  left.time == right.time ? right.identity < left.identity : left.time < right.time
}

extension LedgerText {
  /// For programs, what the state's word does not say: how often the actions failed, until when it
  /// is kept, whether what is missing had fired.
  fileprivate func detail(of entry: Entry) -> [UInt8] {
    var text: [UInt8] = []
    if let attempts = entry.state.attempts { text.append(decimal: UInt64(attempts)) }
    if let due = entry.state.due { text += time(due) }
    if case .missing(_, let fired, _) = entry.state { text.append(fired ? "fired" : "given-up") }
    return text
  }

  /// For people, how things stand, in the colour that this has.
  fileprivate func words(for entry: Entry) -> [UInt8] {
    var text: [UInt8] = []
    switch entry.state {
    case .intended: text.append("\u{1B}[33mbegun; not known to have ended")
    case .fired: text.append("fired; not deleted or archived yet")
    case .archived: text.append("fired; not deleted yet")
    case .failed(let failures) where failures.attempts == 0:
      text.append("\u{1B}[33minterrupted; goes on at the next poll")
    case .failed(let failures):
      text.append("\u{1B}[33mfailed ")
      text.append(counted: Int(failures.attempts), "time", "times")
      text.append("; tried again at the next poll")
    case .givenUp: text.append("\u{1B}[31mgiven up: the actions failed too often")
    case .kept:
      text.append("fired; kept")
      if let due = entry.state.due {
        text.append(" until ")
        text += localTime(due).prefix(16)
      }
    case .deleted: text.append("fired; deleted, which the server has not confirmed")
    case .missing(let hour, let fired, _):
      text.append("\u{1B}[2mmissing since ")
      text += localTime(UInt32(clamping: UInt64(hour) * 3600)).prefix(16)
      text.append("; it had ")
      text.append(fired ? "fired" : "been given up")
    case .alias: break
    }
    if text.first == 0x1B { text.append("\u{1B}[0m") }
    return text
  }
}
