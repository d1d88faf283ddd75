import Ledger
import TestSupport

extension Ledger where S: ~Copyable {
  func state(_ number: Int, content: Int? = nil) throws -> MessageState {
    try state(of: MessageIdentity(number, content: content))
  }

  func fire(_ message: MessageIdentity) throws {
    try intend(message, rule: 1)
    try note(message, .fired, rule: 1)
  }

  func delete(_ message: MessageIdentity) throws {
    permitDeletion(of: message, as: message.unique)
    noteDeletion(of: message.unique)
    try commitDeletions()
  }
}
