import Bytes
package import Ledger
package import Platform

/// The folder that the ledgers are in.
package final class LedgerFolder {
  package let folder: StateFolder
  /// True if it is ours for as long as this lives; where it is not, ledgers are only read.
  package private(set) var isLocked: Bool

  /// Creates the folder where only it is missing. Throws `wouldBlock` where another popbell has it.
  package init(locking path: [UInt8]) throws(FileError) {
    folder = try StateFolder(locking: path.span)
    isLocked = true
  }

  /// Opens it to look at what is there, beside another popbell.
  package init(existing path: [UInt8]) throws(FileError) {
    folder = try StateFolder(existing: path.span)
    isLocked = false
  }

  /// Throws `wouldBlock` where another popbell has it.
  package func lock() throws(SystemError) {
    try folder.lock()
    isLocked = true
  }
}

/// A ledger as a file: `NAME.ledger` in the state folder, and `NAME.new` while it is rewritten.
package struct LedgerFile: Store, ~Copyable {
  /// nil where nothing is to be written down: it is kept in memory then.
  private let folder: LedgerFolder?
  private let mailbox: [UInt8]
  /// Opened at first use.
  private var file: AppendFile?
  private var successor: AppendFile?
  private var memory: [UInt8] = []
  private var memorySuccessor: [UInt8] = []

  package init(_ folder: LedgerFolder?, mailbox: [UInt8]) {
    self.folder = folder
    self.mailbox = mailbox
  }

  package mutating func read(
    at offset: Int, into bytes: inout MutableSpan<UInt8>
  ) throws(StoreError) -> Int {
    var count = 0
    if folder == nil {
      count = max(0, min(bytes.count, memory.count - offset))
      for index in 0..<count { bytes[index] = memory[offset + index] }
    }
    try withFile { (file) throws(SystemError) in count = try file.read(at: offset, into: &bytes) }
    return count
  }

  package mutating func append(_ bytes: Span<UInt8>, to target: StoreFile) throws(StoreError) {
    if folder == nil {
      switch target {
      case .ledger: memory.append(bytes)
      case .successor: memorySuccessor.append(bytes)
      }
      return
    }
    switch target {
    case .ledger: try withFile { (file) throws(SystemError) in try file.append(bytes) }
    case .successor: try withSuccessor { (file) throws(SystemError) in try file.append(bytes) }
    }
  }

  package mutating func reserve(_ count: Int) throws(StoreError) {
    try withFile { (file) throws(SystemError) in try file.reserve(count) }
  }

  package mutating func synchronize(_ target: StoreFile) throws(StoreError) {
    switch target {
    case .ledger: try withFile { (file) throws(SystemError) in try file.synchronize() }
    case .successor: try withSuccessor { (file) throws(SystemError) in try file.synchronize() }
    }
  }

  package mutating func truncate(to length: Int) throws(StoreError) {
    if folder == nil { memory.removeLast(memory.count - length) }
    try withFile { (file) throws(SystemError) in try file.truncate(to: length) }
  }

  package mutating func beginSuccessor() throws(StoreError) {
    memorySuccessor = []
    guard let folder else { return }
    do throws(SystemError) {
      let new = try folder.folder.open((mailbox + ".new").span)
      try new.truncate(to: 0)
      successor = .some(new)
    } catch {
      throw StoreError(code: error.number.rawValue)
    }
  }

  package mutating func succeed() throws(StoreError) {
    guard let folder else {
      (memory, memorySuccessor) = (memorySuccessor, [])
      return
    }
    do throws(SystemError) {
      try folder.folder.rename(
        (mailbox + ".new").span, to: (mailbox + ".ledger").span)
      file = successor.take()
    } catch {
      throw StoreError(code: error.number.rawValue)
    }
  }

  package mutating func synchronizeFolder() throws(StoreError) {
    guard let folder else { return }
    do throws(SystemError) { try folder.folder.synchronize() } catch {
      throw StoreError(code: error.number.rawValue)
    }
  }

  private mutating func withFile(
    _ body: (borrowing AppendFile) throws(SystemError) -> Void
  ) throws(StoreError) {
    guard let folder else { return }
    do throws(SystemError) {
      if file == nil {
        let name = mailbox + ".ledger"
        file =
          try folder.isLocked ? folder.folder.open(name.span) : folder.folder.openToRead(name.span)
      }
      try body(file!)
    } catch {
      throw StoreError(code: error.number.rawValue)
    }
  }

  private mutating func withSuccessor(
    _ body: (borrowing AppendFile) throws(SystemError) -> Void
  ) throws(StoreError) {
    guard folder != nil, successor != nil else { return }
    do throws(SystemError) { try body(successor!) } catch {
      throw StoreError(code: error.number.rawValue)
    }
  }
}

extension Ledger<LedgerFile> {
  /// The ledger of a mailbox; in memory where there is no folder.
  package convenience init(of mailbox: [UInt8], in folder: LedgerFolder?) throws(LedgerError) {
    try self.init(
      LedgerFile(folder, mailbox: mailbox), now: Clock.now, wall: wallTime,
      built: UInt64(max(0, Clock.buildSecondsSince1970)))
  }
}
