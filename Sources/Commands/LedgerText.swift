import Alerts
import Bytes
import Ledger
import Platform
import Rules
import Service

// What a ledger says of messages: in words for people, in fields for programs.

/// A ledger, and what its rules and times are.
final class LedgerText {
  let mailbox: [UInt8]
  let ledger: Ledger<LedgerFile>
  private let rules: [[UInt8]]
  private let words: [Int]

  init(_ mailbox: [UInt8], _ ledger: Ledger<LedgerFile>, _ rules: [[UInt8]]) {
    self.mailbox = mailbox
    self.ledger = ledger
    self.rules = rules
    words = rules.map { Int(ruleWord($0.span)) }
  }

  /// The rule that took it; empty where there is none of its name any more.
  func rule(of entry: Entry) -> [UInt8] {
    words.firstIndex(of: Int(entry.rule)).map { rules[$0] } ?? []
  }

  /// What the board's clock said, or will: "2026-11-21T15:00:07Z". Empty where that cannot be said.
  func time(_ time: UInt32, local: Bool = false) -> [UInt8] {
    let seconds = Int64(clamping: ledger.wall(at: time))
    return Clock.timestamp(of: seconds, local: local)
  }

  /// The same for people: "2026-11-21 16:00:07", as their clock says.
  func localTime(_ time: UInt32) -> [UInt8] {
    var text = self.time(time, local: true)
    guard text.count > 19 else { return text }
    text.removeLast(text.count - 19)
    text[10] = .space
    return text
  }
}

extension Identity {
  /// As many as tell it from others.
  var shortDigits: [UInt8] {
    var digits = digits
    digits.removeLast(16)
    return digits
  }
}

extension Entry {
  /// The state in one word, for programs.
  var word: StaticString { isGone ? "gone" : state.word }

  /// The time at which a kept message goes or an unread one is read again, or since which one is gone, in
  /// seconds of the ledger's clock; nil for others, and for what stays.
  var hour: UInt32? {
    if isGone { return UInt32(clamping: UInt64(goneDay) * 86_400) }
    switch state {
    case .kept(let hour, _, _) where hour > 0, .unread(let hour) where hour > 0:
      return UInt32(clamping: UInt64(hour) * 3600)
    case .intended, .fired, .archived, .failed, .givenUp, .kept, .deleted, .old, .forgotten, .link,
      .unread:
      return nil
    }
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
    case .old: "old"
    case .forgotten: "forgotten"
    case .unread: "unread"
    case .link: "link"
    }
  }

  /// How often its actions failed; nil where they did not.
  var attempts: UInt8? {
    switch self {
    case .intended(let failures), .failed(let failures): failures.attempts
    case .fired, .archived, .givenUp, .kept, .deleted, .old, .forgotten, .unread, .link: nil
    }
  }
}
