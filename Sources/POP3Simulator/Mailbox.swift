public import Foundation
import Synchronization

/// Messages that outlive the sessions; each session sees those that there were when it logged in.
public final class Mailbox: Sendable {
  private struct State {
    var messages: [Message] = []
    var deleted: [String] = []
    var isLocked = false
  }

  private let state = Mutex(State())
  private let folder: URL?

  public init(_ messages: [Message] = []) {
    folder = nil
    state.withLock { $0.messages = messages }
  }

  /// The folder's `.eml` files, in the order of their names; later ones are found too.
  public init(folder: URL) throws {
    self.folder = folder
    try rescan()
  }

  public func add(_ message: Message) {
    state.withLock { $0.messages.append(message) }
  }

  /// Another client deletes a message.
  public func remove(_ uid: String) {
    state.withLock { $0.messages.removeAll { $0.uid == uid } }
  }

  /// What it holds now, the oldest first.
  public var messages: [Message] { state.withLock(\.messages) }

  /// The UIDs whose deletion was committed, in that order.
  public var deletedUIDs: [String] { state.withLock(\.deleted) }

  /// What a session sees; nil while another has the mailbox to itself.
  func open(locking: Bool) -> [Message]? {
    if folder != nil { try? rescan() }
    return state.withLock { state in
      guard locking else { return state.messages }
      guard !state.isLocked else { return nil }
      state.isLocked = true
      return state.messages
    }
  }

  func unlock() {
    state.withLock { $0.isLocked = false }
  }

  /// Returns those that were still there.
  func commit(deleting uids: [String]) -> [Message] {
    let wanted = Set(uids)
    let gone = state.withLock { state in
      let gone = state.messages.filter { wanted.contains($0.uid) }
      state.messages.removeAll { wanted.contains($0.uid) }
      state.deleted += gone.map(\.uid)
      return gone
    }
    for case let file? in gone.map(\.file) { try? FileManager.default.removeItem(at: file) }
    return gone
  }

  private func rescan() throws {
    guard let folder else { return }
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    )
    .filter { $0.pathExtension == "eml" }
    .sorted { $0.lastPathComponent < $1.lastPathComponent }
    let known = Set(messages.compactMap { $0.file?.lastPathComponent })
    let present = Set(files.map(\.lastPathComponent))
    let new = files.filter { !known.contains($0.lastPathComponent) }.compactMap(message)
    state.withLock { state in
      state.messages.removeAll { $0.file.map { !present.contains($0.lastPathComponent) } ?? false }
      state.messages += new
    }
  }

  private func message(from file: URL) -> Message? {
    guard let data = try? Data(contentsOf: file) else { return nil }
    return Message(uid: uid(of: file.lastPathComponent), bytes: Array(data), file: file)
  }
}

/// Stable for a file name, and within the alphabet and the length of RFC 1939 section 7: FNV-1a.
private func uid(of name: String) -> String {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return String(hash, radix: 16)
}
