internal import Bytes
public import Mail

extension SenderProblem {
  /// Text that says why a message has no sender: `two senders`, `no address after 'Garage'`.
  ///
  /// `value` is that of the From field; quotations from it are escaped and bounded.
  public func words(from value: Span<UInt8>) -> [UInt8] {
    switch self {
    case .noField: [UInt8]("no From field")
    case .severalFields: [UInt8]("several From fields")
    case .hiddenField: [UInt8]("another From field behind a carriage return")
    case .blankBeforeColon: [UInt8]("a blank between From and its colon")
    case .tooLong: [UInt8]("the From field is too long")
    case .value(let error): error.words(in: value)
    }
  }
}

extension FieldError {
  fileprivate func words(in value: Span<UInt8>) -> [UInt8] {
    switch reason {
    case .unexpectedByte: [UInt8]("not an address") + place(in: value)
    case .unterminated: [UInt8]("a quote, comment or group without an end")
    case .missingDomain: [UInt8]("no address") + place(in: value)
    case .otherAddress: [UInt8]("two addresses, one as the name of the other")
    case .route: [UInt8]("an address with a route")
    case .misleadingLocalPart: [UInt8]("an address that may be read as another")
    case .emptyElement where value.extracting(offset...).hasPrefix(";"):
      [UInt8]("a semicolon without an address")
    case .emptyElement: [UInt8]("a comma without an address")
    case .tooLong: [UInt8]("the address is too long")
    case .noAddress: [UInt8]("no address")
    case .severalAddresses: [UInt8]("two senders")
    case .group: [UInt8]("a group of senders")
    // Of dates.
    case .outOfRange: [UInt8]("not an address")
    }
  }

  /// `: \u{200b} after '…'`: the character that could not be parsed, if it is invisible, and up to 40 bytes
  /// before it; empty if there is neither.
  private func place(in value: Span<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    let end = min(offset, value.count)
    let rest = value.extracting(end...)
    let (scalar, length) = decodeUTF8(rest) ?? (0, 1)
    if !rest.isEmpty, scalar != 0x20, Visibility(of: scalar) != .character {
      text.append(": ")
      text.append(showing: rest.extracting(..<length))
    }
    let read = value.extracting(max(0, end - 40)..<end).trimmingBlanks
    guard !read.isEmpty else { return text }
    text.append(" after '")
    text.append(showing: read)
    text.append("'")
    return text
  }
}
