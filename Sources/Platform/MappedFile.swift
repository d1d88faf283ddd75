internal import Bytes
internal import CPlatform

/// A file's bytes as they are on disk, read-only: pages that all processes share.
///
/// Whoever cuts the file short while it is mapped ends the process that reads on: to replace it, rename
/// another into its place.
@safe
public final class MappedFile: @unchecked Sendable {
  private let start: UnsafeRawPointer
  public let count: Int

  /// Maps a file of 1 to `limit` bytes that nobody but root or its user may write.
  public init(_ path: Span<UInt8>, limit: Int) throws(FileError) {
    let file = try openTrusted(path, limit: limit, trust: .settings)
    var start: UnsafeRawPointer?
    let count: Int
    // SAFETY: the library writes one pointer, and keeps none.
    do { count = try check(unsafe pb_file_map(file.number, limit, &start), .mmap) } catch {
      throw .system(error)
    }
    guard let start = unsafe start else { throw .system(SystemError(.mmap, .invalid)) }
    unsafe self.start = start
    self.count = count
  }

  deinit {
    // SAFETY: what was mapped, and nobody reads it any more.
    unsafe pb_file_unmap(start, count)
  }

  /// The byte at `index`, which must be less than `count`.
  public subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count)
    // SAFETY: `index` was checked, and the mapping lives as long as `self`.
    return unsafe start.load(fromByteOffset: index, as: UInt8.self)
  }
}
