public import Bytes
public import Mail
public import POP3
public import Rules

extension MessageHeader: MessageFields {}

extension AlertValues {
  /// What the supervisor is told of a message; each value is cut where it is longer.
  public init(_ header: borrowing MessageHeader, _ uniqueID: UniqueID?, _ captures: Captures) {
    self.init()
    setSubject(header.subject)
    if let address = header.from { from.appendText(address) }
    var receivers = ByteBuffer<320>()
    header.forEachTo { address in
      receivers.append(address)
      return false
    }
    to = receivers
    date.appendText(header.date)
    messageID.appendText(header.messageID)
    if let uniqueID { self.uniqueID.appendText(uniqueID.bytes) }
    self.captures = captures
  }
}

extension ByteBuffer {
  /// Adds what fits of `text`, no part of a character, and a blank for each control byte.
  mutating func appendText(_ text: Span<UInt8>) {
    var end = min(text.count, room)
    if end < text.count { while end > 0, text[end].isUTF8Tail { end -= 1 } }
    for index in 0..<end { append(text[index].isControl ? .space : text[index]) }
  }
}
