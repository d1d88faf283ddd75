import Bytes

/// Why the sender's address of a message is not known for certain.
public enum SenderProblem: Error, Equatable, Sendable {
  /// There is no From field.
  case noField
  case severalFields
  /// A second From field is hidden behind a CR, which some readers take for a line end.
  case hiddenField
  /// `From :`, which servers that check senders do not all recognise.
  case blankBeforeColon
  /// The value has over `Limits.fieldValue` bytes.
  case tooLong
  case value(FieldError)
}

/// Finds `From:` behind a CR that does not end a line.
struct HiddenFrom {
  private(set) var isFound = false
  /// Number of letters of the name since a CR; nil if there is no match.
  private var matched: Int?

  mutating func endLine() { matched = nil }

  mutating func push(_ byte: UInt8) {
    let name: StaticString = "from"
    if byte == .carriageReturn {
      matched = 0
    } else if let count = matched {
      switch byte.lowercased {
      case .ascii(":") where count == name.utf8CodeUnitCount: isFound = true
      case .space, .horizontalTab:
        if count < name.utf8CodeUnitCount { matched = nil }
      case let letter where count < name.utf8CodeUnitCount && letter == name.byte(at: count):
        matched = count + 1
      default: matched = nil
      }
    }
  }
}
