import Bytes
import Ledger
import Platform

/// The folder that the ledgers are in, locked for as long as this lives.
final class LedgerFolder {
  fileprivate let folder: StateFolder

  /// Creates the folder where only it is missing. Throws `wouldBlock` where another popbell has it.
  init(locking path: [UInt8]) throws(SystemError) { folder = try StateFolder(locking: path.span) }
}

/// A ledger as a file: `NAME.ledger` in the state folder, and `NAME.new` while it is rewritten.
struct LedgerFile: Store, ~Copyable {
  /// nil where nothing is to be written down.
  private let folder: LedgerFolder?
  private let mailbox: [UInt8]
  /// Opened at first use.
  private var file: AppendFile?
  /// The file was put in its place, and the folder is not known to be on disk.
  private var folderIsPending = false

  init(_ folder: LedgerFolder?, mailbox: [UInt8]) {
    self.folder = folder
    self.mailbox = mailbox
  }

  mutating func read(at offset: Int, into bytes: inout ByteBuffer<4096>) throws(StoreError) {
    var chunk = InlineArray<4096, UInt8>(repeating: 0)
    while bytes.room > 0 {
      var span = chunk.mutableSpan
      let position = offset + bytes.count
      var count = 0
      try withFile { (file) throws(SystemError) in
        count = try file.read(at: position, into: &span)
      }
      guard count > 0 else { return }
      bytes.appendPrefix(of: chunk.span.extracting(..<count))
    }
  }

  mutating func append(_ bytes: Span<UInt8>) throws(StoreError) {
    try withFile { (file) throws(SystemError) in
      try file.append(bytes)
      try file.synchronize()
    }
  }

  mutating func truncate(to length: Int) throws(StoreError) {
    try withFile { (file) throws(SystemError) in
      try file.truncate(to: length)
      try file.synchronize()
    }
  }

  mutating func replace(with bytes: [UInt8]) throws(StoreError) {
    guard let folder else { return }
    let (name, temporary) = (mailbox + [UInt8](".ledger"), mailbox + [UInt8](".new"))
    do throws(SystemError) {
      let new = try folder.folder.open(temporary.span)
      try new.truncate(to: 0)
      try new.append(bytes.span)
      try new.synchronize()
      try folder.folder.rename(temporary.span, to: name.span)
      // From here on it is the ledger. Nothing is added to it before the folder is on disk.
      file = .some(new)
      folderIsPending = true
    } catch {
      throw StoreError(code: error.number.rawValue)
    }
  }

  private mutating func withFile(
    _ body: (borrowing AppendFile) throws(SystemError) -> Void
  ) throws(StoreError) {
    guard let folder else { return }
    do throws(SystemError) {
      if file == nil { file = try folder.folder.open((mailbox + [UInt8](".ledger")).span) }
      if folderIsPending { try folder.folder.synchronize() }
      folderIsPending = false
      try body(file!)
    } catch {
      throw StoreError(code: error.number.rawValue)
    }
  }
}
