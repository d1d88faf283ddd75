import Bytes
internal import CPlatform

/// A system call, or what several of them are for.
public enum SystemCall: Sendable, CaseIterable {
  case arguments, connect, devNull, dropPrivileges, environment, exec, fallocate, fdatasync
  case flock, fork, fstat, fsync, ftruncate, getLine, getLineInfo, getpwnam, getrandom
  case getValues, keeper, mmap, open, opendir, poll, pread, read, rename, sdNotify, seccomp
  case setresuid, setValues, signalfd, stat, statvfs, tls, unlink, waitpid, watchLineInfo, write

  var name: StaticString {
    switch self {
    case .arguments: "arguments"
    case .connect: "connect"
    case .devNull: "/dev/null"
    case .dropPrivileges: "dropping privileges"
    case .environment: "environment"
    case .exec: "exec"
    case .fallocate: "fallocate"
    case .fdatasync: "fdatasync"
    case .flock: "flock"
    case .fork: "fork"
    case .fstat: "fstat"
    case .fsync: "fsync"
    case .ftruncate: "ftruncate"
    case .getLine: "GPIO_V2_GET_LINE"
    case .getLineInfo: "GPIO_V2_GET_LINEINFO"
    case .getpwnam: "getpwnam"
    case .getrandom: "getrandom"
    case .getValues: "GPIO_V2_LINE_GET_VALUES"
    case .keeper: "the line keeper"
    case .mmap: "mmap"
    case .open: "open"
    case .opendir: "opendir"
    case .poll: "poll"
    case .pread: "pread"
    case .read: "read"
    case .rename: "rename"
    case .sdNotify: "sd_notify"
    case .seccomp: "seccomp"
    case .setresuid: "setresuid"
    case .setValues: "GPIO_V2_LINE_SET_VALUES"
    case .signalfd: "signalfd"
    case .stat: "stat"
    case .statvfs: "statvfs"
    case .tls: "TLS"
    case .unlink: "unlink"
    case .waitpid: "waitpid"
    case .watchLineInfo: "GPIO_V2_GET_LINEINFO_WATCH"
    case .write: "write"
    }
  }
}

/// A system call that failed, and why.
public struct SystemError: Error, Equatable, Sendable {
  public let call: SystemCall
  public let number: ErrorNumber

  public init(_ call: SystemCall, _ number: ErrorNumber) {
    self.call = call
    self.number = number
  }

  /// For people: "open: No such file or directory".
  public var text: [UInt8] { [UInt8](call.name) + ": " + number.text }
}

/// A value of `errno`.
public struct ErrorNumber: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32

  public init(rawValue: Int32) { self.rawValue = rawValue }
  private init(_ value: Int) { rawValue = Int32(truncatingIfNeeded: value) }

  /// For people: "No such file or directory".
  public var text: [UInt8] {
    // SAFETY: the library returns a text that ends in NUL and stays until its next call.
    unsafe [UInt8](ofText: pb_error_text(rawValue))
  }

  public static let notPermitted = ErrorNumber(PB_EPERM)
  public static let argumentsTooLong = ErrorNumber(PB_E2BIG)
  public static let notFound = ErrorNumber(PB_ENOENT)
  public static let wouldBlock = ErrorNumber(PB_EAGAIN)
  public static let accessDenied = ErrorNumber(PB_EACCES)
  public static let busy = ErrorNumber(PB_EBUSY)
  public static let noDevice = ErrorNumber(PB_ENODEV)
  public static let invalid = ErrorNumber(PB_EINVAL)
  public static let brokenPipe = ErrorNumber(PB_EPIPE)
  public static let notImplemented = ErrorNumber(PB_ENOSYS)
  public static let nameTooLong = ErrorNumber(PB_ENAMETOOLONG)
  public static let notAFolder = ErrorNumber(PB_ENOTDIR)
  public static let noSpace = ErrorNumber(PB_ENOSPC)
  public static let fileTooLarge = ErrorNumber(PB_EFBIG)
  public static let symbolicLink = ErrorNumber(PB_ELOOP)
  public static let noBufferSpace = ErrorNumber(PB_ENOBUFS)
  public static let timedOut = ErrorNumber(PB_ETIMEDOUT)
}

/// What a call of CPlatform returned, where that is not an error.
@discardableResult
func check(_ result: Int32, _ call: SystemCall) throws(SystemError) -> Int32 {
  guard result >= 0 else { throw SystemError(call, ErrorNumber(rawValue: -result)) }
  return result
}

func check(_ result: Int64, _ call: SystemCall) throws(SystemError) -> Int {
  guard result >= 0 else {
    throw SystemError(call, ErrorNumber(rawValue: Int32(truncatingIfNeeded: -result)))
  }
  return Int(clamping: result)
}

extension [UInt8] {
  /// A copy of a C string; empty for a null pointer.
  @unsafe init(ofText text: UnsafePointer<CChar>?) {
    self = []
    guard var next = unsafe UnsafeRawPointer(text) else { return }
    // SAFETY: the caller's text ends in NUL, and nothing after that is read.
    while unsafe next.load(as: UInt8.self) != 0 {
      unsafe append(next.load(as: UInt8.self))
      unsafe next += 1
    }
  }

  /// The text in a field of fixed size, which ends in NUL where it is shorter. It is read in place: a
  /// copy of a C array has code for each of its elements.
  init(field: inout some BitwiseCopyable) {
    self = []
    // SAFETY: only the bytes of the field are read.
    unsafe Swift.withUnsafeBytes(of: &field) { bytes in
      var index = 0
      while index < bytes.count, unsafe bytes[index] != 0 {
        unsafe append(bytes[index])
        index += 1
      }
    }
  }
}
