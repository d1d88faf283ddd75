import Bytes
import Mail

/// Whatever a field's value is, an address that is found in it is one, reads as itself, and never
/// comes from a display name or a comment.
///
///     input = *OCTET          ; the value of a field
func fuzz(_ input: Span<UInt8>) {
  let value = [UInt8](input)
  let addresses = addresses(in: value)
  // A list may have none where the display name has what should be quoted.
  if let sole = sole(value) {
    require(addresses.allSatisfy { $0 == sole }, "the list has no other address")
  }
  for address in addresses { requireAddress(address) }
  requireOtherPlacesDoNotCount(value)
}

/// The addresses of a list; what is none is passed over.
private func addresses(in value: [UInt8]) -> [[UInt8]] {
  var found: [[UInt8]] = []
  var list = AddressList(value.span)
  var steps = 0
  while !list.isAtEnd {
    steps += 1
    require(steps <= value.count, "each step reads something")
    do throws(FieldError) {
      if let address = try list.next() { found.append(address) }
    } catch {
      require((0...value.count).contains(error.offset), "an error is in the value")
    }
  }
  return found
}

private func sole(_ value: [UInt8]) -> [UInt8]? {
  guard let address = try? soleAddress(in: value.span) else { return nil }
  return address
}

private func requireAddress(_ address: [UInt8]) {
  require(sole(address) == address, "an address reads as itself")
  require(sole([.ascii("<")] + address + [.ascii(">")]) == address, "so it does in brackets")
  require(String(validating: address, as: UTF8.self) != nil, "an address is UTF-8")
  require(address.allSatisfy { $0 >= .space && $0 != 0x7F }, "an address has no control characters")
  guard let at = address.lastIndex(of: .ascii("@")) else { fatalError("an address has no domain") }
  require((1...Mail.Limits.localPart).contains(at), "the local part is bounded")
  require((1...Mail.Limits.domain).contains(address.count - at - 1), "the domain is bounded")
}

/// `value` as a display name, and as a comment.
private func requireOtherPlacesDoNotCount(_ value: [UInt8]) {
  let escaped = value.flatMap { [.ascii("\\"), $0] }
  let address = [UInt8]("a@b")
  let named = [UInt8]("\"") + escaped + [UInt8]("\" <a@b>")
  let commented = [UInt8]("(") + escaped + [UInt8](") a@b")
  let isText = value.allSatisfy { $0.isBlank || !$0.isControl }
  require(sole(named) == (isText ? address : nil), "a display name does not count")
  require(sole(commented) == (isText ? address : nil), "a comment does not count")
}
