import Bytes

/// The values that a rule's patterns captured, in the order of its `CaptureNames`.
public struct Captures: Sendable, Equatable {
  // The values one after the other, and the end of each.
  private var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var groups = 0

  public init() {}

  public var count: Int { ends.count }

  /// The value at `index`; empty if nothing was captured.
  @_lifetime(borrow self)
  public borrowing func value(at index: Int) -> Span<UInt8> {
    guard index < count else { return bytes.span.extracting(0..<0) }
    return bytes.span.extracting((index == 0 ? 0 : ends[index - 1])..<ends[index])
  }

  /// Appends a value, cut to `Limits.captureValue` bytes between characters.
  ///
  /// Returns `false`, and changes nothing, if there are already `Limits.captures` values.
  @discardableResult
  public mutating func append(_ value: Span<UInt8>) -> Bool {
    guard count < Limits.captures else { return false }
    bytes.append(value.prefix(ofCharactersWithin: Limits.captureValue))
    ends.append(bytes.count)
    return true
  }

  /// Appends the groups that `matcher` found: those with names, and the numbered ones that `CaptureNames`
  /// has.
  mutating func append(
    _ groups: [Expression.Group], _ matcher: ExpressionMatcher, of text: Span<UInt8>
  ) {
    for group in groups {
      self.groups += 1
      guard let capture = group.capture, !group.name.isEmpty || self.groups <= Limits.groups else {
        continue
      }
      append(text.extracting(matcher.range(ofCapture: capture)))
    }
  }

  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    groups = 0
  }
}

extension Captures {
  public static func == (left: Self, right: Self) -> Bool {
    left.bytes == right.bytes && left.ends == right.ends
  }
}

/// The names of a rule's captures: those in its patterns, and numbers for groups without a name.
public struct CaptureNames: Sendable {
  public private(set) var names: [[UInt8]] = []
  /// The characters that each capture can contain.
  public private(set) var alphabets: [Alphabet] = []
  private var groups = 0

  public init() {}

  /// Adds the captures of the next pattern of the rule.
  public mutating func add(_ pattern: Pattern) throws(CaptureError) {
    switch pattern {
    case .wildcard(let wildcard):
      for name in wildcard.names { try add(name) }
    case .expression(let expression):
      // Groups with a name are numbered as well, as in Python and RE2.
      for group in expression.groups {
        groups += 1
        guard let capture = group.capture else { continue }
        let alphabet = expression.program.alphabet(ofCapture: capture)
        if !group.name.isEmpty {
          try add(group.name, alphabet)
        } else if groups <= Limits.groups {
          try append([0x30 | UInt8(groups)], alphabet)
        }
      }
    }
  }

  /// The name of a value in a template, without braces.
  public func name(of value: AlertValue) -> [UInt8] {
    guard case .capture(let index) = value else { return [UInt8](value.name) }
    return names[index]
  }

  /// Index of `name`, in any case of letters and with `_` for `-`; nil if there is none.
  public func index(of name: Span<UInt8>) -> Int? {
    names.firstIndex { candidate in isSameName(candidate.span, name) }
  }

  private mutating func add(
    _ name: [UInt8], _ alphabet: Alphabet = .anything
  ) throws(CaptureError) {
    guard AlertValue(reserved: name.span) == nil else {
      throw CaptureError(reason: .nameReserved, name: name)
    }
    guard index(of: name.span) == nil else {
      throw CaptureError(reason: .nameTaken, name: name)
    }
    try append(name, alphabet)
  }

  private mutating func append(_ name: [UInt8], _ alphabet: Alphabet) throws(CaptureError) {
    guard names.count < Limits.captures else { throw CaptureError(reason: .tooMany, name: []) }
    names.append(name)
    alphabets.append(alphabet)
  }
}

// name = letter *( letter / digit / "-" / "_" )
func isCaptureName(_ text: Span<UInt8>) -> Bool {
  guard !text.isEmpty, text.count <= Limits.captureName, text[0].isLetter else { return false }
  for index in text.indices {
    let byte = text[index]
    guard byte.isLetter || byte.isDigit || byte == .ascii("-") || byte == .ascii("_") else {
      return false
    }
  }
  return true
}

/// True if two names give the same environment variable.
func isSameName(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
  guard left.count == right.count else { return false }
  for index in left.indices where variableByte(left[index]) != variableByte(right[index]) {
    return false
  }
  return true
}

/// The byte of a name in an environment variable: upper case, and `_` for `-`.
public func variableByte(_ byte: UInt8) -> UInt8 {
  if byte == .ascii("-") { return .ascii("_") }
  return byte.isLetter ? byte & 0xDF : byte
}
