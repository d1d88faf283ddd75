internal import Bytes

/// A line of a listing, or what follows `+OK` in the reply about one message.
struct ListingLine {
  /// Number of the message; nil if the line has none from 1 to `Limits.messages`.
  let message: Int?
  let uniqueID: UniqueID?
  let octets: UInt64?
  /// The unique-id, if the whole line is only a unique-id.
  let soleUniqueID: UniqueID?

  // unique-id-listing = msg-number SP unique-id                      ; RFC 1939 section 7
  // scan-listing      = msg-number SP octets                         ; RFC 1939 section 5
  //
  // Maillennium sends several blanks between the two.
  // In a line that was cut off, a word that reaches the cut is ignored.
  init(parsing line: Span<UInt8>, isTruncated: Bool) {
    var rest = line
    let number = Int(decimal: takeWord(from: &rest)) ?? 0
    soleUniqueID = isTruncated ? nil : Self.uniqueID(parsing: line.trimmingBlanks)
    let isWhole = !isTruncated || !rest.isEmpty
    message = isWhole && (1...Limits.messages).contains(number) ? number : nil
    uniqueID = isTruncated ? nil : Self.uniqueID(parsing: rest.trimmingBlanks)
    octets = isTruncated ? nil : UInt64(decimal: takeWord(from: &rest))
  }

  // unique-id = 1*70(%x21-7E)                                        ; RFC 1939 section 7
  //
  // A text that is empty, too long, or has a blank or control byte is not a unique-id. If it were cut, two
  // unique-ids could become one, and the second message would never fire. Octets above 0x7F do no harm.
  private static func uniqueID(parsing text: Span<UInt8>) -> UniqueID? {
    guard !text.isEmpty, text.count <= Limits.uniqueIDOctets else { return nil }
    for index in text.indices where text[index] == .space || text[index].isControl { return nil }
    return UniqueID(text)
  }
}
