public import Bytes
internal import CPlatform

/// Who may use a file, and who asks.
public struct FileAccess: Sendable {
  /// The names of the file's owner and group, and of this process's user, or their numbers.
  public let owner: ByteBuffer<32>
  public let group: ByteBuffer<32>
  public let user: ByteBuffer<32>
  /// Whether the group may read and write.
  public let isForGroup: Bool
  /// Whether this process is in the group.
  public let isMember: Bool

  public init(to path: Span<UInt8>) throws(SystemError) {
    var access = pb_file_access()
    // SAFETY: the library reads `count` bytes, and keeps no pointer.
    let result = unsafe path.withUnsafeBufferPointer { path in
      unsafe pb_file_access(path.baseAddress, path.count, &access)
    }
    try check(result, "stat")
    owner = ByteBuffer(field: access.owner)
    group = ByteBuffer(field: access.group)
    user = ByteBuffer(field: access.user)
    isForGroup = access.mode & 0o060 == 0o060
    isMember = access.is_member
  }
}
