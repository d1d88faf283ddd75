import Bytes

/// A header field whose value is kept.
public enum HeaderField: Sendable, Equatable {
  case subject
  case from
  case to
  case date
  case messageID
  /// The topmost Received, which the last server wrote.
  case received
  /// Names the charset of the body, which is assumed for texts without a label.
  case contentType
  /// The bottom-most Received, which the first server wrote; the same as the topmost if there is only one.
  case firstReceived
  /// The values of all To fields below the topmost, joined by commas: devices write a field for each
  /// receiver.
  case furtherTo
  /// The extra field at this index in the list with which the header was created.
  case extra(Int)
}

/// The fields that are kept, each in a row of its own.
struct FieldRows {
  /// The names of the extra rows, which follow those of the known fields.
  private var extraNames: [[UInt8]] = []
  /// The row of each extra field. A known field, or a name that occurs twice, has only one row.
  private var rowsOfExtraFields: [Int] = []

  init(extraFields: [[UInt8]]) {
    for name in extraFields {
      if let row = row(named: name.span) {
        rowsOfExtraFields.append(row)
      } else {
        rowsOfExtraFields.append(count)
        extraNames.append(name)
      }
    }
  }

  /// Number of fields that are found by name. The rows of the bottom-most Received and of further To fields
  /// follow.
  private static let namedCount = 7
  private static let knownCount = namedCount + 2
  var count: Int { Self.knownCount + extraNames.count }
  var extraCount: Int { rowsOfExtraFields.count }

  func row(of field: HeaderField) -> Int {
    switch field {
    case .subject: 0
    case .from: 1
    case .to: 2
    case .date: 3
    case .messageID: 4
    case .received: 5
    case .contentType: 6
    case .firstReceived: 7
    case .furtherTo: 8
    case .extra(let index): rowsOfExtraFields[index]
    }
  }

  private static func name(ofKnown row: Int) -> StaticString {
    switch row {
    case 0: "Subject"
    case 1: "From"
    case 2: "To"
    case 3: "Date"
    case 4: "Message-ID"
    case 5: "Received"
    default: "Content-Type"
    }
  }

  /// The row of the field with this name, in either case; nil if the field is not kept.
  func row(named name: Span<UInt8>) -> Int? {
    for row in 0..<Self.namedCount where name.equalsIgnoringCase(Self.name(ofKnown: row)) {
      return row
    }
    for index in extraNames.indices {
      let extraName = extraNames[index]
      if name.equalsIgnoringCase(extraName.span) { return Self.knownCount + index }
    }
    return nil
  }
}
