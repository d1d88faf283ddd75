extension Span<UInt8> {
  public func equals(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in indices where self[index] != other[index] { return false }
    return true
  }

  public func equals(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && hasPrefix(text)
  }

  public func hasPrefix(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    for index in 0..<text.utf8CodeUnitCount where self[index] != text.byte(at: index) {
      return false
    }
    return true
  }

  /// True if both are the same, apart from the case of ASCII letters.
  public func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in indices where self[index].lowercased != other[index].lowercased { return false }
    return true
  }

  /// True if both are the same, apart from the case of ASCII letters.
  public func equalsIgnoringCase(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && hasPrefixIgnoringCase(text)
  }

  public func hasPrefixIgnoringCase(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount else { return false }
    for index in 0..<text.utf8CodeUnitCount
    where self[index].lowercased != text.byte(at: index).lowercased {
      return false
    }
    return true
  }

  /// Index of the first `byte` from `start` on; nil if there is none.
  public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
    var index = start
    while index < count {
      if self[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// The same bytes without spaces and tabs at both ends.
  public var trimmingBlanks: Span<UInt8> {
    @_lifetime(copy self)
    get {
      var start = 0
      var end = count
      while start < end, self[start].isBlank { start += 1 }
      while end > start, self[end - 1].isBlank { end -= 1 }
      return extracting(start..<end)
    }
  }
}

extension [UInt8] {
  /// A copy of `bytes`.
  public init(_ bytes: Span<UInt8>) {
    self = []
    append(bytes)
  }

  /// The UTF-8 bytes of `text`.
  public init(_ text: StaticString) {
    self = []
    append(text)
  }

  /// Overwrites the array with zeros, even if nothing reads it again, and empties it: for secrets. There must
  /// be no other copy.
  @inline(never)
  @_optimize(none)
  public mutating func wipe() {
    for index in indices { self[index] = 0 }
    self = []
  }

  public mutating func append(_ bytes: Span<UInt8>) {
    reserveCapacity(count + bytes.count)
    for index in bytes.indices { append(bytes[index]) }
  }

  public mutating func append(_ more: [UInt8]) { append(contentsOf: more) }

  public mutating func append(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { append(text.byte(at: index)) }
  }

  /// The concatenation of both.
  public static func + (text: consuming [UInt8], more: StaticString) -> [UInt8] {
    text.append(more)
    return text
  }

  public static func + (text: StaticString, more: [UInt8]) -> [UInt8] { [UInt8](text) + more }
}

/// The parts of `text` between separators, without empty ones.
public func parts(of text: [UInt8], _ isSeparator: (UInt8) -> Bool) -> [[UInt8]] {
  var parts: [[UInt8]] = []
  var part: [UInt8] = []
  for byte in text {
    if !isSeparator(byte) {
      part.append(byte)
    } else if !part.isEmpty {
      parts.append(part)
      part = []
    }
  }
  return part.isEmpty ? parts : parts + [part]
}
