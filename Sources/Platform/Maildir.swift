internal import Bytes
internal import CPlatform

/// A Maildir: a folder where each message is a file, for mail readers.
///
/// A file's name is the caller's: the same message always has the same, up to
/// `Maildir.nameLimit` bytes without a slash or a colon.
public struct Maildir: ~Copyable {
  /// Bytes of a name: a mail reader adds its flags to it, and a file's name has 255.
  public static let nameLimit = 128

  fileprivate let temporary: Descriptor
  fileprivate let new: Descriptor
  private let current: Descriptor

  /// Opens the Maildir at `path`; what is missing is made, but for the folder above it.
  ///
  /// `path` may be a symbolic link; `tmp`, `new` and `cur` in it may not.
  public init(at path: Span<UInt8>) throws(SystemError) {
    var folders = pb_maildir()
    // SAFETY: the library reads `count` bytes, and keeps no pointer; so in all of this file.
    let result = unsafe path.withUnsafeBufferPointer { path in
      unsafe pb_maildir_open(path.baseAddress, path.count, &folders)
    }
    try check(result, .open)
    temporary = Descriptor(owning: folders.temporary)
    new = Descriptor(owning: folders.fresh)
    current = Descriptor(owning: folders.current)
  }

  /// True if the message is there, unread or read, and no power cut takes it away.
  public func contains(_ name: Span<UInt8>) throws(SystemError) -> Bool {
    checkName(name)
    var folders = pb_maildir(
      temporary: temporary.number, fresh: new.number, current: current.number)
    let result = unsafe name.withUnsafeBufferPointer { name in
      unsafe pb_maildir_contains(&folders, name.baseAddress, name.count)
    }
    return try check(result, .stat) > 0
  }
}

/// A message on its way into a Maildir: written in `tmp`, it gets into `new` whole or not at all.
///
/// What is not finished is gone with this value; after a failure it is gone at once, and the rest
/// fails as that did.
public struct MaildirMessage: ~Copyable {
  private enum State {
    case writing
    case failed(SystemError)
    case finished
  }

  private let folder: Maildir
  private let name: [UInt8]
  private let file: Descriptor
  private var state = State.writing

  /// Begins the message. What a crash left of it is replaced.
  public init(_ name: Span<UInt8>, in folder: consuming Maildir) throws(SystemError) {
    checkName(name)
    let result = unsafe name.withUnsafeBufferPointer { name in
      unsafe pb_maildir_create(folder.temporary.number, name.baseAddress, name.count)
    }
    file = Descriptor(owning: try check(result, .open))
    self.name = [UInt8](name)
    self.folder = folder
  }

  /// Writes all of `bytes` at the end. Throws `noSpace` where the disk would have less than `margin`
  /// bytes left.
  public mutating func append(_ bytes: Span<UInt8>, margin: UInt64 = 0) throws(SystemError) {
    if case .failed(let error) = state { throw error }
    do throws(SystemError) {
      let needed = margin == 0 ? 0 : margin + UInt64(bytes.count)
      guard try check(pb_has_room(file.number, needed), .statvfs) > 0 else {
        throw SystemError(.write, .noSpace)
      }
      try file.writeAll(bytes, within: nil)
    } catch {
      fail(error)
      throw error
    }
  }

  /// Puts the message into `new`, in the place of what had its name; returns once the disk has it.
  public consuming func finish() throws(SystemError) {
    try deliver()
    state = .finished
  }

  private func deliver() throws(SystemError) {
    if case .failed(let error) = state { throw error }
    try check(pb_synchronize(file.number), .fsync)
    let result = unsafe name.span.withUnsafeBufferPointer { name in
      unsafe pb_maildir_move(
        folder.temporary.number, folder.new.number, name.baseAddress, name.count)
    }
    try check(result, .rename)
    do throws(SystemError) { try check(pb_synchronize(folder.new.number), .fsync) } catch {
      // Nobody may take it for archived.
      remove(from: folder.new)
      throw error
    }
  }

  deinit {
    if case .writing = state { remove(from: folder.temporary) }
  }

  /// Removes the file at once, and gives back its room.
  private mutating func fail(_ error: SystemError) {
    state = .failed(error)
    remove(from: folder.temporary)
    // It has its room for as long as it is open.
    _ = pb_truncate(file.number, 0)
  }

  /// Where that fails too, the next attempt replaces the file.
  private func remove(from folder: borrowing Descriptor) {
    _ = unsafe name.span.withUnsafeBufferPointer { name in
      unsafe pb_maildir_remove(folder.number, name.baseAddress, name.count)
    }
  }
}

private func checkName(_ name: Span<UInt8>) {
  precondition(!name.isEmpty && name.count <= Maildir.nameLimit && name[0] != .ascii("."))
  for index in name.indices {
    precondition(name[index] != .ascii("/") && name[index] != .ascii(":") && name[index] != 0)
  }
}
