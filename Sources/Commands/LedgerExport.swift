import Bytes
import Ledger
import Service

extension LedgerReader {
  /// `popbell ledger export`: all that the ledgers say, as JSON, an object on each line.
  func export() -> Int32 {
    forEach { (text) throws(LedgerError) in
      var line = JSONLine(text.mailbox)
      line.add("examined", number: text.ledger.examined.map { Int64($0.count) })
      line.add("skew", number: text.ledger.clockSkew)
      line.print()
      try text.ledger.forEachMessage { entry in
        var line = JSONLine(text.mailbox)
        line.add("identity", entry.identity.digits)
        line.add("state", [UInt8](entry.word))
        line.add("time", text.time(entry.time))
        line.add("rule", text.rule(of: entry))
        if let attempts = entry.state.attempts { line.add("attempts", number: Int64(attempts)) }
        if entry.isGone { line.add("detail", [UInt8](entry.state.word)) }
        if let hour = entry.hour { line.add(entry.isGone ? "gone" : "due", text.time(hour)) }
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

  init(_ mailbox: [UInt8]) { add("mailbox", mailbox) }

  /// A string; null where it is empty.
  mutating func add(_ name: StaticString, _ value: [UInt8]) {
    guard !value.isEmpty else { return add(name, "null") }
    add(name, "\"")
    text.append(value)
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

  func print() { writeOutput(text + "}\n") }
}
