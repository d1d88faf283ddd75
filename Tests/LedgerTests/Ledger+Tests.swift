import Ledger
import TestSupport

/// What rule 1 makes of messages.
extension Ledger where S: ~Copyable {
  func alert(_ message: MessageIdentity, rule: UInt16 = 1) throws -> AlertIdentity {
    try resolve(message, rule: rule)
  }

  func state(of message: MessageIdentity, rule: UInt16 = 1) throws -> MessageState {
    try state(of: alert(message, rule: rule))
  }

  func state(_ number: Int, content: Int? = nil) throws -> MessageState {
    try state(of: MessageIdentity(number, content: content))
  }

  func intend(_ message: MessageIdentity) throws { try intend(alert(message)) }

  func note(_ message: MessageIdentity, _ state: EntryState) throws {
    try note(alert(message), state)
  }

  func keep(_ message: MessageIdentity, until due: UInt64? = nil, rules: UInt16 = 1) throws {
    try keep(alert(message), until: due, rules: rules)
  }

  func fire(_ message: MessageIdentity, rule: UInt16 = 1) throws {
    let alert = try alert(message, rule: rule)
    try intend(alert)
    try note(alert, .fired)
  }

  /// Deletes the message, of which so many others are left.
  func delete(_ message: MessageIdentity, left: UInt32 = 0) throws {
    try permit(message)
    try commitDeletions(left: left)
  }

  func permit(_ message: MessageIdentity, number: UInt32 = 1) throws {
    let alert = try alert(message)
    try meet(alert)
    permitDeletion(of: alert, message: number)
    noteDeletion(of: number)
  }
}
