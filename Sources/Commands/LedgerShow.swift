import Bytes
import Ledger
import Platform
import Service

extension LedgerReader {
  /// `popbell ledger show`: the messages of each ledger, the newest first.
  func show() -> Int32 {
    let isTerminal = StandardStream.output.isTerminal
    return forEach { (text) throws(LedgerError) in
      if isTerminal {
        var head = "\u{1B}[1m" + text.mailbox + "\u{1B}[0m  "
        var count = 0
        try text.ledger.forEachMessage { _ in count += 1 }
        head.append(counted: count, "message", "messages")
        writeOutput(head + [.lineFeed])
      }
      var page: [Entry] = []
      repeat {
        page = try text.page(after: page.last)
        var table = Table()
        for entry in page {
          let (id, rule) = (entry.identity.shortDigits, text.rule(of: entry))
          if isTerminal {
            table.add(
              text.localTime(entry.time), id, text.shownRule(of: entry), text.words(for: entry))
          } else {
            table.add(
              text.mailbox, text.time(entry.time), id, rule, [UInt8](entry.word),
              text.detail(of: entry))
          }
        }
        writeOutput(isTerminal ? table.aligned : table.tabbed)
      } while page.count == LedgerText.page
    }
  }
}

/// True if `left` comes behind `right`.
private func isOlder(_ left: Entry, _ right: Entry) -> Bool {
  left.time == right.time ? right.identity < left.identity : left.time < right.time
}

extension LedgerText {
  /// How many messages are sorted, and in memory, at a time.
  fileprivate static var page: Int { 4096 }

  /// The newest messages, the newest first, of those behind `last`. It looks at all of the ledger for
  /// each page, and takes no more memory than one.
  fileprivate func page(after last: Entry?) throws(LedgerError) -> [Entry] {
    var page: [Entry] = []
    try ledger.forEachMessage { entry in
      if let last, !isOlder(entry, last) { return }
      var (low, high) = (0, page.count)
      while low < high {
        let middle = (low + high) / 2
        if isOlder(page[middle], entry) { high = middle } else { low = middle + 1 }
      }
      guard low < Self.page else { return }
      if page.count == Self.page { page.removeLast() }
      page.insert(entry, at: low)
    }
    return page
  }

  /// For people, the rule that took the message; empty where none was tried.
  fileprivate func shownRule(of entry: Entry) -> [UInt8] {
    if case .unread = entry.state { return [] }
    let rule = rule(of: entry)
    return rule.isEmpty ? [UInt8]("(no such rule now)") : rule
  }

  /// For programs, what the state's word does not say: how often the actions failed, until when it
  /// is kept, how what is gone stood.
  fileprivate func detail(of entry: Entry) -> [UInt8] {
    var text: [UInt8] = []
    if entry.isGone {
      text.append(entry.state.word)
    } else if let attempts = entry.state.attempts {
      text.append(decimal: UInt64(attempts))
    } else if let due = entry.hour {
      text = time(due)
    }
    return text
  }

  /// For people, how things stand, in the colour that this has.
  fileprivate func words(for entry: Entry) -> [UInt8] {
    var text: [UInt8] = []
    if entry.isGone {
      text.append("\u{1B}[2m")
      text.append(entry.state.word)
      text.append("; gone from the mailbox since ")
      text.append(localTime(entry.hour ?? 0).span)
      text.append("\u{1B}[0m")
      return text
    }
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
      if let due = entry.hour {
        text.append(" until ")
        text.append(localTime(due).span)
      }
    case .deleted(hour: 0, _): text.append("fired; deleted, which the server has not confirmed")
    case .deleted: text.append("fired; deleted")
    case .old: text.append("too old to fire; left")
    case .unread:
      text.append("\u{1B}[33mnot read: the server did not let it be; tried again after ")
      text.append(localTime(entry.hour ?? 0).span)
    case .forgotten, .link: break
    }
    if text.first == 0x1B { text.append("\u{1B}[0m") }
    return text
  }
}
