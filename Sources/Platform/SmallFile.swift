public import Bytes
internal import CPlatform

/// Why a file is not read.
public enum FileError: Error, Sendable {
  case system(SystemError)
  case notRegular
  /// It has more bytes than the limit.
  case tooLarge
  /// It belongs to this user, who is neither root nor the one that runs the program.
  case owner(UInt32)
  /// Its mode lets others do what they must not.
  case mode(UInt32, FileTrust)
}

/// What others may do to a file.
public enum FileTrust: UInt32, Sendable {
  /// Anything: what it says is checked elsewhere.
  case anyone = 0o000
  /// Read, but not write: it is a program, or says which run.
  case settings = 0o002
  /// Nothing: it holds a secret. Its group may read.
  case secret = 0o027
  /// Nothing but to go through it: who may read a folder may lock it.
  case folder = 0o066

  /// Throws where the file's mode lets others do more.
  func check(_ mode: UInt32) throws(FileError) {
    guard mode & rawValue == 0 else { throw .mode(mode, self) }
  }
}

/// Reads a whole file of at most `limit` bytes.
///
/// What is checked is the file that is read: renaming another into its place changes nothing.
public func readFile(
  _ path: Span<UInt8>, limit: Int, trust: FileTrust
) throws(FileError) -> [UInt8] {
  let file = try openTrusted(path, limit: limit, trust: trust)
  var bytes: [UInt8] = []
  let isWhole = try forEachChunk(of: file) { chunk in
    guard chunk.count <= limit - bytes.count else { return false }
    bytes.append(chunk)
    return true
  }
  guard isWhole else { throw .tooLarge }
  return bytes
}

/// Throws where `readSecret` would, but for what is in the file.
public func checkSecret(_ path: Span<UInt8>, limit: Int) throws(FileError) {
  _ = try openTrusted(path, limit: limit, trust: .secret)
}

/// Reads a secret into `secret`, in place of what it holds, and leaves no other copy in memory.
public func readSecret<let capacity: Int>(
  _ path: Span<UInt8>, into secret: inout ByteBuffer<capacity>
) throws(FileError) {
  let file = try openTrusted(path, limit: capacity, trust: .secret)
  secret.wipe()
  guard try forEachChunk(of: file, { chunk in secret.append(chunk) }) else { throw .tooLarge }
}

/// Calls `body` with all of the file, in order. Returns `false` where it had enough before the end.
private func forEachChunk(
  of file: borrowing Descriptor, _ body: (Span<UInt8>) -> Bool
) throws(FileError) -> Bool {
  var chunk = ByteBuffer<256>()
  defer { chunk.wipe() }
  while true {
    let result: ReadResult
    do { result = try file.read(into: &chunk) } catch { throw .system(error) }
    switch result {
    case .bytes: guard body(chunk.bytes) else { return false }
    case .end: return true
    case .wouldBlock:
      var waiting = PollSet<1>()
      waiting.add(file)
      do { try waiting.wait(for: nil) } catch { throw .system(error) }
    }
  }
}

func openTrusted(
  _ path: Span<UInt8>, limit: Int, trust: FileTrust
) throws(FileError) -> Descriptor {
  var status = pb_file_status()
  // SAFETY: the library reads `count` bytes, and keeps no pointer.
  let result = unsafe path.withUnsafeBufferPointer { path in
    unsafe pb_file_open(path.baseAddress, path.count, &status)
  }
  let file: Descriptor
  do { file = Descriptor(owning: try check(result, .open)) } catch { throw .system(error) }
  guard status.is_regular else { throw .notRegular }
  guard status.size <= Int64(limit) else { throw .tooLarge }
  let isOwn = status.owner == 0 || status.owner == pb_effective_user()
  guard isOwn || trust == .anyone else { throw .owner(status.owner) }
  try trust.check(status.mode)
  return file
}

/// Throws where the file is not there, is none that this user may run, or is one that everybody may change.
public func checkProgram(_ path: Span<UInt8>) throws(FileError) {
  // SAFETY: the library reads `count` bytes, and keeps no pointer.
  let result = unsafe path.withUnsafeBufferPointer { path in
    unsafe pb_program_check(path.baseAddress, path.count)
  }
  let mode: Int32
  do { mode = try check(result, .exec) } catch { throw .system(error) }
  try FileTrust.settings.check(UInt32(mode))
}

/// Opens a file of any size, for a process that reads it as its standard input.
public func openInput(_ path: Span<UInt8>) throws(FileError) -> Descriptor {
  try openTrusted(path, limit: .max, trust: .anyone)
}

/// Reads standard input in pieces, until `body` has had enough.
public func readInput(_ body: (Span<UInt8>) -> Bool) throws(FileError) {
  _ = try forEachChunk(of: Descriptor(owning: 0), body)
}
