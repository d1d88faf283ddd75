internal import Bytes
internal import CPlatform

/// Why an expression is refused.
public enum RegularExpressionError: Error, Sendable {
  /// The library's reason.
  case syntax([UInt8])
  /// It has more than 1024 bytes, or a NUL.
  case text
  /// There are 128 already.
  case tooMany
}

/// Compiled POSIX extended regular expressions.
@safe
public struct RegularExpressions: ~Copyable {
  private let table: OpaquePointer

  public init() {
    // SAFETY: the library returns a table that is this value's alone.
    guard let table = unsafe pb_regex_open() else { fatalError("no memory") }
    unsafe self.table = table
  }

  // SAFETY: nobody else has the pointer.
  deinit { unsafe pb_regex_close(table) }

  /// Adds an expression, and returns its index.
  public mutating func compile(
    _ pattern: Span<UInt8>, caseSensitive: Bool
  ) throws(RegularExpressionError) -> Int {
    var reason = InlineArray<128, UInt8>(repeating: 0)
    var span = reason.mutableSpan
    var length = 0
    // SAFETY: the library reads and writes within the counts, and keeps no pointer.
    let result = unsafe pattern.withUnsafeBufferPointer { pattern in
      unsafe span.withUnsafeMutableBufferPointer { reason in
        unsafe pb_regex_compile(
          table, pattern.baseAddress, pattern.count, caseSensitive, reason.baseAddress,
          reason.count, &length)
      }
    }
    guard result < 0 else { return Int(result) }
    if length > 0 { throw .syntax([UInt8](reason.span.extracting(..<length))) }
    throw result == -Int32(PB_ENOSPC) ? .tooMany : .text
  }

  /// The places of the first match: the whole of it, then its groups, the first nine; nil where
  /// there is no match. Throws where nobody knows: there was no memory, or the text has a NUL or more
  /// than 1024 bytes.
  public func match(_ index: Int, in text: Span<UInt8>) throws(SystemError) -> Match? {
    precondition(index >= 0 && index < PB_REGEX_EXPRESSIONS)
    var groups = [pb_regex_group](repeating: pb_regex_group(), count: 10)
    // SAFETY: the library reads and writes within the counts, and keeps no pointer.
    let result = unsafe text.withUnsafeBufferPointer { text in
      unsafe groups.withUnsafeMutableBufferPointer { groups in
        unsafe pb_regex_match(
          table, Int32(index), text.baseAddress, text.count, groups.baseAddress, groups.count)
      }
    }
    return try check(result, .regexec) == 1 ? Match(groups: groups) : nil
  }

  public struct Match: Sendable {
    let groups: [pb_regex_group]

    /// Where a group matched, in bytes; 0 is the whole match. nil where it took no part.
    public subscript(group: Int) -> Range<Int>? {
      guard groups.indices.contains(group), groups[group].start >= 0 else { return nil }
      return Int(groups[group].start)..<Int(groups[group].end)
    }
  }
}
