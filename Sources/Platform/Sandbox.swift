internal import CPlatform

/// A user to become, from the system's list of users.
public struct User: Equatable, Sendable {
  public let id: UInt32
  public let group: UInt32

  /// Who owns nothing: the one that Linux has for users that it cannot name, and Debian calls nobody.
  public static let nobody = User(id: 65534, group: 65534)

  private init(id: UInt32, group: UInt32) {
    self.id = id
    self.group = group
  }

  /// Throws `notFound` where there is none of that name. Not for a process in the sandbox.
  public init(named name: Span<UInt8>) throws(SystemError) {
    var user: UInt32 = 0
    var group: UInt32 = 0
    // SAFETY: the library reads `count` bytes, writes two values, and keeps no pointer.
    let result = unsafe name.withUnsafeBufferPointer { name in
      unsafe pb_user_find(name.baseAddress, name.count, &user, &group)
    }
    try check(result, .getpwnam)
    id = user
    self.group = group
  }
}

/// Giving up powers, in two steps, for good. Where a step throws, some of it may be done: end the
/// process.
public enum Sandbox {
  /// True if this process is root, so that `dropPrivileges` needs a user.
  public static var isRoot: Bool { pb_is_root() }

  /// From here on no other process of this user looks into this one, or into those that it forks: it has
  /// the lines and the ledger. It leaves no core.
  public static func shutToOthers() throws(SystemError) {
    try check(pb_shut_to_others(), .dropPrivileges)
  }

  /// What this process writes to standard output and error goes nowhere any more: what speaks there
  /// is the log, and a log that a stranger's bytes could write would be none.
  public static func silence() throws(SystemError) { try check(pb_silence(), .devNull) }

  /// First step: becomes `user` (when root), can gain no privileges, start no process and write no
  /// file, and leaves no core. It can still resolve names and connect.
  public static func dropPrivileges(to user: User?) throws(SystemError) {
    try check(pb_privileges_drop(user?.id ?? 0, user?.group ?? 0), .dropPrivileges)
  }

  /// Second step of a process that looks up a name: it can read what that needs, ask name servers, and
  /// use the descriptors that it has. What else it tries fails with EPERM or, by Landlock where the
  /// kernel has that, with EACCES.
  public static func enterResolver() throws(SystemError) {
    try check(pb_sandbox_enter_resolver(), .seccomp)
  }

  public enum Violation: Sendable {
    /// Ends the process with SIGSYS.
    case kills
    /// Fails with EPERM: for tests.
    case fails
  }

  /// Second step: from here on the process can only use the descriptors it has, memory, the clock
  /// and random numbers. No open, no exec, no socket, no process, no executable memory.
  public static func enter(_ violation: Violation = .kills) throws(SystemError) {
    try check(pb_sandbox_enter(violation == .kills), .seccomp)
  }

  /// Second step of a process that was given all that it is to judge: it can only write to the descriptors
  /// that it has, and use memory.
  public static func enterJudge(_ violation: Violation = .kills) throws(SystemError) {
    try check(pb_sandbox_enter_judge(violation == .kills), .seccomp)
  }
}
