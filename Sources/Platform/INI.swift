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

  /// The longest line, in bytes without its comment.
  public static let lineLimit = Int(PB_INI_LINE)

  public let reason: Reason
  /// Counts from 1.
  public let line: Int
}

/// What a line of an INI file is; lines count from 1. The texts stay until the call returns.
public enum INILine: Sendable {
  case section(SystemText, line: Int)
  /// The value may be empty, and so may the section, before there is one.
  case entry(section: SystemText, key: SystemText, value: SystemText, line: Int)
  /// Neither of them; the line is passed over.
  case problem(INIError)
}

/// Calls `take` with each `[section]` and each `key = value` (or `key: value`) of an INI file, and
/// with each line that is neither.
///
/// A "#" or ";" that begins a line, or a ";" that follows a blank, begins a comment. Blanks around
/// keys, values and lines mean nothing, so a value never goes on in the next line.
public func parseINI(_ text: Span<UInt8>, _ take: (INILine) -> Void) {
  withoutActuallyEscaping(take) { take in
    var target = Target(take: take)
    var handlers = unsafe pb_ini_handlers(
      section: takeSection, entry: takeEntry, problem: takeProblem)
    // SAFETY: the library reads `count` bytes, and calls back, with the target, before it returns.
    unsafe text.withUnsafeBufferPointer { bytes in
      unsafe withUnsafeMutablePointer(to: &target) { target in
        unsafe pb_ini_parse(bytes.baseAddress, bytes.count, &handlers, target)
      }
    }
  }
}

private struct Target {
  let take: (INILine) -> Void
}

extension Target {
  /// The target that `parseINI` passed.
  fileprivate init?(_ context: UnsafeMutableRawPointer?) {
    // SAFETY: the library hands back what `parseINI` gave it.
    guard let target = unsafe context?.assumingMemoryBound(to: Target.self) else { return nil }
    self = unsafe target.pointee
  }
}

// SAFETY, for all three: the texts end in NUL, and stay until the call returns.
private func takeSection(
  _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?, _ line: Int32
) {
  guard let target = unsafe Target(context), let name = unsafe SystemText(name) else { return }
  target.take(.section(name, line: Int(line)))
}

private func takeEntry(
  _ context: UnsafeMutableRawPointer?, _ section: UnsafePointer<CChar>?,
  _ key: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?, _ line: Int32
) {
  guard let target = unsafe Target(context), let section = unsafe SystemText(section),
    let key = unsafe SystemText(key), let value = unsafe SystemText(value)
  else { return }
  target.take(.entry(section: section, key: key, value: value, line: Int(line)))
}

private func takeProblem(
  _ context: UnsafeMutableRawPointer?, _ problem: Int32, _ line: Int32
) {
  guard let target = unsafe Target(context) else { return }
  target.take(.problem(INIError(reason: INIError.Reason(problem), line: Int(line))))
}

extension INIError.Reason {
  fileprivate init(_ problem: Int32) {
    switch Int(problem) {
    case PB_INI_SYNTAX: self = .syntax
    case PB_INI_LINE_TOO_LONG: self = .lineTooLong
    case PB_INI_SECTION_TOO_LONG: self = .sectionTooLong
    case PB_INI_NUL: self = .nul
    default: self = .outOfMemory
    }
  }
}
