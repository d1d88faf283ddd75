import Bytes
internal import CPlatform

/// Who may use a file, and who asks.
public struct FileAccess: Sendable {
  /// The names of the file's owner and group, and of this process's user, or their numbers.
  public let owner: [UInt8]
  public let group: [UInt8]
  public let user: [UInt8]
  /// True if the group may read and write.
  public let isForGroup: Bool
  /// True if this process is in the group.
  public let isMember: Bool

  public init(to path: Span<UInt8>) throws(SystemError) {
    var access = pb_file_access()
    // SAFETY: the library reads `count` bytes, and keeps no pointer.
    let result = unsafe path.withUnsafeBufferPointer { path in
      unsafe pb_file_access(path.baseAddress, path.count, &access)
    }
    try check(result, .stat)
    owner = [UInt8](field: &access.owner)
    group = [UInt8](field: &access.group)
    user = [UInt8](field: &access.user)
    isForGroup = access.mode & 0o060 == 0o060
    isMember = access.is_member
  }
}
