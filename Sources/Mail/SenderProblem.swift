import Bytes

/// Why a message has no sender's address beyond doubt.
public enum SenderProblem: Error, Equatable, Sendable {
  /// There is no From.
  case noField
  case severalFields
  /// A second From is hidden behind a CR, which some readers take for the end of a line.
  case hiddenField
  /// `From :`, a form that servers which check senders do not all read.
  case blankBeforeColon
  /// The field has over `Limits.fieldValue` bytes.
  case tooLong
  case value(FieldError)
}

/// Finds `From:` behind a CR that ends no line.
struct HiddenFrom {
  private(set) var isFound = false
  /// The part of the name that has come since a CR.
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
