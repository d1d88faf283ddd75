import Bytes

/// The bytes by which a message is the same alert wherever it is found: a redelivery, a restored mailbox,
/// another server.
extension MessageHeader {
  private static var contentFields: InlineArray<6, HeaderField> {
    [.messageID, .date, .from, .subject, .to, .firstReceived]
  }

  /// Calls `body` with the bytes that stand for the message's content, for a digest: Message-ID, Date,
  /// From, Subject, To and the bottom-most Received.
  ///
  /// Of each the topmost value as it was sent, unfolded, never decoded, runs of blanks as one, and
  /// none at the ends. Returns `false` where Message-ID, Date and Received are all missing or empty:
  /// then another message may have the same.
  public func forEachByteOfContent(_ body: (UInt8) -> Void) -> Bool {
    let fields = Self.contentFields
    for index in fields.indices { emitContent(fields[index], body) }
    let tellsApart: InlineArray<3, HeaderField> = [.messageID, .date, .firstReceived]
    return tellsApart.indices.contains { sum(of: tellsApart[$0]).count > 0 }
  }

  private func sum(of field: HeaderField) -> TextSum { values.sum(of: rows.row(of: field)) }

  // content = length *OCTET / length *1024OCTET sum      ; length: 4 bytes, sum: 8, the highest first
  //
  /// A value of up to `Limits.contentPrefix` bytes whole; of a longer one the first of them and a sum
  /// over all.
  private func emitContent(_ field: HeaderField, _ body: (UInt8) -> Void) {
    let sum = sum(of: field)
    // A value of 4 GiB and more counts as one that is as much shorter.
    emit(UInt64(UInt32(truncatingIfNeeded: sum.count)), size: 4, body)
    var count = 0
    var isAfterBlank = false
    let value = value(of: field)
    for index in value.indices where count < Limits.contentPrefix {
      let byte = value[index]
      if byte.isCollapsible {
        isAfterBlank = true
        continue
      }
      if isAfterBlank, count > 0 {
        body(.space)
        count += 1
        if count == Limits.contentPrefix { break }
      }
      isAfterBlank = false
      body(byte)
      count += 1
    }
    if sum.count > UInt64(count) { emit(sum.hash, size: 8, body) }
  }

  private func emit(_ number: UInt64, size: Int, _ body: (UInt8) -> Void) {
    for index in 0..<size {
      body(UInt8(truncatingIfNeeded: number >> UInt64(8 * (size - 1 - index))))
    }
  }
}
