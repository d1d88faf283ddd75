import Alerts
import Bytes
import Ledger
import Platform
import Rules

// What a ledger says of messages: in words for people, in fields for programs.

/// What names, times and rules of one ledger are.
struct LedgerText {
  let ledger: Ledger<LedgerFile>
  private let rules: [(word: UInt16, name: [UInt8])]

  init(_ ledger: Ledger<LedgerFile>, _ rules: RuleSet) {
    self.ledger = ledger
    self.rules = rules.rules.map { (ruleWord($0.name.span), $0.name) }
  }

  /// The rule that took it; nil where there is none of its name any more.
  func rule(of entry: Entry) -> [UInt8]? { rules.first { $0.word == entry.rule }?.name }

  /// What the board's clock said, or will: "2026-11-21T15:00:07Z". Empty where that cannot be said.
  func time(_ time: UInt32, local: Bool = false) -> [UInt8] {
    let seconds = Int64(clamping: ledger.wall(at: time))
    return [UInt8](Clock.timestamp(of: seconds, local: local).bytes)
  }

  /// The same for people: "2026-11-21 16:00:07", as their clock says.
  func localTime(_ time: UInt32) -> [UInt8] {
    var text = [UInt8](self.time(time, local: true).prefix(19))
    if text.count > 10 { text[10] = .space }
    return text
  }
}

extension Entry {
  /// The first `digits` hexadecimal digits of its identity.
  func identity(digits: Int = 32) -> [UInt8] {
    var bytes = ByteBuffer<16>()
    identity.write(to: &bytes)
    var text: [UInt8] = []
    text.append(hexadecimal: bytes.bytes)
    return [UInt8](text.prefix(digits))
  }
}

extension EntryState {
  /// The state in one word, for programs.
  var word: StaticString {
    switch self {
    case .intended: "interrupted"
    case .fired: "fired"
    case .archived: "archived"
    case .failed: "failed"
    case .givenUp: "given-up"
    case .kept: "kept"
    case .deleted: "deleted"
    case .missing: "missing"
    case .alias: "alias"
    }
  }

  /// How often its actions failed; nil where they did not.
  var attempts: UInt8? {
    switch self {
    case .intended(let failures), .failed(let failures): failures.attempts
    case .fired, .archived, .givenUp, .kept, .deleted, .missing, .alias: nil
    }
  }

  /// When what is kept goes, in seconds of the ledger's clock; nil for what stays or is not kept.
  var due: UInt32? {
    guard case .kept(let hour, _) = self, hour > 0 else { return nil }
    return UInt32(clamping: UInt64(hour) * 3600)
  }
}
