import Bytes

/// The address in `text`, if that is exactly one address, outside of a group, without ambiguity.
public func soleAddress(in text: Span<UInt8>) throws(FieldError) -> [UInt8] {
  do throws(FieldError) {
    return try soleAddressOfList(text)
  } catch {
    // A complete group with one member is still a list, and not all servers check its sender.
    guard error.reason != .group else { throw error }
    var scanner = FieldScanner(text)
    guard let address = try? scanner.namedAddress() else { throw error }
    return address
  }
}

private func soleAddressOfList(_ text: Span<UInt8>) throws(FieldError) -> [UInt8] {
  var list = AddressList(text)
  let first = try list.next()
  let second = try list.next()
  guard !list.hasGroup else { throw FieldError(reason: .group, offset: 0) }
  guard second == nil else { throw FieldError(reason: .severalAddresses, offset: 0) }
  guard let first else { throw FieldError(reason: .noAddress, offset: 0) }
  if let offset = list.emptyElement { throw FieldError(reason: .emptyElement, offset: offset) }
  return first
}

extension FieldScanner {
  // display-name with "," and ":" and ";", which have to be quoted, and angle-addr
  //
  // "Garage, Panel <a@b.c>" and "Team: Panel <a@b.c>": a reader who takes these for a list or a group finds
  // no other address in them. A complete group and empty elements are refused here as well. Outlook writes
  // ";" for ","; mailers leave both in decoded names.
  @_lifetime(self: copy self)
  fileprivate mutating func namedAddress() throws(FieldError) -> [UInt8] {
    var isAfterName = false
    var hasColon = false
    while let byte = next, byte != .ascii("<") {
      switch byte {
      case .ascii(";") where hasColon: throw error(.group)
      case .ascii(","), .ascii(":"), .ascii(";"):
        guard isAfterName else { throw error(.emptyElement) }
        (isAfterName, hasColon) = (false, hasColon || byte == .ascii(":"))
        offset += 1
      case .space, .horizontalTab, .ascii("("): try skipBlanksAndComments()
      default:
        isAfterName = true
        try skipInDisplayName(byte)
      }
    }
    let address = try angleAddress()
    try skipBlanksAndComments()
    switch next {
    case nil: return address
    case .ascii("."), .ascii(","): offset += 1
    case .ascii(";") where !hasColon: offset += 1
    default: throw error(.unexpectedByte)
    }
    try skipBlanksAndComments()
    guard next == nil else { throw error(.unexpectedByte) }
    return address
  }
}
