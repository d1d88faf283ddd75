internal import Bytes
internal import CPlatform

/// Text that stays as long as the process: an argument, or the value of a variable.
@safe
public struct SystemText: @unchecked Sendable {
  private let start: UnsafeRawPointer
  public let count: Int

  /// `text` must stay for ever.
  init?(_ text: UnsafePointer<CChar>?) {
    guard let start = unsafe UnsafeRawPointer(text) else { return nil }
    unsafe self.start = start
    var count = 0
    // SAFETY: C strings end in NUL, and nothing after that is read.
    while unsafe start.load(fromByteOffset: count, as: UInt8.self) != 0 { count += 1 }
    self.count = count
  }

  public var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get {
      // SAFETY: `count` bytes stand there for ever, so for as long as `self` too.
      let span = unsafe Span<UInt8>(
        _unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}

public enum Environment {
  /// What the variable is set to; nil where it is not.
  public static func value(of name: StaticString) -> SystemText? {
    precondition(name.hasPointerRepresentation)
    // SAFETY: a literal ends in NUL, and nothing in the program changes the environment.
    return unsafe name.withCString { unsafe SystemText(pb_environment($0)) }
  }
}

/// The command line, as main gave it to `pb_arguments`.
public enum Arguments {
  public enum Option: Sendable {
    case option(code: Int32, argument: SystemText?)
    case unknown(SystemText)
    case needsArgument(SystemText)
    /// No more options: the arguments from this index on are the operands.
    case end(operands: Int)
  }

  public static var count: Int { Int(pb_argument_count()) }

  /// The argument at `index`; nil where there is none. The first is the program's name.
  public static func argument(at index: Int) -> SystemText? {
    guard let index = Int32(exactly: index) else { return nil }
    // SAFETY: the arguments stay as long as the process.
    return unsafe SystemText(pb_argument(index))
  }

  /// From now on there is a long option `name`; 31 at most. `code` is the letter that means the
  /// same, or a number from 256 on.
  public static func addOption(_ name: StaticString, code: Int32, takesArgument: Bool = false) {
    // SAFETY: a literal stays for ever.
    unsafe name.withCString { unsafe pb_option_add($0, takesArgument, code) }
  }

  /// The next option, as getopt_long reads them: operands may stand between options, and move to
  /// the end. `letters` is as getopt's, with a colon in front.
  public static func nextOption(letters: StaticString) -> Option {
    precondition(letters.byte(at: 0) == .ascii(":"))
    var argument: UnsafePointer<CChar>?
    // SAFETY: the library keeps no pointer to the letters.
    let code = unsafe letters.withCString { unsafe pb_option_next($0, &argument) }
    let text = unsafe SystemText(argument)
    switch (Int(code), text) {
    case (PB_OPTION_END, _): return .end(operands: Int(pb_operand_index()))
    case (PB_OPTION_UNKNOWN, let text?): return .unknown(text)
    case (PB_OPTION_NO_ARGUMENT, let text?): return .needsArgument(text)
    default: return .option(code: code, argument: text)
    }
  }
}

extension StaticString {
  /// Calls `body` with the literal as a C string.
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    // SAFETY: a literal's bytes are followed by a NUL, and CChar is a byte.
    unsafe body(UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self))
  }
}
