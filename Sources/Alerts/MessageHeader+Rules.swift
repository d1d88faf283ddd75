internal import Bytes
public import Mail
public import POP3
public import Rules

extension MessageHeader: MessageFields {}

extension AlertValues {
  /// What the supervisor is told of a message; each value is cut where it is longer.
  public init(_ header: borrowing MessageHeader, _ uniqueID: UniqueID?, _ captures: Captures) {
    self.init()
    subject = plainText(header.subject, within: Limits.subject)
    if let address = header.from { from = plainText(address, within: Limits.address) }
    var receiver: [UInt8] = []
    header.forEachTo { address in
      receiver = plainText(address, within: Limits.address)
      return false
    }
    to = receiver
    date = plainText(header.date, within: Limits.date)
    messageID = plainText(header.messageID, within: Limits.messageID)
    if let uniqueID { self.uniqueID = plainText(uniqueID.span, within: Limits.uniqueID) }
    self.captures = captures
  }
}

/// What fits of `text`, no part of a character, with a blank for each control byte.
func plainText(_ text: Span<UInt8>, within limit: Int) -> [UInt8] {
  var bytes = [UInt8](text.prefix(ofCharactersWithin: limit))
  for index in bytes.indices where bytes[index].isControl { bytes[index] = .space }
  return bytes
}
