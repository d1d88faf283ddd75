import Bytes

/// The bytes by which a message is recognised after a redelivery, in a restored mailbox, or on another
/// server.
extension MessageHeader {
  private static var contentFields: InlineArray<6, HeaderField> {
    [.messageID, .date, .from, .subject, .to, .firstReceived]
  }

  /// Calls `body` with the bytes that identify the message, for a digest: the topmost Message-ID, Date, From,
  /// Subject and To, and the bottom-most Received.
  ///
  /// Each value is unfolded, not decoded, with runs of blanks collapsed into one and none at the ends.
  /// Returns `false` if Message-ID, Date and Received are all missing or empty, as other messages may then
  /// have the same bytes.
  public func forEachByteOfContent(_ body: (UInt8) -> Void) -> Bool {
    let fields = Self.contentFields
    for index in fields.indices { emitContent(fields[index], body) }
    let tellsApart: InlineArray<3, HeaderField> = [.messageID, .date, .firstReceived]
    return tellsApart.indices.contains { sum(of: tellsApart[$0]).count > 0 }
  }

  private func sum(of field: HeaderField) -> TextSum { values.sum(of: rows.row(of: field)) }

  // content = length *OCTET / length *1024OCTET sum      ; length: 4 bytes, sum: 8, the highest first
  //
  /// Emits a value: whole if it has up to `Limits.contentPrefix` bytes, otherwise that prefix and a hash of
  /// the whole.
  private func emitContent(_ field: HeaderField, _ body: (UInt8) -> Void) {
    let sum = sum(of: field)
    // The length is taken modulo 4 GiB.
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
