internal import Bytes
internal import CPlatform

/// The folder that one process keeps its records in. All names in it are relative to the opened
/// folder, so nothing that is renamed above it leads elsewhere.
public struct StateFolder: ~Copyable {
  private let descriptor: Descriptor

  /// Opens the folder, creates it where only it is missing, and locks it for as long as this value
  /// lives. Throws `wouldBlock` where another process has it, and where others may write or lock it; for
  /// root also where the way leads through a symbolic link that is not root's.
  public init(locking path: Span<UInt8>) throws(FileError) {
    let folder = try openFolder(path, creates: true)
    do { try check(pb_lock(folder.number, false), .flock) } catch { throw .system(error) }
    descriptor = folder
  }

  /// Opens the folder, which must be there, and does not lock it.
  public init(existing path: Span<UInt8>) throws(FileError) {
    descriptor = try openFolder(path, creates: false)
  }

  /// Locks it for as long as this value lives. Throws `wouldBlock` where another process has it.
  public func lock() throws(SystemError) { try check(pb_lock(descriptor.number, false), .flock) }

  /// Root becomes the user that the folder belongs to, for good: what it creates is that user's.
  public func becomeOwner() throws(SystemError) {
    try check(pb_become_owner(descriptor.number), .setresuid)
  }

  /// Opens a file only to read, where it is there.
  public func openToRead(_ name: Span<UInt8>) throws(SystemError) -> AppendFile {
    // SAFETY: the library reads `count` bytes, and keeps no pointer.
    let result = unsafe name.withUnsafeBufferPointer { name in
      unsafe pb_folder_open_read(descriptor.number, name.baseAddress, name.count)
    }
    return AppendFile(descriptor: Descriptor(owning: try check(result, .open)))
  }

  /// Opens a file to read and to append to; creates it, with mode 0600, where it is missing.
  public func open(_ name: Span<UInt8>) throws(SystemError) -> AppendFile {
    // SAFETY: the library reads `count` bytes, and keeps no pointer; so below.
    let result = unsafe name.withUnsafeBufferPointer { name in
      unsafe pb_folder_open_append(descriptor.number, name.baseAddress, name.count)
    }
    return AppendFile(descriptor: Descriptor(owning: try check(result, .open)))
  }

  /// Puts `name` in the place of `other`, in one step; `synchronize` makes it last.
  public func rename(_ name: Span<UInt8>, to other: Span<UInt8>) throws(SystemError) {
    let result = unsafe name.withUnsafeBufferPointer { name in
      unsafe other.withUnsafeBufferPointer { other in
        unsafe pb_folder_rename(
          descriptor.number, name.baseAddress, name.count, other.baseAddress, other.count)
      }
    }
    try check(result, .rename)
  }

  public func remove(_ name: Span<UInt8>) throws(SystemError) {
    let result = unsafe name.withUnsafeBufferPointer { name in
      unsafe pb_folder_remove(descriptor.number, name.baseAddress, name.count)
    }
    try check(result, .unlink)
  }

  /// Returns once the disk has what was created, renamed and removed.
  public func synchronize() throws(SystemError) {
    try check(pb_synchronize(descriptor.number), .fsync)
  }
}

private func openFolder(_ path: Span<UInt8>, creates: Bool) throws(FileError) -> Descriptor {
  var mode: UInt32 = 0
  // SAFETY: the library reads `count` bytes, writes one value, and keeps no pointer.
  let result = unsafe path.withUnsafeBufferPointer { path in
    unsafe pb_folder_open(path.baseAddress, path.count, creates, &mode)
  }
  let folder: Descriptor
  do { folder = Descriptor(owning: try check(result, .open)) } catch { throw .system(error) }
  try FileTrust.folder.check(mode)
  return folder
}

/// A file that is only ever written at its end.
public struct AppendFile: ~Copyable {
  let descriptor: Descriptor

  /// Waits until no other process has it locked, unless `waits` is false: then it throws
  /// `wouldBlock`. It stays locked for as long as this value lives.
  public func lock(waits: Bool) throws(SystemError) {
    try check(pb_lock(descriptor.number, waits), .flock)
  }

  public func size() throws(SystemError) -> Int {
    try check(pb_file_size(descriptor.number), .fstat)
  }

  /// Reads what is at `offset`, as much as there is and fits, and returns how much.
  public func read(
    at offset: Int, into bytes: inout MutableSpan<UInt8>
  ) throws(SystemError) -> Int {
    // SAFETY: the library writes at most that many bytes, and keeps no pointer.
    let result = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      unsafe pb_read_at(descriptor.number, Int64(offset), buffer.baseAddress, buffer.count)
    }
    return try check(result, .pread)
  }

  /// Writes all of `bytes` at the end. When it throws, a part may be there: `truncate` it.
  public func append(_ bytes: Span<UInt8>) throws(SystemError) {
    try descriptor.writeAll(bytes, within: nil)
  }

  /// Returns once the disk has the contents and the size.
  public func synchronize() throws(SystemError) {
    try check(pb_synchronize_data(descriptor.number), .fdatasync)
  }

  /// Makes sure that so many bytes will find room at the end, where the file system can do that.
  public func reserve(_ count: Int) throws(SystemError) {
    try check(pb_reserve(descriptor.number, count), .fallocate)
  }

  public func truncate(to size: Int) throws(SystemError) {
    try check(pb_truncate(descriptor.number, Int64(size)), .ftruncate)
  }
}
