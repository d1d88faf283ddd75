import Bytes
import Config
import Ledger

extension LedgerReader {
  /// `popbell ledger export`: all that the ledgers say, as JSON, an object on each line.
  func export() -> Int32 {
    forEach { (mailbox, ledger) throws(LedgerError) in
      let text = LedgerText(ledger, settings.rules)
      var line = JSONLine("mailbox", mailbox.name)
      line.add("examined", number: ledger.examined.map { Int64($0.count) })
      line.add("skew", number: ledger.clockSkew)
      line.print()
      try ledger.forEachMessage { entry in
        var line = JSONLine("mailbox", mailbox.name)
        line.add("identity", entry.identity())
        line.add("state", [UInt8](entry.state.word))
        line.add("time", text.time(entry.time))
        line.add("rule", text.rule(of: entry) ?? [])
        if let attempts = entry.state.attempts { line.add("attempts", number: Int64(attempts)) }
        if let due = entry.state.due { line.add("due", text.time(due)) }
        if case .missing(_, let fired, _) = entry.state {
          line.add("fired", fired ? "true" : "false")
        }
        line.print()
      }
    }
  }
}

// object = "{" string ":" value *( "," string ":" value ) "}"             ; RFC 8259 section 4
//
/// Nothing in it has to be escaped: names are letters, digits, `-`, `_` and `.`, or they are refused.
private struct JSONLine {
  private var text = [UInt8]("{")

  init(_ name: StaticString, _ value: [UInt8]) { add(name, value) }

  /// A string; null where it is empty.
  mutating func add(_ name: StaticString, _ value: [UInt8]) {
    guard !value.isEmpty else { return add(name, "null") }
    add(name, "\"")
    text += value
    text.append("\"")
  }

  mutating func add(_ name: StaticString, number: Int64?) {
    guard let number else { return add(name, "null") }
    add(name, number < 0 ? "-" : "")
    text.append(decimal: number.magnitude)
  }

  mutating func add(_ name: StaticString, _ value: StaticString) {
    text.append(text.count == 1 ? "\"" : ",\"")
    text.append(name)
    text.append("\":")
    text.append(value)
  }

  func print() { writeOutput(text + [UInt8]("}\n")) }
}
