import Bytes

/// A field of the header block that is kept.
public enum HeaderField: Sendable, Equatable {
  case subject
  case from
  case to
  case replyTo
  case date
  case messageID
  /// The topmost Received: the last server's.
  case received
  /// Tells of the body's charset, which is that of texts without any.
  case contentType
  /// The bottom-most Received: the first server's. It is the topmost where there is one only.
  case firstReceived
  /// The values of those below the topmost To, with commas between them: devices write one for each
  /// receiver.
  case furtherTo
  /// The one at this place in the list that the header was made with.
  case extra(Int)
}

/// Which fields are kept, each in a row of its own.
struct FieldRows {
  /// The names of the extra rows, which come after those of the known fields.
  private var extraNames: [[UInt8]] = []
  /// The row of each extra field: a known one, or one twice in the list, needs no second row.
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

  /// Fields that are found by their names; behind theirs are the rows of the bottom-most Received and of
  /// further To.
  private static let namedCount = 8
  private static let knownCount = namedCount + 2
  var count: Int { Self.knownCount + extraNames.count }
  var extraCount: Int { rowsOfExtraFields.count }

  func row(of field: HeaderField) -> Int {
    switch field {
    case .subject: 0
    case .from: 1
    case .to: 2
    case .replyTo: 3
    case .date: 4
    case .messageID: 5
    case .received: 6
    case .contentType: 7
    case .firstReceived: 8
    case .furtherTo: 9
    case .extra(let index): rowsOfExtraFields[index]
    }
  }

  private static func name(ofKnown row: Int) -> StaticString {
    switch row {
    case 0: "Subject"
    case 1: "From"
    case 2: "To"
    case 3: "Reply-To"
    case 4: "Date"
    case 5: "Message-ID"
    case 6: "Received"
    default: "Content-Type"
    }
  }

  /// The row of the field with that name in any case; nil where it is not kept.
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
