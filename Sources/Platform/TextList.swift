internal import Bytes

/// Texts for a program: its arguments, or its environment.
public struct TextList: Sendable {
  private(set) var storage: [UInt8] = []
  public private(set) var count = 0
  private let limit: Int

  /// A list of up to `limit` bytes, with one more for each text.
  public init(limit: Int) { self.limit = limit }

  /// Adds a text. Returns `false`, and changes nothing, when full or when the text holds a NUL.
  public mutating func append(_ text: Span<UInt8>) -> Bool {
    guard text.firstIndex(of: 0) == nil, text.count < limit - storage.count else { return false }
    storage.append(text)
    storage.append(0)
    count += 1
    return true
  }

  /// Adds "name=value". Returns `false`, and changes nothing, when full or when one holds a NUL.
  public mutating func append(name: Span<UInt8>, value: Span<UInt8>) -> Bool {
    guard name.firstIndex(of: 0) == nil, value.firstIndex(of: 0) == nil,
      name.count + value.count + 1 < limit - storage.count
    else { return false }
    storage.append(name)
    storage.append(.ascii("="))
    storage.append(value)
    storage.append(0)
    count += 1
    return true
  }
}
