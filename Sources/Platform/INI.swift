internal import Bytes
internal import CPlatform

/// Why an INI file cannot be read as one, and where.
public struct INIError: Error, Equatable, Sendable {
  public enum Reason: Equatable, Sendable {
    /// Neither a section, nor an entry, nor a comment.
    case syntax
    /// More than 1024 bytes.
    case lineTooLong
    /// A section's name has more than 49 bytes.
    case sectionTooLong
    case nul
    case outOfMemory
  }

  public let reason: Reason
  /// Counts from 1.
  public let line: Int
}

/// Calls `entry` with each "key = value" (or "key: value") of an INI file, in order, and where it
/// stands; the value may be empty, and without a section that is.
///
/// A "#" or ";" that begins a line, or follows a blank, begins a comment. Blanks around keys,
/// values and lines mean nothing, so a value never goes on in the next line. Throws the first
/// error when all could be read that can be.
public func parseINI(
  _ text: Span<UInt8>,
  _ entry: (
    _ section: Span<UInt8>, _ key: Span<UInt8>, _ value: Span<UInt8>, _ line: Int
  ) -> Void
) throws(INIError) {
  var line: Int32 = 0
  let result = withoutActuallyEscaping(entry) { entry in
    var handler = Handler(entry: entry)
    // SAFETY: the library reads `count` bytes, and calls back, with the handler, before it returns.
    return unsafe text.withUnsafeBufferPointer { bytes in
      unsafe withUnsafeMutablePointer(to: &handler) { handler in
        unsafe pb_ini_parse(bytes.baseAddress, bytes.count, takeEntry, handler, &line)
      }
    }
  }
  guard let reason = INIError.Reason(result) else { return }
  throw INIError(reason: reason, line: Int(line))
}

private struct Handler {
  let entry: (Span<UInt8>, Span<UInt8>, Span<UInt8>, Int) -> Void
}

private let takeEntry: pb_ini_handler = { context, section, key, value, line in
  // SAFETY: `parseINI` passed its handler; the texts end in NUL, and stay until this returns.
  guard let context = unsafe context, let section = unsafe SystemText(section),
    let key = unsafe SystemText(key), let value = unsafe SystemText(value)
  else { return }
  let handler = unsafe context.assumingMemoryBound(to: Handler.self).pointee
  handler.entry(section.bytes, key.bytes, value.bytes, Int(line))
}

extension INIError.Reason {
  fileprivate init?(_ result: Int32) {
    switch Int(result) {
    case PB_INI_OK: return nil
    case PB_INI_SYNTAX: self = .syntax
    case PB_INI_LINE_TOO_LONG: self = .lineTooLong
    case PB_INI_SECTION_TOO_LONG: self = .sectionTooLong
    case PB_INI_NUL: self = .nul
    default: self = .outOfMemory
    }
  }
}
