internal import Bytes
internal import CPlatform

/// A program that this one started, without a shell, as a process group of its own.
///
/// It has no input, and its output and errors are one pipe; it runs in "/", with umask 022 and
/// default signals, and inherits no descriptor.
public struct Program: ~Copyable {
  public var process: ChildProcess
  /// Non-blocking. What is left of the group may keep it open after the process has ended.
  public let output: Descriptor

  /// Starts the program whose absolute path is the first argument, with exactly these arguments (up
  /// to 64) and this environment (up to 128). Throws exec's error too: `notFound`, `accessDenied`.
  ///
  /// A helper dies with this process, and its errors go nowhere: its output is an answer.
  public init(
    _ arguments: TextList, environment: TextList, isHelper: Bool = false
  ) throws(SystemError) {
    var output: Int32 = -1
    // SAFETY: the library reads within the counts, and keeps no pointer.
    let id = unsafe arguments.storage.span.withUnsafeBufferPointer { arguments in
      unsafe environment.storage.span.withUnsafeBufferPointer { environment in
        unsafe pb_program_start(
          arguments.baseAddress, arguments.count, environment.baseAddress, environment.count,
          isHelper, &output)
      }
    }
    process = ChildProcess(id: try check(id, .exec), isGroup: true)
    self.output = Descriptor(owning: output)
  }

  /// Reads once, when the output is readable, and calls `body` with each line that is complete.
  /// Returns `false` when the output has ended.
  public func readOutput(
    _ lines: inout LineAssembler, _ body: (Span<UInt8>, _ isCut: Bool) -> Void
  ) throws(SystemError) -> Bool {
    var bytes = ByteBuffer<512>()
    switch try output.read(into: &bytes) {
    case .bytes: lines.append(bytes.bytes, body)
    case .wouldBlock: break
    case .end:
      lines.finish(body)
      return false
    }
    return true
  }
}
